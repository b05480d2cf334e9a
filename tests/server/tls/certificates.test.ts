import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { movableClock } from '../../../server/runtime/clock.ts'
import { type Authority, openAuthority, publicKeyPin } from '../../../server/tls/authority.ts'
import { openServerIdentity } from '../../../server/tls/server-identity.ts'
import { serverNames } from '../../../server/tls/server-names.ts'

const dayMs = 86_400_000
const now = Date.now()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runtime tls-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const authorityOf = (boxId = 'box_a') => openAuthority({ folder, boxId, clock: movableClock(now) })
const identityOf = (authority: Authority, options: { names?: readonly string[]; atMs?: number } = {}) =>
  openServerIdentity({
    folder,
    authority,
    names: options.names ?? ['localhost', '127.0.0.1', '::1'],
    clock: movableClock(options.atMs ?? now),
  })

describe('the authority', () => {
  test('is made once, for ten years, and may only sign servers', async () => {
    const first = await authorityOf()
    expect(await authorityOf('box_b')).toEqual(first)
    const certificate = new X509Certificate(first.certificatePem)
    expect(certificate.subject).toBe('CN=Holdfast box_a')
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    const years = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / dayMs / 365.25
    expect(years).toBeCloseTo(10, 1)
  })

  test('has as its pin the SHA-256 of its public key', async () => {
    const { certificatePem, pin } = await authorityOf()
    const spki = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' })
    expect(pin).toBe(createHash('sha256').update(spki).digest('base64'))
  })

  test('whose key was lost is not replaced in silence', async () => {
    await authorityOf()
    rmSync(join(folder, 'ca.key'))
    await expect(authorityOf()).rejects.toThrow('ca.key')
  })
})

describe('the server certificate', () => {
  test('is kept while it is good', async () => {
    const authority = await authorityOf()
    const first = await identityOf(authority)
    expect(await identityOf(authority, { atMs: now + 300 * dayMs })).toEqual(first)
  })

  test('lasts 397 days', async () => {
    const certificate = new X509Certificate((await identityOf(await authorityOf())).cert)
    expect((certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / dayMs).toBe(397)
  })

  test.each<{ title: string; change: (authority: Authority) => Promise<void>; names?: readonly string[]; atMs?: number }>([
    { title: 'it runs out within 30 days', change: async () => {}, atMs: now + 370 * dayMs },
    { title: 'it lacks a name', change: async () => {}, names: ['localhost', 'box.example.org'] },
    { title: 'its key is not its own', change: async (authority) => writeFileSync(join(folder, 'server.key'), authority.keyPem) },
    { title: 'its key is gone', change: async () => rmSync(join(folder, 'server.key')) },
  ])('is made anew when $title', async ({ change, names, atMs }) => {
    const authority = await authorityOf()
    const first = await identityOf(authority)
    await change(authority)
    const second = await identityOf(authority, { ...(names && { names }), ...(atMs && { atMs }) })
    expect(second.cert).not.toBe(first.cert)
    const certificate = new X509Certificate(second.cert)
    for (const name of names ?? []) expect(certificate.checkHost(name)).toBe(name)
  })

  test('of another authority is made anew', async () => {
    const first = await identityOf(await authorityOf())
    for (const file of ['ca.key', 'ca.crt']) rmSync(join(folder, file))
    const other = await authorityOf('box_b')
    const second = await identityOf(other)
    expect(new X509Certificate(second.cert).checkIssued(new X509Certificate(other.certificatePem))).toBe(true)
    expect(second.cert).not.toBe(first.cert)
  })

  test('is accepted in a handshake by who trusts the authority, and its pin is the last of the chain', async () => {
    const authority = await authorityOf()
    const identity = await identityOf(authority)
    const server = createServer({ ...identity, minVersion: 'TLSv1.2' }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const name of ['localhost', '127.0.0.1']) {
      const socket = connect({
        port,
        host: '127.0.0.1',
        ca: authority.certificatePem,
        ...(name === 'localhost' && { servername: name }),
      })
      await once(socket, 'secureConnect')
      expect(socket.authorized).toBe(true)
      expect(pinOfIssuer(socket)).toBe(authority.pin)
      socket.destroy()
    }
    const stranger = connect({ port, host: '127.0.0.1' })
    const [error] = await once(stranger, 'error')
    expect(error).toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
    server.close()
  })
})

function pinOfIssuer(socket: TLSSocket): string {
  const { issuerCertificate } = socket.getPeerCertificate(true)
  return publicKeyPin(new X509Certificate(issuerCertificate.raw).toString())
}

test('secrets are for their owner only', async () => {
  const { statSync } = await import('node:fs')
  await identityOf(await authorityOf())
  for (const file of ['ca.key', 'server.key']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'ca.key'), 'utf8')).toContain('BEGIN PRIVATE KEY')
})

describe('names of the box', () => {
  const machine = { machineName: 'Box', machineAddresses: ['10.0.0.7', 'fe80::1%eth0', 'fd00::7'] }
  const here = ['localhost', '127.0.0.1', '::1']
  test.each([
    { host: '127.0.0.1', publicUrl: undefined, expected: here },
    { host: '10.0.0.7', publicUrl: undefined, expected: [...here, '10.0.0.7'] },
    { host: '0.0.0.0', publicUrl: undefined, expected: [...here, 'box', '10.0.0.7', 'fd00::7'] },
    { host: '::', publicUrl: 'https://[fd00::9]:8443', expected: [...here, 'box', '10.0.0.7', 'fd00::7', 'fd00::9'] },
    { host: '10.0.0.7', publicUrl: 'https://backup.example.org', expected: [...here, '10.0.0.7', 'backup.example.org'] },
  ])('on $host with $publicUrl', ({ host, publicUrl, expected }) => {
    expect(serverNames({ host, publicUrl, ...machine })).toEqual(expected)
  })
})
