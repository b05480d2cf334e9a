import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LockAttempt, takeLock } from '../../../agent/state/lock-file.ts'
import { findProcess } from '../../../agent/state/process-identity.ts'
import { takeEditLock, takeRunLock } from '../../../agent/state/run-lock.ts'
import { prepareStateFolder, stateFolderAt } from '../../../agent/state/state-folder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const take = (path: string): LockAttempt => takeLock({ path, processId: process.pid, nowMs: 1000, randomBytes })

/** A process that has ended, as its identity was while it lived. */
async function endedProcess() {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const identity = findProcess(child.pid!)!
  child.kill('SIGKILL')
  await once(child, 'close')
  return identity
}

describe('a lock', () => {
  test('is held by one, says by whom and since when, and leaves nothing behind', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    const first = take(path)
    expect(first.kind).toBe('held')
    expect(take(path)).toEqual({ kind: 'taken', holder: { pid: process.pid, sinceMs: 1000 } })
    if (first.kind === 'held') first.lock.release()
    expect(readdirSync(folder.path)).toEqual([])
    expect(take(path).kind).toBe('held')
  })

  test('of a process that is gone is taken over', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    writeFileSync(path, JSON.stringify({ ...(await endedProcess()), sinceMs: 1 }))
    expect(take(path).kind).toBe('held')
    expect(readdirSync(folder.path)).toEqual(['a.lock'])
  })

  test.each([
    ['of an earlier process of the same number', { startTime: '1' }],
    ['of another boot', { bootId: 'another' }],
  ])('%s is taken over', (_, difference) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    writeFileSync(path, JSON.stringify({ ...findProcess(process.pid), sinceMs: 1, ...difference }))
    expect(take(path).kind).toBe('held')
  })

  test.each(['', '{', 'null', '{"pid":"1"}', '{"pid":-1,"bootId":"","startTime":"","sinceMs":0}'])(
    'that says %j is nobody’s',
    (text) => {
      using folder = temporaryFolder()
      const path = join(folder.path, 'a.lock')
      writeFileSync(path, text)
      expect(take(path).kind).toBe('held')
    },
  )

  test('is not removed by who no longer has it', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    const attempt = take(path)
    writeFileSync(path, 'somebody else')
    if (attempt.kind === 'held') attempt.lock.release()
    expect(readFileSync(path, 'utf8')).toBe('somebody else')
  })

  test('is held by exactly one of many processes that find it stale', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'a.lock')
    writeFileSync(path, JSON.stringify({ ...(await endedProcess()), sinceMs: 1 }))
    const script = `
      import { randomBytes } from 'node:crypto'
      import { takeLock } from ${JSON.stringify(join(import.meta.dirname, '../../../agent/state/lock-file.ts'))}
      const { kind } = takeLock({ path: process.argv[1], processId: process.pid, nowMs: 0, randomBytes })
      process.stdout.write(kind + '\\n')
      process.stdin.resume().once('end', () => process.exit())`
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    // All live until all have answered: a lock whose holder has ended may be taken again.
    const answers = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()))
    for (const child of children) child.stdin.end()
    await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'close') : undefined)))
    expect(answers.filter((kind) => kind === 'held')).toEqual(['held'])
  })
})

describe('locks of the agent', () => {
  function lockMaker(path: string) {
    const state = stateFolderAt(path, 'linux')
    prepareStateFolder(state)
    return { state, processId: process.pid, now: () => Date.UTC(2026, 2, 14, 12), randomBytes }
  }

  test('a second run is refused with who runs the first', () => {
    using folder = temporaryFolder()
    const maker = lockMaker(folder.path)
    const lock = takeRunLock(maker)
    expect(() => takeRunLock(maker)).toThrow(
      expect.objectContaining({
        code: 'HF-RUN-IN-PROGRESS',
        message: `This computer is being backed up by process ${process.pid}, since 2026-03-14T12:00:00.000Z.`,
      }),
    )
    lock.release()
    takeRunLock(maker).release()
  })

  test('a second edit waits for the first', async () => {
    using folder = temporaryFolder()
    const maker = lockMaker(folder.path)
    const first = await takeEditLock(maker)
    const second = takeEditLock(maker)
    expect(existsSync(maker.state.lockFile('configuration'))).toBe(true)
    first.release()
    ;(await second).release()
  })
})
