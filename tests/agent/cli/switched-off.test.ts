/** The accepts-backups switch, as a computer meets it: it asks, hears the reason, and sends nothing. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AgentAtBox, agentAtBox, login } from '../../support/agent-at-box.ts'
import { type RunningBox, startBox } from '../../support/start-box.ts'

let box: RunningBox
let line: Server
let agent: AgentAtBox
let cookie: string
let deviceId: string
/** What reached the box by the computer's line: method, address, bytes of the body. */
let asked: { readonly what: string; readonly bytes: number }[] = []

beforeAll(async () => {
  box = await startBox()
  line = createServer((incoming, outgoing) => {
    const onward = httpRequest(`${box.url}${incoming.url}`, { method: incoming.method, headers: incoming.headers })
    let bytes = 0
    incoming.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    incoming.pipe(onward)
    onward.on('response', (answer) => {
      asked.push({ what: `${incoming.method} ${incoming.url?.split('?')[0]}`, bytes })
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  const { port } = line.address() as AddressInfo
  agent = await agentAtBox({ ...box, url: `http://127.0.0.1:${port}` })
  const source = join(agent.home, 'source')
  mkdirSync(source)
  writeFileSync(join(source, 'letter.txt'), 'Dear reader')
  await agent.succeed(['add', source])
  const signedIn = await fetch(`${box.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: login.email, password: login.password }),
  })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  deviceId = (await api<{ items: { id: string }[] }>('GET', '/devices')).items[0]!.id
}, 120_000)

afterAll(async () => {
  agent?.[Symbol.dispose]()
  line?.closeAllConnections()
  line?.close()
  await box?.[Symbol.asyncDispose]()
})

async function api<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await fetch(`${box.url}/api/v1${path}`, {
    method,
    headers: { cookie, origin: box.url, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as Body
}

const sendsData = ({ what }: { readonly what: string }) => /\/(sessions|packs|have|commit|records)/.test(what)

test('a computer that is switched off hears why, sends nothing of its files, and stands as paused', async () => {
  await api('PUT', `/devices/${deviceId}/accepts-backups`, { acceptsBackups: false, reason: 'Moving to the new office' })
  asked = []
  const refused = await agent.run(['backup', '--json'])
  expect(refused.exitCode).toBe(1)
  const said = `${refused.output}${refused.errors}`
  expect(said).toContain('HF-BACKUPS-SWITCHED-OFF')
  expect(said).toContain('Moving to the new office')
  expect(asked.map(({ what }) => what)).toContain('GET /api/agent/v1/policy')
  expect(asked.filter(sendsData)).toEqual([])
  const runs = await api<{ items: { verdict: string | null }[] }>('GET', '/runs')
  expect(runs.items.filter(({ verdict }) => verdict === 'failed')).toEqual([])
})

test('switched on again it is backed up', async () => {
  await api('PUT', `/devices/${deviceId}/accepts-backups`, { acceptsBackups: true })
  asked = []
  const done = await agent.run(['backup', '--json'])
  expect(done.exitCode, done.errors).toBe(0)
  expect(asked.filter(sendsData).length).toBeGreaterThan(2)
})

test('the switch of the whole plan stops it as well', async () => {
  const { items } = await api<{ items: { id: string }[] }>('GET', '/subscriptions')
  await api('PUT', `/subscriptions/${items[0]!.id}/accepts-backups`, { acceptsBackups: false, reason: 'The invoice is open' })
  asked = []
  const refused = await agent.run(['backup'])
  expect(refused.exitCode).toBe(1)
  expect(`${refused.output}${refused.errors}`).toContain('The invoice is open')
  expect(asked.filter(sendsData)).toEqual([])
})
