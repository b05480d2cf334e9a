/** What a disk in trouble does to uploads, and what people are told of it. */
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAlarmsService } from '../../../server/alarms/alarms-service.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { ownFolder } from '../../../server/storage-volumes/places-file.ts'
import { diskTrouble, floorBytes, reserveBytes, VolumeError } from '../../../server/storage-volumes/storage-volume.ts'
import { openStorageVolumes } from '../../../server/storage-volumes/storage-volumes-service.ts'
import { demandRightDisk } from '../../../server/storage-volumes/volume-id.ts'
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

describe('the floor is twice the reserve', () => {
  test.each([
    { volumeBytes: 1024 ** 3, reserve: 64 * 1024 ** 2 },
    { volumeBytes: 1024 ** 4, reserve: 256 * 1024 ** 2 },
  ])('of $volumeBytes bytes: $reserve', ({ volumeBytes, reserve }) => {
    expect(reserveBytes(volumeBytes)).toBe(reserve)
    expect(floorBytes(volumeBytes)).toBe(2 * reserve)
  })
})

/** A volume in a folder of its own, as a start of the box opens it. */
async function openDisk(folder: string, database: Awaited<ReturnType<typeof testDatabase>>) {
  const clock = movableClock(0)
  const alarms = createAlarmsService({ database, clock, log: silentLog })
  const common = { database, clock, alarms, randomness: systemRandomness, log: silentLog }
  const volumes = await openStorageVolumes({ ...common, dataFolder: folder })
  const raised = async () => (await alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code }) => code)
  return { ...volumes, raised }
}

const faultOf = async (work: Promise<unknown>) => {
  const error = await work.catch((reason: unknown) => reason)
  return error instanceof VolumeError ? error.fault : error
}

describe('the volume', () => {
  test('says that it is full, and takes the next write', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
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

  const failingSync = async () => {
    throw systemError('EIO', 'fsync')
  }

  test('takes nothing more after a failed fsync, says so in its row, and is opened again at the next start', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
    expect(await faultOf(volume.write(failingSync))).toBe('read-only')
    expect(await faultOf(volume.write(async () => {}))).toBe('read-only')
    expect(await faultOf(volume.reserve(1))).toBe('read-only')
    const row = () => database.kysely.selectFrom('storage_volumes').select(['state', 'reason']).execute()
    expect(await row()).toEqual([{ state: 'read-only', reason: 'EIO: fsync' }])
    expect(await volume.raised()).toEqual(['HF-STORAGE-READ-ONLY'])
    const again = await openDisk(folder.path, database)
    expect(await again.write(async () => 'written')).toBe('written')
    expect(await row()).toEqual([{ state: 'online', reason: null }])
    await again.look()
    expect(await again.raised()).toEqual([])
  })

  test('that failed is taken again without a start, once somebody has looked at it and a write is durable', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
    await faultOf(volume.write(failingSync))
    await volume.look()
    expect(statSync(join(folder.path, ownFolder)).isDirectory()).toBe(true)
    await volume.tryAgain(ownFolder)
    expect(await volume.write(async () => 'written')).toBe('written')
    expect(await volume.raised()).toEqual([])
  })

  test('reserves no more than there is above its floor, counting uploads under way', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
    const beyond = 2 ** 52
    expect(await faultOf(volume.reserve(beyond))).toBe('full')
    const held = await volume.reserve(1000)
    held.release()
    held.release()
    expect(await volume.reserve(1000)).toBeDefined()
  })
})

describe('a disk that is not the one', () => {
  test('takes nothing while it is not mounted, and goes on by itself when it is back', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
    const path = join(folder.path, ownFolder)
    renameSync(path, `${path}.away`)
    mkdirSync(path)
    const wrote = async () => writeFileSync(join(path, 'a pack'), 'on the wrong disk')
    expect(await faultOf(volume.write(wrote))).toBe('wrong')
    expect(await faultOf(volume.reserve(1))).toBe('wrong')
    await volume.look()
    expect(await volume.raised()).toEqual(['HF-STORAGE-WRONG-DISK'])
    expect(await faultOf(volume.tryAgain(ownFolder))).toBe('wrong')
    expect(await faultOf(volume.acceptDisk(ownFolder))).toBe('wrong')
    rmSync(path, { recursive: true })
    renameSync(`${path}.away`, path)
    await volume.write(wrote)
    await volume.look()
    expect(await volume.raised()).toEqual([])
  })

  test('is noticed at the start, not given a number, and the box starts all the same', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    await openDisk(folder.path, database)
    const path = join(folder.path, ownFolder)
    renameSync(path, `${path}.away`)
    mkdirSync(path)
    const volume = await openDisk(folder.path, database)
    expect((await volume.list())[0]).toMatchObject({ state: 'wrong', space: undefined })
    expect(await faultOf(volume.write(async () => {}))).toBe('wrong')
    expect(volume.isRight(Buffer.alloc(16))).toBe(false)
    expect(() => demandRightDisk(folder.path, 'ab'.repeat(16))).toThrow(VolumeError)
    rmSync(path, { recursive: true })
    renameSync(`${path}.away`, path)
    expect(() => demandRightDisk(folder.path, 'ab'.repeat(16))).not.toThrow()
  })

  test('can be accepted, when it is another box’s disk that was put there on purpose', async () => {
    using folder = temporaryFolder()
    using other = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
    await using otherDatabase = await testDatabase()
    await openDisk(other.path, otherDatabase)
    const path = join(folder.path, ownFolder)
    rmSync(path, { recursive: true })
    renameSync(join(other.path, ownFolder), path)
    expect(await faultOf(volume.write(async () => {}))).toBe('wrong')
    await volume.acceptDisk(ownFolder)
    expect(await volume.write(async () => 'written')).toBe('written')
    expect((await openDisk(folder.path, database)).isRight(Buffer.alloc(16))).toBe(true)
  })
})

describe('the gate', () => {
  const patience = { withinMs: 100, signal: new AbortController().signal }

  test('closes when what was under way has ended, and holds back what comes', async () => {
    using folder = temporaryFolder()
    await using database = await testDatabase()
    const volume = await openDisk(folder.path, database)
    const room = await volume.reserve(1)
    expect(await volume.gate.close(patience)).toBeUndefined()
    expect(await volume.write(async () => 'goes on')).toBe('goes on')
    room.release()
    const openAgain = await volume.gate.close(patience)
    const order: string[] = []
    const waiting = [
      volume.write(async () => order.push('write')),
      volume.series(async () => order.push('series')),
      volume.reserve(1).then(() => order.push('reserve')),
    ]
    order.push('closed')
    openAgain?.()
    await Promise.all(waiting)
    expect(order[0]).toBe('closed')
    expect(order).toHaveLength(4)
  })
})
