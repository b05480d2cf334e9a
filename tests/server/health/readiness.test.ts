import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { diskCheck } from '../../../server/health/disk-check.ts'
import { type ReadinessCheck, readinessOf } from '../../../server/health/readiness.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const well: ReadinessCheck = async () => {}
const failing =
  (reason: string): ReadinessCheck =>
  async () => {
    throw new Error(reason)
  }

describe('readiness', () => {
  test.each<{ title: string; database: ReadinessCheck; disk: ReadinessCheck; expected: object[] }>([
    { title: 'all is well', database: well, disk: well, expected: [] },
    { title: 'one part fails', database: failing('gone'), disk: well, expected: [{ part: 'database', reason: 'gone' }] },
    {
      title: 'all fail',
      database: failing('gone'),
      disk: failing('full'),
      expected: [
        { part: 'database', reason: 'gone' },
        { part: 'disk', reason: 'full' },
      ],
    },
  ])('when $title', async ({ database, disk, expected }) => {
    expect(await readinessOf({ database, disk }).findFailing()).toEqual(expected)
  })

  test('does not wait for a part that never answers', async () => {
    vi.useFakeTimers()
    try {
      const asked = readinessOf({ database: () => new Promise(() => {}), disk: well }).findFailing()
      await vi.advanceTimersByTimeAsync(3000)
      expect(await asked).toEqual([{ part: 'database', reason: 'no answer within 3 s' }])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the disk', () => {
  test('is well where there is room and the folder takes writes', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'tmp'))
    await diskCheck(folder.path)()
  })

  test('is not where writes fail', async () => {
    using folder = temporaryFolder()
    await expect(diskCheck(folder.path)()).rejects.toThrow('the data folder takes no writes (ENOENT)')
  })
})
