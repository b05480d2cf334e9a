/** A repository goes to another folder while the box works, and is whole wherever the process ends. */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseRepositoryUid } from '../../../engine/index.ts'
import { createAlarmsService } from '../../../server/alarms/alarms-service.ts'
import { MoveError } from '../../../server/moves/move.ts'
import { findMove } from '../../../server/moves/move-file.ts'
import { createMoves } from '../../../server/moves/moves-service.ts'
import { makeRepositoryFolders, repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { type CrashPoint, crashPoints, nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { openStorageVolumes } from '../../../server/storage-volumes/storage-volumes-service.ts'
import { type TestDatabase, testDatabase } from '../../support/test-database.ts'

const uid = parseRepositoryUid(Buffer.alloc(16, 0xab))
const name = uid.toString('hex')

/** Where a flush costs nothing: a repository has more than five hundred folders. */
const memoryFolder = '/dev/shm'

let folder: { readonly path: string }
let database: TestDatabase
let data: string
let other: string

beforeEach(async () => {
  folder = { path: mkdtempSync(join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), 'holdfast move ')) }
  database = await testDatabase()
  data = join(folder.path, 'data')
  other = join(folder.path, 'other disk')
  mkdirSync(data)
  mkdirSync(other)
})
afterEach(async () => {
  await database.close()
  rmSync(folder.path, { recursive: true })
})

/** A start of the box. */
async function start(reached: (point: CrashPoint) => void = nothingAtPoints) {
  const clock = movableClock(0)
  const common = { database, clock, randomness: systemRandomness, log: silentLog }
  const volumes = await openStorageVolumes({ ...common, dataFolder: data, alarms: createAlarmsService(common) })
  const moves = createMoves({ database, dataFolder: data, volumes, log: silentLog, reached, graceMs: 0 })
  const carryOut = () => moves.carryOut({ signal: new AbortController().signal, onProgress: () => {} })
  return { volumes, moves, carryOut }
}

const place = () => repositoryPlace(data, uid)
const sample: ReadonlyMap<string, Buffer> = new Map([
  ['repository.json', Buffer.from('{}')],
  ['generation', Buffer.from('7\n')],
  ['keys/managed-1.json', randomBytes(300)],
  [`packs/ab/ab${'0'.repeat(62)}`, randomBytes(3 * 1024 ** 2 + 17)],
  [`packs/cd/cd${'0'.repeat(62)}`, randomBytes(5000)],
  [`packs2/cd/cd${'0'.repeat(62)}`, randomBytes(5000)],
  [`trash/ef${'0'.repeat(62)}`, randomBytes(100)],
  [`snapshots/dev_x/000000000001-${'1'.repeat(64)}`, randomBytes(200)],
  [`snapshots/dev_x/000000000001-${'1'.repeat(64)}.pin`, Buffer.from('{"at":1}')],
])

function writeSample(): void {
  makeRepositoryFolders(place())
  for (const [file, bytes] of sample) write(file, bytes)
}

function write(file: string, bytes: Buffer): void {
  const path = join(place().folder, file)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
}

/** Every file of the repository, wherever it lies now; nothing else of it anywhere. */
function expectWhole(files: ReadonlyMap<string, Buffer> = sample): void {
  const { folder: path } = place()
  const found = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((one) => statSync(join(path, one)).isFile())
  expect(found.toSorted()).toEqual([...files.keys()].toSorted())
  for (const [file, bytes] of files) expect(readFileSync(join(path, file)).equals(bytes), file).toBe(true)
}

describe('a move', () => {
  test('takes everything to the other folder, leaves nothing behind, and holds for the next start', async () => {
    const { moves, carryOut } = await start()
    writeSample()
    await moves.plan({ uid }, other)
    const { bytes } = await carryOut()
    expect(bytes).toBe([...sample.values()].reduce((sum, { length }) => sum + length, 0))
    expect(place().folder).toBe(join(other, name))
    expectWhole()
    expect(readdirSync(join(data, 'repositories')).filter((one) => one.startsWith(name))).toEqual([])
    expect(findMove(data)).toBeUndefined()
    // New packs find the folder of every prefix.
    expect(readdirSync(place().packsFolder)).toHaveLength(256)
    const again = await start()
    expect(again.volumes.isRight(uid)).toBe(true)
    await again.moves.plan({ uid }, 'repositories')
    await again.carryOut()
    expect(place().folder).toBe(join(data, 'repositories', name))
    expectWhole()
  })

  test('brings along what comes and goes while it copies', async () => {
    const late = `packs/11/11${'0'.repeat(62)}`
    const gone = `trash/ef${'0'.repeat(62)}`
    const old = join(data, 'repositories', name)
    let isFirst = true
    const { moves, carryOut } = await start((point) => {
      if (point !== 'move:folders-synced' || !isFirst) return
      isFirst = false
      writeFileSync(join(old, late), 'came late')
      writeFileSync(join(old, 'generation'), '8\n')
      renameSync(join(old, gone), join(old, 'tmp', 'taken away'))
    })
    writeSample()
    await moves.plan({ uid }, other)
    await carryOut()
    const expected = new Map([...sample, [late, Buffer.from('came late')], ['generation', Buffer.from('8\n')]])
    expected.delete(gone)
    expectWhole(expected)
  })

  test('takes over what an upload that knew only the old place wrote there after the switch', async () => {
    const late = `packs/22/22${'0'.repeat(62)}`
    const old = join(data, 'repositories', name)
    const { moves, carryOut } = await start((point) => {
      if (point === 'move:switched') writeFileSync(join(old, late), 'written to the old place')
    })
    writeSample()
    await moves.plan({ uid }, other)
    await carryOut()
    expectWhole(new Map([...sample, [late, Buffer.from('written to the old place')]]))
  })

  test('waits for an upload that is under way', async () => {
    const { moves, carryOut, volumes } = await start()
    writeSample()
    await moves.plan({ uid }, other)
    const room = await volumes.reserve(1, uid)
    const closing = vi.spyOn(volumes.gate, 'close')
    const moving = carryOut()
    await vi.waitFor(() => expect(closing).toHaveBeenCalled(), { timeout: 20_000 })
    const closed = closing.mock.results[0]?.value as Promise<unknown>
    expect(await Promise.race([closed.then(() => 'closed'), setImmediate('waits')])).toBe('waits')
    expect(place().folder).toBe(join(data, 'repositories', name))
    room.release()
    await moving
    expectWhole()
  })
})

