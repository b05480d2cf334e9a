/** A database that is dropped beside a box and a computer that work: real processes. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BoxAndAgent, job } from '../../support/box-and-agent.ts'

/** More of them by hand: HOLDFAST_KILL_ROUNDS=20. */
const rounds = Number(process.env.HOLDFAST_KILL_ROUNDS ?? 1)
/** About as long as a backup of this test takes. */
const backupMs = 1500

/** A drop at some moment of a backup; what was acknowledged before it must be there afterwards. */
async function loseAndRebuild(story: BoxAndAgent, afterMs: number): Promise<void> {
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
  await story.backUp()
  const [restored, own] = await story.restoredAndOwn()
  expect(restored).toEqual(own)
}

describe('a database that is dropped under a busy box', () => {
  test.each([
    ['of its own', true],
    ['on another server, which also lost its name', false],
  ])('%s: people, versions and bytes are there again', async (_, privateDatabase) => {
    await using story = await BoxAndAgent.open({ privateDatabase })
    expect((await story.holdfast('self-backup')).exitCode).toBe(0)
    for (let round = 0; round < rounds; round += 1) await loseAndRebuild(story, Math.random() * backupMs)
  })

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
