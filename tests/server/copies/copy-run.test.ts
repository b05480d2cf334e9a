/** Copies of a real box with real backups: what arrives, in which order, and what a run looks at before it begins. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  deriveKeys,
  memoryStorage,
  openLocalStorage,
  openRepository,
  readNoteFile,
  type Storage,
  storageBelow,
} from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Copy } from '../../../server/copies/copy.ts'
import { writeIdentity } from '../../../server/copies/copy-place.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { type CopiedBox, copiedBox } from '../../support/copied-box.ts'

let office: CopiedBox
let copy: Copy
let place: string

beforeEach(async () => {
  office = await copiedBox()
  copy = await office.add()
  place = copy.address.folder
})
afterEach(() => office[Symbol.asyncDispose]())

const { signal } = new AbortController()
const run = () => office.copies.run(copy.copyId, { signal })
const day = 86_400_000

async function namesIn(storage: Storage): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { name } of storage.list('repositories')) names.push(name.replace(/^repositories\/[0-9a-f]{32}\//, ''))
  return names
}

/** Packs and their twins are one kind: both are there before anything that needs them. */
function kindOf(name: string): string {
  if (name.endsWith('.gone')) return 'tombstones'
  const [folder = ''] = name.split('/')
  return folder === 'packs2' ? 'packs' : folder
}