/** What a killed process leaves: everything until then, and nothing after. */
class Killed extends Error {}

const movePoints = crashPoints.filter((point) => point.startsWith('move:'))

describe('a move that is cut off', () => {
  test.each(movePoints.filter((point) => !point.startsWith('move:copy-re') && !point.startsWith('move:unlink')))(
    'at %s: the repository is whole at once, and at its new place after going on',
    async (point) => {
      let isKilled = false
      const kill = (reached: CrashPoint) => {
        if (reached !== point || isKilled) return
        isKilled = true
        throw new Killed()
      }
      const { moves, carryOut } = await start(kill)
      writeSample()
      await expect(moves.plan({ uid }, other).then(carryOut)).rejects.toBeInstanceOf(Killed)
      expect(isKilled).toBe(true)
      const next = await start()
      for (const [file, bytes] of sample) expect(readFileSync(join(place().folder, file)).equals(bytes), file).toBe(true)
      // The same command again, by whoever gave it, or the chore by itself.
      if (next.moves.find() !== undefined) await next.moves.plan({ uid }, other).then(next.carryOut)
      expect(place().folder).toBe(join(other, name))
      expectWhole()
      expect(readdirSync(join(data, 'repositories')).filter((one) => one.startsWith(name))).toEqual([])
    },
  )

  test('can be given up until it has switched, and leaves nothing there', async () => {
    const stop = (point: CrashPoint) => {
      if (point === 'move:before-switch') throw new Killed()
    }
    const { moves, carryOut } = await start(stop)
    writeSample()
    await moves.plan({ uid }, other)
    await expect(carryOut()).rejects.toBeInstanceOf(Killed)
    expect(existsSync(join(other, name, 'repository.json'))).toBe(true)
    await (await start()).moves.giveUp()
    expect(existsSync(join(other, name))).toBe(false)
    expect(findMove(data)).toBeUndefined()
    expectWhole()
  })

  test('cannot be given up after it', async () => {
    const stop = (point: CrashPoint) => {
      if (point === 'move:switched') throw new Killed()
    }
    const { moves, carryOut } = await start(stop)
    writeSample()
    await moves.plan({ uid }, other)
    await expect(carryOut()).rejects.toBeInstanceOf(Killed)
    await expect((await start()).moves.giveUp()).rejects.toMatchObject({ fault: 'too-late' })
  })
})

describe('a move is refused', () => {
  test.each([
    { title: 'to a relative path', to: () => 'other', fault: 'place-unusable' },
    { title: 'into the data folder', to: () => join(data, 'elsewhere'), fault: 'place-unusable' },
    { title: 'to the folder that holds the data folder', to: () => folder.path, fault: 'place-unusable' },
    { title: 'to a mount point that is misspelt', to: () => join(folder.path, 'not there', 'backups'), fault: 'place-unusable' },
    { title: 'to a file', to: () => join(folder.path, 'a file'), fault: 'place-unusable' },
    { title: 'to where it lies', to: () => 'repositories', fault: 'place-unusable' },
  ])('$title', async ({ to, fault }) => {
    writeFileSync(join(folder.path, 'a file'), '')
    const { moves } = await start()
    writeSample()
    const error = await moves.plan({ uid }, to()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(MoveError)
    expect(error).toMatchObject({ fault })
    expect(moves.find()).toBeUndefined()
  })

  test('while another is under way', async () => {
    const { moves } = await start()
    writeSample()
    await moves.plan({ uid }, other)
    await moves.plan({ uid }, other)
    await expect(moves.plan({ uid: Buffer.alloc(16, 1) as typeof uid }, other)).rejects.toMatchObject({ fault: 'under-way' })
  })
})
