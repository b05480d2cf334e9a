/** The box's disk emptied, exchanged, encrypted or rotten beside its second copy: the copy stays whole, and what it has comes back. */
import { createHash, randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLocalStorage } from '../../../engine/index.ts'
import type { Copy } from '../../../server/copies/copy.ts'
import { identityFileName } from '../../../server/copies/copy-place.ts'
import { packStates } from '../../../server/packs/pack.ts'
import { type CopiedBox, copiedBox, type MadeVersion } from '../../support/copied-box.ts'

let office: CopiedBox
let copy: Copy
let place: string
let first: MadeVersion
let second: MadeVersion

beforeEach(async () => {
  office = await copiedBox()
  copy = await office.add()
  place = copy.address.folder
  first = await office.makeVersion()
  second = await office.makeVersion()
  await office.copies.run(copy.copyId, { signal })
})
afterEach(() => office[Symbol.asyncDispose]())

const { signal } = new AbortController()
const run = () => office.copies.run(copy.copyId, { signal })

/** Every file of the copy with its hash. */
function printOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')]
    }),
  )
}

async function expectAllThere(): Promise<void> {
  const restored = await office.restoreAll(await openLocalStorage(place))
  expect(restored.get(first.seq)?.equals(first.bytes)).toBe(true)
  expect(restored.get(second.seq)?.equals(second.bytes)).toBe(true)
}

/** Every file below a folder, as malware sees them. */
function overwriteAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) writeFileSync(join(entry.parentPath, entry.name), randomBytes(2000))
}

describe('malware on the box’s disk', () => {
  const disasters: readonly { readonly title: string; readonly strike: () => void }[] = [
    { title: 'empties the repository', strike: () => emptyFolder(office.computer.place.folder) },
    { title: 'empties the folders of packs', strike: () => emptyFolder(office.computer.place.packsFolder) },
    { title: 'takes the folder of packs away', strike: () => rmSync(office.computer.place.packsFolder, { recursive: true }) },
    { title: 'empties the whole disk', strike: () => emptyFolder(join(office.upload.box.dataFolder, 'repositories')) },
    { title: 'removes all versions', strike: () => rmSync(office.computer.place.snapshotsFolder, { recursive: true }) },
    {
      title: 'brings another disk',
      strike: () => writeFileSync(join(office.upload.box.dataFolder, 'repositories', 'volume-id'), `${'ab'.repeat(16)}\n`),
    },
  ]

  test('empties, removes or exchanges what it finds: nothing is copied, nothing removed, somebody is told', async () => {
    const before = printOf(place)
    const disk = join(office.upload.box.dataFolder, 'repositories')
    cpSync(disk, `${disk}-before`, { recursive: true, preserveTimestamps: true })
    for (const { title, strike } of disasters) {
      office.alarms.clear()
      strike()
      office.upload.box.clock.advance(86_400_000)
      expect(await run(), title).toMatchObject({ outcome: 'failed', problem: { code: 'HF-COPY-SOURCE-LOST' } })
      expect(office.alarms.get('HF-COPY-FAILED')?.subject, title).toBe(`copy:${copy.copyId}`)
      expect(printOf(place), title).toEqual(before)
      emptyFolder(disk)
      cpSync(`${disk}-before`, disk, { recursive: true, preserveTimestamps: true })
    }
    await expectAllThere()
    expect(await run(), 'the disk as it was').toMatchObject({ outcome: 'ok' })
  })

  test('encrypts every file in place: no such byte reaches the copy, and new versions wait', async () => {
    await office.sendPacks(12)
    const before = printOf(place)
    overwriteAll(office.computer.place.packsFolder)
    overwriteAll(office.computer.place.twinPacksFolder)
    overwriteAll(office.computer.place.snapshotsFolder)
    overwriteAll(office.computer.place.keysFolder)
    expect(await run()).toMatchObject({ outcome: 'failed', packs: 0, problem: { code: 'HF-COPY-SOURCE-LOST' } })
    expect(printOf(place)).toEqual(before)
    await expectAllThere()
  })

  test('overwrites keys and versions only: the copy keeps its own', async () => {
    const before = printOf(place)
    overwriteAll(office.computer.place.keysFolder)
    overwriteAll(office.computer.place.snapshotsFolder)
    writeFileSync(office.computer.place.repositoryFile, 'pay up')
    await run()
    expect(printOf(place)).toEqual(before)
    await expectAllThere()
  })
})

