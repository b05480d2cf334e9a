/** Back to the computer, whole: a real box, real daemons, files compared byte for byte. */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type AgentAtBox, agentAtBox, connectWords, login, newAgent } from '../../support/agent-at-box.ts'
import { describeTree } from '../../support/described-tree.ts'
import { type RunningBox, startBox } from '../../support/start-box.ts'

let box: RunningBox
let agent: AgentAtBox
let other: AgentAtBox
let source: string
let cookie: string
let deviceId: string
let otherId: string
let version: string

const patient = { timeout: 60_000, interval: 50 }
const daemons: { readonly stop: (signal?: NodeJS.Signals) => Promise<unknown> }[] = []

beforeAll(async () => {
  box = await startBox()
  agent = await agentAtBox(box)
  source = join(agent.home, 'source')
  mkdirSync(join(source, 'deep'), { recursive: true })
  writeFileSync(join(source, 'letter.txt'), 'Dear reader')
  writeFileSync(join(source, 'deep', 'numbers.bin'), randomBytes(3_000_000))
  writeFileSync(join(source, 'deep', 'empty'), '')
  symlinkSync('../letter.txt', join(source, 'deep', 'link'))
  linkSync(join(source, 'letter.txt'), join(source, 'deep', 'same letter'))
  await agent.succeed(['add', source, '--job', 'office'])
  await agent.succeed(['backup'])
  version = JSON.parse((await agent.succeed(['snapshots', '--json'])).output).snapshots[0].id
  other = newAgent()
  await other.succeed([...connectWords(box, join(agent.home, 'password')), '--name', 'OTHER-PC'])
  const signedIn = await fetch(`${box.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: login.email, password: login.password }),
  })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  const { items } = await api<{ items: { id: string; name: string }[] }>('GET', '/devices')
  otherId = items.find(({ name }) => name === 'OTHER-PC')!.id
  deviceId = items.find(({ name }) => name !== 'OTHER-PC')!.id
}, 120_000)

afterEach(async () => {
  for (const one of daemons.splice(0)) await one.stop()
})
afterAll(async () => {
  agent?.[Symbol.dispose]()
  other?.[Symbol.dispose]()
  await box?.[Symbol.asyncDispose]()
})

async function api<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await fetch(`${box.url}/api/v1${path}`, {
    method,
    headers: { cookie, origin: box.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as Body
}

interface Restore {
  readonly id: string
  readonly state: string
  readonly code: string | null
  readonly detail: string | null
  readonly counters: Record<string, number> | null
  readonly kept: readonly { path: string; reason: string }[]
  readonly beside: readonly { path: string; name: string }[]
  readonly left: readonly string[]
  readonly before: string | null
}

const order = (wish: object) => api<Restore>('POST', '/restores', { version, paths: [source], ...wish })
const restoreOf = (id: string) => api<Restore>('GET', `/restores/${id}`)
async function ended(id: string): Promise<Restore> {
  await expect.poll(async () => (await restoreOf(id)).state, patient).not.toMatch(/^(open|running)$/)
  return restoreOf(id)
}

function daemon(of = agent) {
  const started = of.start(['run'])
  const one = {
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      started.process.kill(signal)
      return started.ended
    },
  }
  daemons.push(one)
  return one
}

describe('back to the computer', { timeout: 180_000 }, () => {
  test('an order that was given while the computer was off is done when it comes: the original place, all of it, proved', async () => {
    const before = describeTree(source)
    const { id, state } = await order({ rule: 'replace-all' })
    expect(state).toBe('open')
    await box.stop()
    box = await box.restart()
    rmSync(join(source, 'letter.txt'))
    writeFileSync(join(source, 'deep', 'numbers.bin'), 'spoiled')
    rmSync(join(source, 'deep', 'link'))
    daemon()
    const restored = await ended(id)
    expect(describeTree(source)).toEqual(before)
    expect(restored).toMatchObject({ state: 'done', code: null })
    expect(restored.counters).toMatchObject({ replaced: 1, failed: 0, attempts: 1, verifiedBytes: 3_000_000 })
    const orders = await api<{ items: { kind: string; state: string }[] }>('GET', `/devices/${deviceId}/orders`)
    await expect
      .poll(async () => (await api<typeof orders>('GET', `/devices/${deviceId}/orders`)).items[0], patient)
      .toMatchObject({ kind: 'restore', state: 'done' })
  })

  test('into a folder, by names; keep both names what it put beside, once; replace older keeps what is newer', async () => {
    daemon()
    const to = join(agent.home, 'back')
    const first = await ended((await order({ folder: to, paths: [join(source, 'deep'), join(source, 'letter.txt')] })).id)
    expect(first).toMatchObject({ state: 'done' })
    expect(readFileSync(join(to, 'deep', 'numbers.bin'))).toEqual(readFileSync(join(source, 'deep', 'numbers.bin')))
    expect(lstatSync(join(to, 'deep', 'link')).isSymbolicLink()).toBe(true)
    expect(lstatSync(join(to, 'letter.txt')).ino).toBe(lstatSync(join(to, 'deep', 'same letter')).ino)

    writeFileSync(join(to, 'letter.txt'), 'Mine')
    const file = [join(source, 'letter.txt')]
    const both = await ended((await order({ folder: to, paths: file, rule: 'keep-both' })).id)
    expect(both.beside).toEqual([{ path: join(source, 'letter.txt'), name: 'letter (restored).txt' }])
    const again = await ended((await order({ folder: to, paths: file, rule: 'keep-both' })).id)
    expect(again.counters).toMatchObject({ beside: 0, same: 1 })
    expect(readdirSync(to).sort()).toEqual(['deep', 'letter (restored).txt', 'letter.txt'])
    expect(readFileSync(join(to, 'letter.txt'), 'utf8')).toBe('Mine')

    const newer = await ended((await order({ folder: to, paths: file, rule: 'replace-older' })).id)
    expect(newer).toMatchObject({ state: 'done', kept: [{ reason: 'not-older' }] })
    utimesSync(join(to, 'letter.txt'), 1, 1)
    await ended((await order({ folder: to, paths: file, rule: 'replace-older' })).id)
    expect(readFileSync(join(to, 'letter.txt'), 'utf8')).toBe('Dear reader')
  })

  test('killed in the middle, it goes on and says so', async () => {
    for (let file = 0; file < 40; file += 1) writeFileSync(join(source, `big-${file}`), randomBytes(3_000_000))
    await agent.succeed(['backup'])
    const { snapshots } = JSON.parse((await agent.succeed(['snapshots', '--json'])).output)
    const to = join(agent.home, 'killed')
    const first = daemon()
    const { id } = await order({ version: snapshots[0].id, folder: to })
    const into = join(to, 'source')
    await expect.poll(() => existsSync(into) && readdirSync(into).length > 1, { timeout: 30_000, interval: 1 }).toBe(true)
    await first.stop('SIGKILL')
    daemon()
    const restored = await ended(id)
    expect(restored).toMatchObject({ state: 'done', counters: { attempts: 2 } })
    for (let file = 0; file < 40; file += 1)
      expect(readFileSync(join(into, `big-${file}`))).toEqual(readFileSync(join(source, `big-${file}`)))
    // Nor is anything left of the attempt that was killed.
    expect(readdirSync(into).filter((name) => name.startsWith('.holdfast-restore'))).toEqual([])
  })

  test('cancelled before it is taken, it is never done', async () => {
    const to = join(agent.home, 'never')
    const { id } = await order({ folder: to })
    await api('POST', `/restores/${id}/cancel`)
    const after = await order({ folder: join(agent.home, 'after') })
    daemon()
    await ended(after.id)
    expect(existsSync(to)).toBe(false)
    expect((await restoreOf(id)).state).toBe('cancelled')
  })

  test('cancelled in the middle, it stops, leaves no half file, and says how far it came', async () => {
    const to = join(agent.home, 'stopped')
    const into = join(to, 'source')
    const { snapshots } = JSON.parse((await agent.succeed(['snapshots', '--json'])).output)
    daemon()
    const { id } = await order({ version: snapshots[0].id, folder: to })
    await expect.poll(() => existsSync(into) && readdirSync(into).length > 1, { timeout: 30_000, interval: 1 }).toBe(true)
    expect(await api<Restore>('POST', `/restores/${id}/cancel`)).toMatchObject({ state: 'cancelled' })
    await expect.poll(async () => (await restoreOf(id)).counters, patient).not.toBeNull()
    const { state, counters } = await restoreOf(id)
    expect(state).toBe('cancelled')
    const whole = readdirSync(into).filter((name) => name.startsWith('big-'))
    expect(whole.length).toBeLessThan(40)
    expect(counters!.files).toBeGreaterThanOrEqual(whole.length)
    for (const name of whole) expect(readFileSync(join(into, name))).toEqual(readFileSync(join(source, name)))
    expect(readdirSync(into).filter((name) => name.startsWith('.holdfast-restore'))).toEqual([])
  })

  test('to another computer, by the grant of the order and no longer', async () => {
    const ask = async (path: string) => {
      const secrets = JSON.parse(readFileSync(join(other.home, 'state', 'secrets.json'), 'utf8'))
      const headers = { authorization: `Bearer ${secrets.token}`, 'holdfast-protocol': '1' }
      return (await fetch(`${box.url}/api/agent/v1${path}`, { headers })).status
    }
    const to = join(other.home, 'from the other')
    const { id } = await order({ device: otherId, folder: to, paths: [join(source, 'deep')] })
    expect(await ask(`/restores/${id}`)).toBe(200)
    daemon(other)
    const restored = await ended(id)
    expect(restored).toMatchObject({ state: 'done' })
    expect(readFileSync(join(to, 'deep', 'numbers.bin'))).toEqual(readFileSync(join(source, 'deep', 'numbers.bin')))
    expect(await ask(`/restores/${id}`)).toBe(404)
    const { snapshots } = JSON.parse((await agent.succeed(['snapshots', '--json'])).output)
    expect(await ask(`/snapshots/${snapshots[0].snapshotId ?? 'a'.repeat(64)}`)).toBe(404)
  })

  test('a revert makes a folder as it was, and its undo takes that back', async () => {
    const folder = join(source, 'deep')
    const wanted = describeTree(folder)
    writeFileSync(join(folder, 'numbers.bin'), 'changed')
    rmSync(join(folder, 'empty'))
    mkdirSync(join(folder, 'new'))
    writeFileSync(join(folder, 'new', 'draft.txt'), 'a draft')
    const present = describeTree(folder)
    daemon()
    const reverted = await ended((await order({ mode: 'revert', paths: [folder] })).id)
    expect(reverted).toMatchObject({ state: 'done', left: [] })
    expect(reverted.counters).toMatchObject({ removed: 2, replaced: 1 })
    expect(describeTree(folder)).toEqual(wanted)
    // What it can be taken back with is kept whatever the rules say.
    const { items } = await api<{ items: { id: string; isPinned: boolean }[] }>('GET', `/devices/${deviceId}/decisions`)
    expect(items.find((one) => one.id === reverted.before)).toMatchObject({ isPinned: true })
    const undone = await ended((await order({ mode: 'revert', version: reverted.before, paths: [folder] })).id)
    expect(undone).toMatchObject({ state: 'done' })
    expect(describeTree(folder)).toEqual(present)
  })

  test('a revert that could not be taken back is refused, and nothing is touched', async () => {
    const folder = join(source, 'deep')
    const present = describeTree(folder)
    await agent.succeed(['add', '--job', 'office', '--exclude', '*.nothing'])
    const xml = join(agent.home, 'state', 'holdfast-agent.xml')
    const text = readFileSync(xml, 'utf8')
    writeFileSync(xml, text.replace('name="office"', 'name="elsewhere"'))
    daemon()
    const refused = await ended((await order({ mode: 'revert', paths: [folder] })).id)
    writeFileSync(xml, text)
    expect(refused).toMatchObject({ state: 'failed', code: 'HF-REVERT-REFUSED' })
    expect(describeTree(folder)).toEqual(present)
  })
})
