import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DataFolderInUse, findDataLockOwner, takeDataLock } from '../../../server/runtime/data-lock.ts'
import { findProcess } from '../../../server/runtime/process-identity.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const take = (folder: string) => takeDataLock(folder, systemRandomness)
const self = findProcess(process.pid)!

describe('the data lock', () => {
  test('keeps others out until it is released', async () => {
    using folder = temporaryFolder()
    const lock = await take(folder.path)
    await expect(take(folder.path)).rejects.toThrow(DataFolderInUse)
    await expect(take(folder.path)).rejects.toMatchObject({ pid: process.pid, message: expect.stringContaining(folder.path) })
    lock.release()
    const again = await take(folder.path)
    again.release()
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('says who holds it, to its owner only', async () => {
    using folder = temporaryFolder()
    const lock = await take(folder.path)
    expect(JSON.parse(readFileSync(join(folder.path, 'lock'), 'utf8'))).toEqual(self)
    expect(statSync(join(folder.path, 'lock')).mode & 0o777).toBe(0o600)
    expect(findDataLockOwner(folder.path)).toEqual(self)
    lock.release()
    expect(findDataLockOwner(folder.path)).toBeUndefined()
  })

  test.each([
    { title: 'its process is gone', text: JSON.stringify({ ...self, pid: 2 ** 22 + 1 }) },
    { title: 'its number is another process’s by now', text: JSON.stringify({ ...self, startTime: '1' }) },
    { title: 'it is of an earlier boot', text: JSON.stringify({ ...self, bootId: 'before' }) },
    { title: 'its maker was cut off before writing', text: '' },
    { title: 'it is damaged', text: '{"pid":' },
  ])('is taken over when $title', async ({ text }) => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'lock'), text)
    expect(findDataLockOwner(folder.path)).toBeUndefined()
    const lock = await take(folder.path)
    expect(findDataLockOwner(folder.path)).toEqual(self)
    lock.release()
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('of a zombie is stale', async () => {
    using folder = temporaryFolder()
    // A shell that has turned into `sleep` does not collect its child's end; the child waits for that before it ends.
    const child = 'until read -r name < /proc/$PPID/comm && [ "$name" = sleep ]; do :; done'
    const parent = spawn('sh', ['-c', `sh -c '${child}' & echo $!; exec sleep 60`], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), { timeout: 10_000 }).toContain(') Z ')
    expect(findProcess(pid)).toBeUndefined()
    writeFileSync(join(folder.path, 'lock'), JSON.stringify({ ...self, pid }))
    const lock = await take(folder.path)
    lock.release()
    parent.kill()
  })

  test('goes to exactly one of many who find the same stale one', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'lock'), JSON.stringify({ ...self, startTime: '1' }))
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => take(folder.path)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(existsSync(join(folder.path, 'lock'))).toBe(true)
  })

  test('that somebody else took meanwhile is not removed by its former holder', async () => {
    using folder = temporaryFolder()
    const lock = await take(folder.path)
    const other = `${JSON.stringify({ ...self, pid: 1 })}\n`
    writeFileSync(join(folder.path, 'lock'), other)
    lock.release()
    expect(readFileSync(join(folder.path, 'lock'), 'utf8')).toBe(other)
  })
})