/** A storage in memory that carries the copy's name, and what it was told to change, in order. */
async function rememberingPlace(): Promise<{ readonly storage: Storage; readonly changes: string[] }> {
  const memory = memoryStorage()
  await writeIdentity(memory, { placeUid: copy.placeUid, box: 'box', createdAt: 0 })
  const changes: string[] = []
  const note = (name: string) => changes.push(name.replace(/^repositories\/[0-9a-f]{32}\//, ''))
  return {
    changes,
    storage: {
      ...memory,
      put: async (name, bytes, options) => {
        await memory.put(name, bytes, options)
        note(name)
      },
      replace: async (name, bytes, options) => {
        await memory.replace(name, bytes, options)
        note(name)
      },
      remove: async (name) => {
        await memory.remove(name)
        note(`-${name}`)
      },
    },
  }
}

describe('a copy', () => {
  test('holds what the box holds, opens with the customer’s key, and restores', async () => {
    const first = await office.makeVersion()
    const second = await office.makeVersion(5_000_000)
    const result = await run()
    expect(result).toMatchObject({ outcome: 'ok', problem: undefined })
    expect(result.packs).toBe(first.packs.length + second.packs.length)

    const storage = await openLocalStorage(place)
    const { uid } = await office.getRepository()
    const opened = await openRepository(storageBelow(storage, `repositories/${uid.toString('hex')}`), {
      kind: 'device',
      key: office.computer.connected.slotKey,
    })
    expect(opened.secrets).toEqual(office.computer.secrets)
    const restored = await office.restoreAll(storage)
    expect([...restored]).toEqual([
      [first.seq, first.bytes],
      [second.seq, second.bytes],
    ])
    expect(existsSync(join(place, 'keys')), 'no keys of the box').toBe(false)
  })

  test('the second run copies nothing but what is new', async () => {
    await office.makeVersion()
    await run()
    expect(await run()).toMatchObject({ outcome: 'ok', packs: 0, files: 0, bytes: 0 })
    const second = await office.makeVersion()
    expect(await run()).toMatchObject({ outcome: 'ok', packs: second.packs.length, files: 1 })
    const { lag } = await office.copies.get(copy.copyId)
    expect(lag).toMatchObject({ packs: 0, bytes: 0, versions: 0 })
  })

  test('says what it lacks', async () => {
    await office.makeVersion()
    expect((await office.copies.get(copy.copyId)).lag).toMatchObject({ asOf: undefined, packs: 2, versions: 1, copiedPacks: 0 })
    await run()
    const asOf = office.upload.box.clock.now()
    await office.makeVersion()
    const { lag } = await office.copies.get(copy.copyId)
    expect(lag).toMatchObject({ asOf, packs: 2, versions: 1, copiedPacks: 2 })
    expect(lag.bytes).toBeGreaterThan(3000)
  })

  test('packs first, then keys, versions and marks, the generation last', async () => {
    const first = await office.makeVersion()
    await office.makeVersion()
    await office.forget(first)
    const { storage, changes } = await rememberingPlace()
    expect(await office.runInto(copy, storage)).toMatchObject({ outcome: 'ok' })
    const kinds = changes.map(kindOf)
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual([
      'packs',
      'keys',
      'repository.json',
      'snapshots',
      'tombstones',
      'generation',
    ])
    expect(changes.some((name) => name.startsWith('packs2/'))).toBe(true)
  })

  test('a lost index costs no second first copy', async () => {
    await office.makeVersion()
    await run()
    const { kysely } = office.upload.box.database
    for (const name of ['copied_packs', 'copied_files', 'copied_repositories', 'copy_progress'] as const)
      await kysely.deleteFrom(name).execute()
    expect(await run()).toMatchObject({ outcome: 'ok', packs: 0, unknownFiles: 0 })
    expect((await office.copies.get(copy.copyId)).lag).toMatchObject({ packs: 0, versions: 0 })
  })

  test('a note comes along sealed, is changed there when it is here, and goes when it is cleared', async () => {
    const { id } = await office.makeVersion()
    const { versionNotes, devicesSide } = office.upload.box
    const version = await devicesSide.snapshots.find(publicSnapshotId(id))
    const write = (name: string) => versionNotes.write(version!, { name, note: '' }, actingOnTheBox)
    const storage = await openLocalStorage(place)
    const noteThere = async () => {
      const files = await Array.fromAsync(storage.list('repositories'))
      const found = files.find(({ name }) => name.endsWith('.note'))
      if (found === undefined) return undefined
      return readNoteFile(await storage.read(found.name), deriveKeys(office.computer.secrets), id).name
    }
    await write('before the move')
    await run()
    expect(await noteThere()).toBe('before the move')
    await write('after the move')
    await run()
    expect(await noteThere()).toBe('after the move')
    await write('')
    await run()
    expect(await noteThere()).toBeUndefined()
  })

  test('pins and the bin come along, and go when they are taken back', async () => {
    const { id, seq } = await office.makeVersion()
    const file = office.computer.place.snapshotFile({ device: office.computer.device, seq, id })
    for (const mark of ['.pin', '.bin']) writeFileSync(file + mark, '{"at":"2026-03-14T18:00:00.000Z","by":"rules"}\n')
    await run()
    const storage = await openLocalStorage(place)
    expect((await namesIn(storage)).filter((name) => /\.(pin|bin)$/.test(name))).toHaveLength(2)
    rmSync(`${file}.bin`)
    await run()
    expect((await namesIn(storage)).filter((name) => /\.(pin|bin)$/.test(name))).toMatchObject([expect.stringMatching(/\.pin$/)])
  })
})

describe('removing', () => {
  const observe = async (ms: number) => {
    const { kysely } = office.upload.box.database
    await kysely.deleteFrom('observed_time').execute()
    const row = { observed_ms: ms, ticked_at: office.upload.box.clock.now(), agreeing_ms: 0 }
    const none = { agreed_at: null, agreed_observed_ms: null, jumped_at: null, jumped_from: null }
    await kysely
      .insertInto('observed_time')
      .values({ id: 1, ...row, ...none })
      .execute()
  }

  test('a purged pack leaves the copy 7 days later, in both kinds of time, and its version with it', async () => {
    await observe(0)
    const first = await office.makeVersion()
    const second = await office.makeVersion()
    await run()
    await office.forget(first)
    await office.purge(first)
    const { clock } = office.upload.box
    const packsThere = async () => (await namesIn(await openLocalStorage(place))).filter((name) => name.startsWith('packs/'))
    const before = await packsThere()

    expect(await run()).toMatchObject({ outcome: 'ok', removedPacks: 0 })
    clock.advance(8 * day)
    await observe(6 * day)
    expect(await run()).toMatchObject({ removedPacks: 0 })
    expect(await packsThere()).toEqual(before)

    await observe(7 * day)
    expect(await run()).toMatchObject({ outcome: 'ok', removedPacks: first.packs.length })
    expect(await packsThere()).toHaveLength(second.packs.length)
    const names = await namesIn(await openLocalStorage(place))
    expect(names.filter((name) => name.includes(first.id))).toEqual([expect.stringMatching(/\.gone$/)])
    expect([...(await office.restoreAll(await openLocalStorage(place)))]).toEqual([[second.seq, second.bytes]])
  })

  test('nothing leaves while the clock is not to be believed', async () => {
    await observe(0)
    const first = await office.makeVersion()
    await office.makeVersion()
    await run()
    await office.forget(first)
    await office.purge(first)
    await run()
    office.upload.box.clock.advance(8 * day)
    await observe(8 * day)
    await office.upload.box.database.kysely.updateTable('observed_time').set({ jumped_at: 1, jumped_from: 1 }).execute()
    expect(await run()).toMatchObject({ outcome: 'ok', removedPacks: 0 })
  })

  test('a pack that was sent again after its purge stays', async () => {
    await observe(0)
    const first = await office.makeVersion()
    await run()
    await office.purge({ ...first, packs: [] })
    const { kysely } = office.upload.box.database
    await kysely.updateTable('packs').set({ state: 4, state_at: 0 }).execute()
    await run()
    await observe(8 * day)
    await kysely.updateTable('packs').set({ state: 0 }).execute()
    expect(await run()).toMatchObject({ outcome: 'ok', removedPacks: 0, packs: 0 })
    expect([...(await office.restoreAll(await openLocalStorage(place)))]).toEqual([[first.seq, first.bytes]])
  })
})

describe('what lies in the copy', () => {
  test('a file that is gone or shorter is copied again, and told of', async () => {
    const { packs } = await office.makeVersion()
    await run()
    const there = (folder: string, id: string) =>
      join(place, 'repositories', readdirSync(join(place, 'repositories'))[0]!, folder, id.slice(0, 2), id)
    rmSync(there('packs', packs[0]!))
    office.upload.box.clock.advance(day)
    expect(await run()).toMatchObject({ outcome: 'partial', packs: 1, findings: { lostThere: 1 } })
    expect(office.alarms.get('HF-COPY-FOUND-DAMAGE')?.detail).toContain('1 file was missing in the copy')
    expect(existsSync(there('packs', packs[0]!))).toBe(true)
    expect(await run()).toMatchObject({ outcome: 'ok' })
    expect(office.alarms.has('HF-COPY-FOUND-DAMAGE')).toBe(false)
  })

  test('a flipped bit is found by reading back, and mended from the box', async () => {
    const { packs } = await office.makeVersion()
    await run()
    const folder = join(place, 'repositories', readdirSync(join(place, 'repositories'))[0]!, 'packs', packs[0]!.slice(0, 2))
    const bytes = readFileSync(join(folder, packs[0]!))
    bytes[100]! ^= 1
    writeFileSync(join(folder, packs[0]!), bytes)
    const verified = await office.copies.verify(copy.copyId, { signal, isEverything: true })
    expect(verified).toMatchObject({ outcome: 'partial', packs: 0, findings: { damagedThere: 1 } })
    expect(verified.readBackBytes).toBeGreaterThan(3000)
    expect(await run()).toMatchObject({ outcome: 'ok', packs: 1 })
    expect(
      createHash('sha256')
        .update(readFileSync(join(folder, packs[0]!)))
        .digest('hex'),
    ).toBe(packs[0])
    const again = await office.copies.verify(copy.copyId, { signal, isEverything: true })
    expect(again).toMatchObject({ outcome: 'ok' })
  })

  test('what the box does not know is counted and stays', async () => {
    const first = await office.makeVersion()
    await run()
    for (const name of ['packs', 'copied_packs'] as const) await office.upload.box.database.kysely.deleteFrom(name).execute()
    await office.makeVersion()
    office.upload.box.clock.advance(day)
    const result = await run()
    expect(result.unknownFiles).toBe(first.packs.length)
    const names = await namesIn(await openLocalStorage(place))
    for (const id of first.packs) expect(names).toContain(`packs/${id.slice(0, 2)}/${id}`)
  })
})

test('a place is what it was tested to be', async () => {
  const test = (folder: string, more = {}) =>
    office.copies.test({ folder, isSameDiskAllowed: true, isTakingOver: false, ...more })
  expect(await test(join(office.places, 'new'))).toMatchObject({ holdsCopy: false })
  await expect(test('relative')).rejects.toMatchObject({ fault: 'invalid' })
  await expect(test(join(office.places, 'no', 'where'))).rejects.toMatchObject({ fault: 'place-unusable' })
  await expect(test(join(office.upload.box.dataFolder, 'copy'))).rejects.toMatchObject({ fault: 'invalid' })
  await expect(test(join(office.places, 'new'), { isSameDiskAllowed: false })).rejects.toMatchObject({ fault: 'invalid' })
  writeFileSync(join(office.places, 'new', 'letter'), 'mine')
  await expect(test(join(office.places, 'new'))).rejects.toMatchObject({ fault: 'place-taken' })
  const schedule = { everyHours: 24, atHour: undefined } as const
  const settings = { name: 'x', schedule, limitBytesPerSecond: undefined, isPaused: false }
  const again = { ...settings, folder: place, isSameDiskAllowed: true, isTakingOver: false }
  await expect(office.copies.add(again, actingOnTheBox)).rejects.toMatchObject({ fault: 'place-taken' })
  await office.copies.remove(copy.copyId, actingOnTheBox)
  expect((await office.copies.add(again, actingOnTheBox)).placeUid, 'the same copy, taken up again').toEqual(copy.placeUid)
})
