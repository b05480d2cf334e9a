/** What a disk in trouble does to uploads. */
import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { movableClock } from '../../../server/runtime/clock.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { diskTrouble, floorBytes, VolumeError } from '../../../server/storage-volumes/storage-volume.ts'
import { openStorageVolumes } from '../../../server/storage-volumes/storage-volumes-service.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { testDatabase } from '../../support/test-database.ts'

const systemError = (code: string, syscall: string) => Object.assign(new Error(`${code}: ${syscall}`), { code, syscall })

describe('an error of the file system', () => {
  test.each([
    { error: systemError('ENOSPC', 'write'), trouble: 'full' },
    { error: systemError('EDQUOT', 'write'), trouble: 'full' },
    { error: systemError('EIO', 'write'), trouble: 'broken' },
    { error: systemError('EROFS', 'open'), trouble: 'broken' },
    { error: systemError('EIO', 'fsync'), trouble: 'broken' },
    { error: systemError('ENOSPC', 'fsync'), trouble: 'broken' },
    { error: systemError('ENOENT', 'open'), trouble: undefined },
    { error: new Error('anything'), trouble: undefined },
    { error: 'no error', trouble: undefined },
  ])('$error means $trouble', ({ error, trouble }) => {
    expect(diskTrouble(error)).toBe(trouble)
  })
})

describe('the floor', () => {
  test.each([
    { volumeBytes: 1024 ** 3, floor: 128 * 1024 ** 2 },
    { volumeBytes: 1024 ** 4, floor: 512 * 1024 ** 2 },
  ])('of $volumeBytes bytes is $floor', ({ volumeBytes, floor }) => {
    expect(floorBytes(volumeBytes)).toBe(floor)
  })
})

describe('the volume', () => {
  async function openVolume(folder: string, database: Awaited<ReturnType<typeof testDatabase>>) {
    const clock = movableClock(0)
    return openStorageVolumes({ database, dataFolder: folder, clock, randomness: systemRandomness, log: silentLog })
  }
  const faultOf = async (work: Promise<unknown>) => {
    const error = await work.catch((reason: unknown) => reason)
    return error instanceof VolumeError ? error.fault : error
  }

  test('says that it is full, and takes the next write', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openVolume(folder.path, database)
    const intoFullDevice = async () => {
      const file = await open('/dev/full', 'w')
      try {
        await file.write(Buffer.alloc(100))
      } finally {
        await file.close()
      }
    }
    expect(await faultOf(volume.write(intoFullDevice))).toBe('full')
    expect(await volume.write(async () => 'written')).toBe('written')
  })

  test('takes nothing more after a failed fsync, says so in its row, and is opened again at the next start', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openVolume(folder.path, database)
    const failingSync = async () => {
      throw systemError('EIO', 'fsync')
    }
    expect(await faultOf(volume.write(failingSync))).toBe('read-only')
    expect(await faultOf(volume.write(async () => {}))).toBe('read-only')
    expect(await faultOf(volume.reserve(1))).toBe('read-only')
    const row = () => database.kysely.selectFrom('storage_volumes').select(['state', 'reason']).execute()
    expect(await row()).toEqual([{ state: 'read-only', reason: 'EIO: fsync' }])
    const again = await openVolume(folder.path, database)
    expect(await again.write(async () => 'written')).toBe('written')
    expect(await row()).toEqual([{ state: 'online', reason: null }])
  })

  test('reserves no more than there is above its floor, counting uploads under way', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openVolume(folder.path, database)
    const beyond = 2 ** 52
    expect(await faultOf(volume.reserve(beyond))).toBe('full')
    const held = await volume.reserve(1000)
    held.release()
    held.release()
    expect(await volume.reserve(1000)).toBeDefined()
  })
})
