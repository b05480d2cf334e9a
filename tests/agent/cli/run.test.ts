/** The daemon as a process of its own, at a real box: orders, restarts, kills, conflicts, cancelling. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AgentAtBox, agentAtBox, login } from '../../support/agent-at-box.ts'
import { type RunningBox, startBox } from '../../support/start-box.ts'

let box: RunningBox
let agent: AgentAtBox
let source: string
let token: string
let deviceId: string

const patient = { timeout: 60_000, interval: 50 }

beforeAll(async () => {
  box = await startBox()
  agent = await agentAtBox(box)
  source = join(agent.home, 'source')
  mkdirSync(source)
  writeFileSync(join(source, 'letter.txt'), 'Dear reader')
  await agent.succeed(['add', source, '--job', 'office', '--schedule', 'daily 18:00'])
  const signedIn = await fetch(`${box.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: login.email, password: login.password }),
  })
  token = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  deviceId = (await api<{ items: { id: string }[] }>('GET', '/devices')).items[0]!.id
}, 120_000)

afterAll(async () => {
  agent?.[Symbol.dispose]()
  await box?.[Symbol.asyncDispose]()
})

async function api<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await fetch(`${box.url}/api/v1${path}`, {
    method,
    headers: { cookie: token, origin: box.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as Body
}

interface OrderBody {
  readonly id: string
  readonly state: string
  readonly code: string | null
}

interface RunBody {
  readonly id: string
  readonly verdict: string | null
  readonly code: string | null
  readonly cause: string | null
}

const give = (order: object) => api<OrderBody>('POST', `/devices/${deviceId}/orders`, order)
const orderOf = async (id: string) =>
  (await api<{ items: OrderBody[] }>('GET', `/devices/${deviceId}/orders`)).items.find((one) => one.id === id)
const runs = async () => (await api<{ items: RunBody[] }>('GET', `/runs?device=${deviceId}`)).items
const jobs = () =>
  api<{ revision: string; jobs: { name: string; schedules: string[] }[]; isListening: boolean; conflict: unknown }>(
    'GET',
    `/devices/${deviceId}/jobs`,
  )
const listens = () => expect.poll(async () => (await jobs().catch(() => undefined))?.isListening, patient).toBe(true)
const versions = async () => JSON.parse((await agent.succeed(['snapshots', '--json'])).output).snapshots.length as number

function daemon() {
  const started = agent.start(['run'])
  return {
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      started.process.kill(signal)
      return started.ended
    },
  }
}

describe('holdfast-agent run', { timeout: 240_000 }, () => {
  test('takes an order at once while it waits, sends the log, and ends cleanly', async () => {
    const running = daemon()
    await listens()
    const before = performance.now()
    const { id } = await give({ kind: 'run-now' })
    await expect.poll(async () => (await orderOf(id))?.state, patient).not.toBe('waiting')
    // Far less than a poll lasts.
    expect(performance.now() - before).toBeLessThan(20_000)
    await expect.poll(async () => (await orderOf(id))?.state, patient).toBe('done')
    await expect.poll(async () => (await runs())[0], patient).toMatchObject({ verdict: 'ok', cause: 'order' })
    const log = await fetch(`${box.url}/api/v1/runs/${(await runs())[0]!.id}/log`, { headers: { cookie: token } })
    expect(await log.text()).toContain('backup ended')
    expect((await running.stop()).exitCode).toBe(0)
  })

  test('an order that was given while it was off is done when it comes, also over a restart of the box', async () => {
    const { id } = await give({ kind: 'run-now', job: 'office' })
    const running = daemon()
    await expect.poll(async () => (await orderOf(id))?.state, patient).toBe('done')
    await box.stop()
    box = await box.restart()
    await listens()
    const second = await give({ kind: 'run-now' })
    await expect.poll(async () => (await orderOf(second.id))?.state, patient).toBe('done')
    await running.stop()
  })

  test('killed in the middle, it does the order once', async () => {
    for (let file = 0; file < 30; file += 1) writeFileSync(join(source, `big-${file}`), randomBytes(1_000_000))
    limitTo('1MiB/s')
    const before = await versions()
    const first = daemon()
    await listens()
    const { id } = await give({ kind: 'run-now' })
    await expect
      .poll(async () => (await api<{ progress: unknown }>('GET', `/devices/${deviceId}/jobs`)).progress, patient)
      .not.toBeNull()
    await first.stop('SIGKILL')
    limitTo(undefined)
    const second = daemon()
    await expect.poll(async () => (await orderOf(id))?.state, patient).toBe('done')
    expect(await versions()).toBe(before + 1)
    const [newest] = await runs()
    expect(newest).toMatchObject({ verdict: 'ok', cause: 'order' })
    await second.stop()
  })

  test('an edit from afar is applied, one that was overtaken is a conflict', async () => {
    const running = daemon()
    await listens()
    const now = await jobs()
    const job = { name: 'office', sources: [source], excludes: ['*.tmp'], schedules: ['daily 07:00'], isPaused: false }
    const applied = await give({ kind: 'jobs-changed', baseRevision: now.revision, jobs: [job] })
    await expect.poll(async () => (await orderOf(applied.id))?.state, patient).toBe('done')
    const xml = join(agent.home, 'state', 'holdfast-agent.xml')
    expect(readFileSync(xml, 'utf8')).toContain('<schedule>daily 07:00</schedule>')
    expect(readFileSync(`${xml}.backup`, 'utf8')).toContain('<schedule>daily 18:00</schedule>')
    await expect.poll(async () => (await jobs()).jobs[0]?.schedules, patient).toEqual(['daily 07:00'])
    await running.stop()

    const { revision } = await jobs()
    const late = await give({ kind: 'jobs-changed', baseRevision: revision, jobs: [{ ...job, isPaused: true }] })
    await agent.succeed(['add', '--job', 'office', '--schedule', 'weekly mon 20:00'])
    const again = daemon()
    await expect.poll(async () => (await orderOf(late.id))?.code, patient).toBe('HF-JOBS-CONFLICT')
    expect(readFileSync(xml, 'utf8')).toContain('weekly mon 20:00')
    expect((await jobs()).conflict).not.toBeNull()
    await again.stop()
  })

  test('a backup under way is stopped by an order, also one that was begun by hand', async () => {
    for (let file = 0; file < 30; file += 1) writeFileSync(join(source, `more-${file}`), randomBytes(1_000_000))
    const byHand = agent.start(['backup', '--limit', '500K', '--json'])
    const progress = async () => (await api<{ progress: unknown }>('GET', `/devices/${deviceId}/jobs`)).progress
    await expect.poll(progress, patient).not.toBeNull()
    await give({ kind: 'cancel' })
    const ended = await byHand.ended
    expect([ended.exitCode, ended.output]).toEqual([1, expect.stringContaining('HF-RUN-INTERRUPTED')])
    expect((await runs())[0]).toMatchObject({ verdict: 'failed', code: 'HF-RUN-INTERRUPTED', cause: 'hand' })
  })

  test('a run that never reached the box is told at the next contact', async () => {
    await box.stop()
    expect((await agent.run(['backup'])).exitCode).toBe(1)
    box = await box.restart()
    const running = daemon()
    await expect.poll(async () => (await runs())[0]?.code, patient).toBe('HF-SERVER-UNREACHABLE')
    await running.stop()
    expect((await agent.succeed(['log', '--lines', '50'])).output).toContain('HF-SERVER-UNREACHABLE')
  })
})

/** As somebody edits the file by hand. */
function limitTo(limit: string | undefined): void {
  const xml = join(agent.home, 'state', 'holdfast-agent.xml')
  const text = readFileSync(xml, 'utf8').replace(
    /<options[^>]*>/,
    `<options compression="default"${limit === undefined ? '' : ` limit="${limit}"`}/>`,
  )
  writeFileSync(xml, text)
}