describe('rot on the box’s disk', () => {
  test('a damaged pack is not copied; it is marked, and the others go on', async () => {
    const third = await office.makeVersion()
    const data = third.packs.find((id) => !readdirSync(join(office.computer.place.twinPacksFolder, id.slice(0, 2))).includes(id))!
    const file = office.computer.place.packFile(data)
    const bytes = readFileSync(file)
    bytes[200]! ^= 4
    writeFileSync(file, bytes)
    const result = await run()
    expect(result).toMatchObject({ outcome: 'partial', packs: third.packs.length - 1, findings: { damagedHere: 1 } })
    expect(office.alarms.get('HF-COPY-FOUND-DAMAGE')?.detail).toContain('1 file of the box is damaged')
    const row = await office.upload.box.database.kysely
      .selectFrom('packs')
      .select('state')
      .where('pack_id', '=', Buffer.from(data, 'hex'))
      .executeTakeFirstOrThrow()
    expect(row.state).toBe(packStates.damaged)
    expect([...printOf(place).keys()].some((name) => name.includes(data))).toBe(false)
  })

  test('of a tree pack the whole one of the two is taken', async () => {
    const third = await office.makeVersion()
    const tree = third.packs.find((id) => readdirSync(join(office.computer.place.twinPacksFolder, id.slice(0, 2))).includes(id))!
    writeFileSync(office.computer.place.packFile(tree), 'rot')
    expect(await run()).toMatchObject({ outcome: 'ok', packs: third.packs.length })
    const restored = await office.restoreAll(await openLocalStorage(place))
    expect(restored.get(third.seq)?.equals(third.bytes)).toBe(true)
  })

  test('a pack that is gone here is told of, and found in the copy', async () => {
    const lost = first.packs[0]!
    const bytes = readFileSync(office.computer.place.packFile(lost))
    await office.sendPacks(12)
    rmSync(office.computer.place.packFile(lost))
    expect(await run()).toMatchObject({ outcome: 'partial', findings: { missingHere: 1 } })
    const { uid } = await office.getRepository()
    expect(await office.findOtherCopy({ uid, packId: lost })).toEqual(bytes)
  })

  test('only whole bytes are given back, from whichever copy has them', async () => {
    const { uid } = await office.getRepository()
    const [packId] = first.packs
    const file = join(place, 'repositories', uid.toString('hex'), 'packs', packId!.slice(0, 2), packId!)
    const bytes = readFileSync(file)
    writeFileSync(file, 'rot')
    const other = await office.add('other')
    expect(await office.findOtherCopy({ uid, packId: packId! })).toSatisfy(
      (found) => found === undefined || Buffer.from(found as Buffer).equals(bytes),
    )
    await office.copies.run(other.copyId, { signal })
    expect(await office.findOtherCopy({ uid, packId: packId! })).toEqual(bytes)
    renameSync(other.address.folder, `${other.address.folder}-away`)
    mkdirSync(other.address.folder)
    writeFileSync(file, bytes)
    expect(await office.findOtherCopy({ uid, packId: packId! })).toEqual(bytes)
  })
})

describe('the disk of the copy', () => {
  test.each([
    { title: 'is not mounted', strike: () => emptyFolder(place) },
    {
      title: 'is another one',
      strike: () => {
        const file = join(place, identityFileName)
        writeFileSync(file, readFileSync(file, 'utf8').replace(copy.placeUid.toString('hex'), 'cd'.repeat(16)))
      },
    },
  ])('$title: nothing is written', async ({ strike }) => {
    strike()
    const before = printOf(place)
    await office.makeVersion()
    expect(await run()).toMatchObject({ outcome: 'failed', problem: { code: 'HF-COPY-WRONG-PLACE' } })
    expect(printOf(place)).toEqual(before)
  })

  test('is taken away in the middle of a run: the next file is not written', async () => {
    await office.makeVersion()
    const service = office.copiesWith({
      reached: (point) => {
        if (point !== 'copy:pack-noted') return
        renameSync(place, `${place}-away`)
        mkdirSync(place)
      },
    })
    expect(await service.run(copy.copyId, { signal })).toMatchObject({
      outcome: 'failed',
      problem: { code: 'HF-COPY-WRONG-PLACE' },
    })
    expect(readdirSync(place)).toEqual([])
  })

  test('is not there at all', async () => {
    rmSync(place, { recursive: true })
    expect(await run()).toMatchObject({ outcome: 'failed', problem: { code: 'HF-COPY-PLACE-UNUSABLE' } })
  })

  test('is newer than the box: an old box does not overwrite it', async () => {
    await office.purge({ ...first, packs: [] })
    await run()
    const { repositoryId } = await office.getRepository()
    const { kysely } = office.upload.box.database
    await kysely.updateTable('repositories').set({ generation: 0 }).where('id', '=', repositoryId).execute()
    writeFileSync(office.computer.place.generationFile, '0\n')
    const before = printOf(place)
    expect(await run()).toMatchObject({ outcome: 'failed', problem: { code: 'HF-COPY-NEWER' } })
    expect(printOf(place)).toEqual(before)
  })

  test('an old database beside newer files copies nothing', async () => {
    writeFileSync(office.computer.place.generationFile, '7\n')
    expect(await run()).toMatchObject({ outcome: 'failed', problem: { code: 'HF-REBUILD-NEEDED' } })
  })
})

function emptyFolder(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
}
