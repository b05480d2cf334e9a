/** A database that is dropped beside a box and a computer that work: real processes. */
import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { login } from '../../support/agent-at-box.ts'
import { BoxAndAgent, job } from '../../support/box-and-agent.ts'
import { random } from '../../support/random.ts'

/** More of them by hand: HOLDFAST_KILL_ROUNDS=20. */
const rounds = Number(process.env.HOLDFAST_KILL_ROUNDS ?? 1)
const seed = Number(process.env.HOLDFAST_TEST_SEED ?? randomInt(1e6))
/** About as long as a backup of this test takes. */
const backupMs = 1500

/** What only rows and the backup of the box itself know. */
interface Known {
  readonly token: string
  readonly device: string
  readonly pinned: string
}

const signIn = (box: { readonly url: string }) =>
  fetch(`${box.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login),
  })

async function makeKnown(story: BoxAndAgent): Promise<Known> {
  const made = await story.holdfast('token', 'create', '--user', login.email, '--scope', 'read', '--json')
  const { token } = JSON.parse(made.output) as { readonly token: string }
  const [pinned] = await story.versions()
  const cookie = (await signIn(story.box)).headers.getSetCookie()[0]!.split(';')[0]!
  const answer = await fetch(`${story.box.url}/api/v1/snapshots/${pinned}/pin`, { method: 'PUT', headers: { cookie } })
  expect(answer.status).toBe(204)
  const [device] = (await readAs(story, token, '/api/v1/devices')).items
  return { token, device: String(device!.id), pinned: pinned! }
}

async function readAs({ box }: BoxAndAgent, token: string, path: string) {
  const answer = await fetch(`${box.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as { readonly items: readonly Readonly<Record<string, unknown>>[] }
}

/** People sign in, tokens read, computers are known, and what was pinned is. */
async function expectKnown(story: BoxAndAgent, { token, device, pinned }: Known): Promise<void> {
  expect((await signIn(story.box)).status).toBe(201)
  expect((await readAs(story, token, '/api/v1/devices')).items).toMatchObject([{ id: device }])
  const { items } = await readAs(story, token, `/api/v1/devices/${device}/decisions`)
  expect(items.filter(({ isPinned }) => isPinned)).toMatchObject([{ id: pinned }])
}

/** A drop at some moment of a backup; what was acknowledged before it must be there afterwards. */
async function loseAndRebuild(story: BoxAndAgent, known: Known, afterMs: number): Promise<void> {
  const before = await story.versions()
  story.writeFiles()
  const running = story.agent.start(['backup', '--job', job, '--json'])
  // The moment of the accident.
  await wait(afterMs)
  await story.dropDatabase()
  await story.box.kill()
  running.process.kill('SIGKILL')
  await running.ended
  const refused = await story.holdfast('serve', '--json')
  expect(refused.exitCode).toBe(1)
  expect(refused.output).toContain('HF-REBUILD-NEEDED')
  expect((await story.rebuild()).people.kind).toBe('restored')
  await story.restart()
  expect(await story.versions()).toEqual(expect.arrayContaining([...before]))
  await expectKnown(story, known)
  await story.backUp()
  const [restored, own] = await story.restoredAndOwn()
  expect(restored).toEqual(own)
}

describe(`a database that is dropped under a busy box, seed ${seed}`, () => {
  test.each([
    ['of its own', true],
    ['on another server, which also lost its name', false],
  ])(
    '%s: people, tokens, computers, versions, pins and bytes are there again',
    { timeout: 60_000 + rounds * 60_000 },
    async (_, privateDatabase) => {
      await using story = await BoxAndAgent.open({ privateDatabase })
      const known = await makeKnown(story)
      expect((await story.holdfast('self-backup')).exitCode).toBe(0)
      const draw = random(seed)
      for (let round = 0; round < rounds; round += 1) await loseAndRebuild(story, known, draw(backupMs))
    },
  )

  test('without a backup of the box itself: the first set-up owns the files, and the computer is taken over', async () => {
    await using story = await BoxAndAgent.open({})
    const before = await story.versions()
    await story.dropDatabase()
    await story.box.kill()
    rmSync(join(story.box.dataFolder, 'self'), { recursive: true })
    expect((await story.rebuild()).people.kind).toBe('none')
    await story.restart()
    const passwordFile = join(story.agent.home, 'password')
    const login = ['ann@example.org', '--password-file', passwordFile]
    expect((await story.holdfast('setup', '--name', 'Ann', '--email', ...login)).exitCode).toBe(0)
    await story.agent.succeed(['connect', story.box.url, '--replace', 'D-000001', '--user', ...login])
    expect(await story.versions()).toEqual(before)
    story.writeFiles()
    await story.backUp()
    const [restored, own] = await story.restoredAndOwn()
    expect(restored).toEqual(own)
  })

  test('while it runs, says what to do', async () => {
    await using story = await BoxAndAgent.open({})
    await story.dropDatabase()
    const ended = await story.holdfast('rebuild', '--json')
    expect(ended.exitCode).toBe(1)
    expect(ended.output).toContain('HF-REBUILD-NEEDED')
    expect(ended.output).toContain('Stop the box')
    expect((await fetch(`${story.box.url}/readyz`)).status).toBe(503)
  })
})
