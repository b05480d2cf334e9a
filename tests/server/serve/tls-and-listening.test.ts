import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:https'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { movableClock } from '../../../server/runtime/clock.ts'
import { openAuthority, publicKeyPin } from '../../../server/tls/authority.ts'
import { openServerIdentity } from '../../../server/tls/server-identity.ts'
import { runHoldfast, startBox } from '../../support/start-box.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function getOverTls(
  url: string,
  options: RequestOptions,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const sent = request(url, { ...options, agent: false }).end()
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, body: await text(response) }
}

/** Certificate files of somebody's own. */
async function certificateFiles(folder: string) {
  const clock = movableClock(Date.now())
  const authority = await openAuthority({ folder, boxId: 'somebody', clock })
  const { cert, key } = await openServerIdentity({ folder, authority, names: ['localhost', '127.0.0.1'], clock })
  const [certFile, keyFile] = [join(folder, 'chain.pem'), join(folder, 'chain.key')]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key)
  return { authority, certFile, keyFile }
}

describe('TLS', () => {
  test('auto: the box shows a certificate by its own authority, whose pin it tells', async () => {
    await using box = await startBox({ environment: { HOLDFAST_TLS: 'auto' } })
    expect(box.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(box.setupUrl).toMatch(/^https:/)
    const ca = readFileSync(join(box.dataFolder, 'tls/ca.crt'), 'utf8')
    expect(box.pin).toBe(publicKeyPin(ca))
    expect(await getOverTls(`${box.url}/healthz`, { ca })).toEqual({ status: 200, body: '{"status":"ok"}' })
    await expect(getOverTls(`${box.url}/healthz`, {})).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
    await expect(fetch(box.url.replace('https', 'http'))).rejects.toThrow()

    expect(await box.stop()).toBe(0)
    await using again = await box.restart()
    expect(again.pin).toBe(box.pin)
    expect(await getOverTls(`${again.url}/healthz`, { ca })).toMatchObject({ status: 200 })
  })

  test('files: the box shows that certificate, and tells no pin', async () => {
    using folder = temporaryFolder()
    const { authority, certFile, keyFile } = await certificateFiles(folder.path)
    const environment = { HOLDFAST_TLS: 'files', HOLDFAST_TLS_CERT: certFile, HOLDFAST_TLS_KEY: keyFile }
    await using box = await startBox({ environment })
    expect(await getOverTls(`${box.url}/healthz`, { ca: authority.certificatePem })).toMatchObject({ status: 200 })
    expect(box.pin).toBeUndefined()
  })

  test('off: the authority exists all the same', async () => {
    await using box = await startBox()
    expect(box.url).toMatch(/^http:/)
    expect(readFileSync(join(box.dataFolder, 'tls/ca.crt'), 'utf8')).toContain('BEGIN CERTIFICATE')
  })

  test.each<{ title: string; change: (certFile: string, keyFile: string) => void; setting: string; reason: string }>([
    {
      title: 'no certificate',
      change: (cert) => writeFileSync(cert, 'nothing'),
      setting: 'HOLDFAST_TLS_CERT',
      reason: 'does not hold a certificate',
    },
    {
      title: 'no key',
      change: (_cert, key) => writeFileSync(key, 'nothing'),
      setting: 'HOLDFAST_TLS_KEY',
      reason: 'does not hold a private key',
    },
    {
      title: 'the key of another',
      change: (cert, key) => copyFileSync(join(cert, '../ca.key'), key),
      setting: 'HOLDFAST_TLS_KEY',
      reason: 'is not the key of the certificate',
    },
  ])('files with $title stop the start', async ({ change, setting, reason }) => {
    using folder = temporaryFolder()
    const { certFile, keyFile } = await certificateFiles(folder.path)
    change(certFile, keyFile)
    const { exitCode, errors } = await runHoldfast(['serve'], {
      HOLDFAST_DATA: join(folder.path, 'data'),
      HOLDFAST_PORT: '0',
      HOLDFAST_TLS: 'files',
      HOLDFAST_TLS_CERT: certFile,
      HOLDFAST_TLS_KEY: keyFile,
    })
    expect(exitCode).toBe(2)
    expect(errors).toContain('HF-SETTING-WRONG')
    expect(errors).toContain(setting)
    expect(errors).toContain(reason)
  })
})

const otherAddresses = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')
  .map(({ address }) => address)

describe('listening', () => {
  test.runIf(otherAddresses.length > 0)('is on this machine only, unless told otherwise', async () => {
    await using box = await startBox()
    const socket = connect({ host: otherAddresses[0]!, port: Number(new URL(box.url).port) })
    const [error] = await once(socket, 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('everywhere speaks TLS, and tells an address that can be opened', async () => {
    await using box = await startBox({ environment: { HOLDFAST_HOST: '0.0.0.0' } })
    const { protocol, hostname, port } = new URL(box.url)
    expect(protocol).toBe('https:')
    expect(hostname).not.toBe('0.0.0.0')
    const ca = readFileSync(join(box.dataFolder, 'tls/ca.crt'), 'utf8')
    for (const host of ['127.0.0.1', ...otherAddresses]) {
      expect(await getOverTls(`https://${host}:${port}/healthz`, { ca })).toMatchObject({ status: 200 })
    }
  })

  test('tells the public address where there is one', async () => {
    await using box = await startBox({ environment: { HOLDFAST_PUBLIC_URL: 'https://backup.example.org' } })
    expect(box.url).toBe('https://backup.example.org')
    expect(box.setupUrl).toMatch(/^https:\/\/backup\.example\.org\/setup\?token=/)
  })

  test('the token of the set-up link can be fixed', async () => {
    const token = 'abcdefghijklmnopqrstuvwxyz'
    await using box = await startBox({ environment: { HOLDFAST_SETUP_TOKEN: token } })
    expect(box.setupUrl).toBe(`${box.url}/setup?token=${token}`)
    expect((await fetch(box.setupUrl!, { headers: { accept: 'text/html' } })).status).toBe(200)
    expect((await fetch(`${box.url}/setup?token=${token}x`, { headers: { accept: 'text/html' } })).status).toBe(403)
  })
})
