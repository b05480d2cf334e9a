import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckReport, PackEntry, Storage } from '../../../engine/index.ts'
import {
  checkRepository,
  memoryStorage,
  newRepositorySecrets,
  openVersion,
  plaintextSource,
  readWholePackIndex,
} from '../../../engine/index.ts'
import { contentRuns } from '../../../engine/repository/file-content.ts'
import { type TestRepository, testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { VersionWriter } from '../../support/version-writer.ts'

const MiB = 1024 * 1024
const contents: Readonly<Record<string, Buffer>> = {
  small: randomBytes(5000),
  large: randomBytes(6 * MiB),
  'list of chunks': randomBytes(18 * MiB),
  'folder/below': randomBytes(3000),
  'folder/twin of small': Buffer.alloc(0),
}

describe('a check', () => {
  const folder = temporaryFolder()
  const source = join(folder.path, 'source')
  let made: TestRepository
  let storage: Storage
  beforeAll(async () => {
    mkdirSync(join(source, 'folder'), { recursive: true })
    for (const [name, bytes] of Object.entries(contents))
      writeFileSync(join(source, name), name.includes('twin') ? contents.small! : bytes)
    made = await testRepository()
    storage = made.storage
    await made.backUp([source], folder.path)
    writeFileSync(join(source, 'later'), randomBytes(2000))
    await made.backUp([source], folder.path)
  })
  afterAll(() => folder[Symbol.dispose]())

  const check = (isDataRead: boolean, secrets: TestRepository['secrets'] | undefined = made.secrets) =>
    checkRepository({ storage, secrets, isDataRead })

  const ways = [
    { title: 'of every byte, with keys', isDataRead: true, withKeys: true },
    { title: 'of every byte, without keys', isDataRead: true, withKeys: false },
    { title: 'of what is there, with keys', isDataRead: false, withKeys: true },
    { title: 'of what is there, without keys', isDataRead: false, withKeys: false },
  ]
  test.each(ways)('$title finds a whole repository whole', async ({ isDataRead, withKeys }) => {
    const report = await checkRepository({ storage, secrets: withKeys ? made.secrets : undefined, isDataRead })
    expect(report).toMatchObject({
      isWhole: true,
      snapshots: 2,
      findingsCount: 0,
      lostCount: 0,
      filesHitCount: 0,
      isDataRead,
      isOpened: withKeys,
    })
    expect(report.records).toBeGreaterThan(20)
  })

  test('names the file, the record and the people’s files of every flipped bit', async () => {
    const records = (await recordsOf(storage, 'packs')).filter(({ kind }) => kind === 'data')
    for (const { file, entry } of records.filter((_, index) => index % 5 === 0)) {
      await withFlippedBit(storage, file, entry.offset + 92 + (entry.length >> 1) - 46, async () => {
        const report = await check(true)
        expect(report.isWhole).toBe(false)
        expect(report.findings.filter((finding) => finding.fault === 'record-damaged')).toMatchObject([
          { file, offset: entry.offset },
        ])
        expect(report.lost.map(String)).toEqual([String(entry.header.chunkId)])
        const hit = await filesOfChunk(made, entry)
        expect(namesHit(report)).toEqual(hit)
        expect(hit.length).toBeGreaterThan(0)

        const blind = await checkRepository({ storage, secrets: undefined, isDataRead: true })
        expect(blind).toMatchObject({ isWhole: false, lostCount: 1, filesHitCount: 0 })
        expect(await check(false)).toMatchObject({ isWhole: true }) // what is not read is not known
      })
    }
  })

  test('of a damaged tree that has its second copy loses nothing', async () => {
    for (const { file, entry } of (await recordsOf(storage, 'packs2')).slice(0, 2)) {
      await withFlippedBit(storage, file, entry.offset + entry.length - 20, async () => {
        const report = await check(true)
        expect(report).toMatchObject({ isWhole: false, lostCount: 0, filesHitCount: 0 })
        expect(report.findings.map(({ fault }) => fault)).toContain('record-damaged')
      })
    }
  })

  test('of a folder lost in both copies names the folder', async () => {
    const tree = await treeOfFolder(made)
    const places = (await Promise.all([recordsOf(storage, 'packs'), recordsOf(storage, 'packs2')])).flat()
    const both = places.filter(({ entry }) => entry.header.chunkId.equals(tree))
    expect(both).toHaveLength(2)
    await withFlippedBit(storage, both[0]!.file, both[0]!.entry.offset + 200, () =>
      withFlippedBit(storage, both[1]!.file, both[1]!.entry.offset + 200, async () => {
        const report = await check(true)
        expect(namesHit(report)).toEqual(['1 folder/', '2 folder/'])
      }),
    )
  })

  test.each([true, false])('of a pack that is gone names what was in it (data read: %s)', async (isDataRead) => {
    const file = (await recordsOf(storage, 'packs')).find(({ kind }) => kind === 'data')!.file
    const bytes = await storage.read(file)
    await storage.remove(file)
    const report = await check(isDataRead)
    expect(report).toMatchObject({ isWhole: false, findingsCount: 0 })
    const lost = readWholePackIndex(bytes).entries.map(({ header }) => header.chunkId.toString('hex'))
    expect(report.lost.map((id) => id.toString('hex')).sort()).toEqual(lost.sort())
    expect(report.filesHitCount).toBeGreaterThan(0)
    await storage.put(file, bytes)
  })

  const packDamages: { title: string; damage: (bytes: Buffer) => Buffer }[] = [
    { title: 'a truncated pack', damage: (bytes) => bytes.subarray(0, -1) },
    { title: 'a pack with a damaged index', damage: (bytes) => flip(bytes, bytes.length - 60) },
    { title: 'a pack of zeros', damage: (bytes) => Buffer.alloc(bytes.length) },
    { title: 'an empty pack', damage: () => Buffer.alloc(0) },
    { title: 'a pack with a damaged head', damage: (bytes) => flip(bytes, 9) },
  ]
  test.each(packDamages)('finds $title', async ({ damage }) => {
    const file = (await recordsOf(storage, 'packs')).find(({ kind }) => kind === 'data')!.file
    const bytes = await storage.read(file)
    await storage.replace(file, damage(bytes))
    for (const isDataRead of [true, false]) {
      const report = await check(isDataRead)
      expect(report.findings[0]).toMatchObject({ fault: 'pack-damaged', file })
      expect(report.filesHitCount).toBeGreaterThan(0)
    }
    await storage.replace(file, bytes)
  })

  test('finds a pack of another repository', async () => {
    const foreign = new VersionWriter(newRepositorySecrets(randomBytes))
    foreign.data(randomBytes(100))
    const pack = foreign.takePacks()[0]!
    const file = `packs/${pack.id.slice(0, 2)}/${pack.id}`
    await storage.put(file, pack.bytes)
    expect((await check(false)).findings).toMatchObject([{ fault: 'pack-damaged', file }])
    await storage.remove(file)
  })

  test('finds a second copy that is missing', async () => {
    const { file } = (await recordsOf(storage, 'packs2'))[0]!
    const bytes = await storage.read(file)
    await storage.remove(file)
    const report = await check(false)
    expect(report).toMatchObject({ isWhole: false, lostCount: 0, findings: [{ fault: 'twin-missing', file }] })
    await storage.put(file, bytes)
  })

  test('finds a damaged version, one under a wrong name, and a hole in the chain', async () => {
    const names = (await Array.fromAsync(storage.list('snapshots'))).map(({ name }) => name)
    const [first, second] = names as [string, string]
    const bytes = await storage.read(first)
    await storage.replace(first, flip(bytes, 100))
    expect((await check(false)).findings).toMatchObject([{ fault: 'snapshot-damaged', file: first }])
    await storage.replace(first, await storage.read(second))
    expect((await check(false)).findings).toMatchObject([{ fault: 'snapshot-damaged', file: first }])
    await storage.replace(first, bytes)

    await storage.remove(first)
    const other = first.replace(/[0-9a-f]{64}$/, 'ab'.repeat(32))
    await storage.put(`${other}.gone`, Buffer.alloc(100))
    const faults = (await check(false)).findings.map(({ fault }) => fault)
    expect(faults).toEqual(['snapshot-damaged', 'chain-broken'])
    await storage.remove(`${other}.gone`)
    await storage.put(first, bytes)
    expect((await check(false)).isWhole).toBe(true)
  })

  test('finds a damaged key slot', async () => {
    await storage.put('keys/broken.json', Buffer.from('{'))
    expect((await check(false)).findings).toMatchObject([{ fault: 'key-slot-damaged', file: 'keys/broken.json' }])
    await storage.remove('keys/broken.json')
  })

  test('with the keys of another repository, or of none, is refused', async () => {
    await expect(check(false, newRepositorySecrets(randomBytes))).rejects.toMatchObject({ fault: 'wrong-repository' })
    const none = checkRepository({ storage: memoryStorage(), secrets: undefined, isDataRead: false })
    await expect(none).rejects.toMatchObject({ fault: 'wrong-repository' })
  })
})

/** `seq path` of what is hit, folders with a slash, below the source. */
function namesHit(report: CheckReport): readonly string[] {
  return report.filesHit
    .map(({ seq, path, isFolder }) => `${seq} ${path.toString().replace(/^.*source\//, '')}${isFolder ? '/' : ''}`)
    .sort()
}

async function filesOfChunk({ repository, secrets }: TestRepository, { header }: PackEntry): Promise<readonly string[]> {
  const plaintexts = plaintextSource(repository, secrets)
  const found: string[] = []
  for await (const { envelope } of repository.listSnapshots()) {
    for await (const { path, entry } of openVersion(plaintexts, envelope.root).walk(Buffer.alloc(0))) {
      if (entry.type !== 'file') continue
      const runs = await Array.fromAsync(contentRuns(plaintexts, entry))
      if (runs.some((run) => run.kind === 'data' && run.id.equals(header.chunkId)))
        found.push(`${envelope.seq} ${path.toString().replace(/^.*source\//, '')}`)
    }
  }
  return found.sort()
}

async function treeOfFolder({ repository, secrets }: TestRepository) {
  for await (const { envelope } of repository.listSnapshots()) {
    for await (const { entry } of openVersion(plaintextSource(repository, secrets), envelope.root).walk(Buffer.alloc(0))) {
      if (entry.type === 'directory' && entry.name.toString() === 'folder') return entry.tree
    }
  }
  throw new Error('no such folder')
}

async function recordsOf(storage: Storage, folder: 'packs' | 'packs2') {
  const records: { file: string; kind: 'data' | 'tree'; entry: PackEntry }[] = []
  for await (const { name } of storage.list(folder)) {
    const index = readWholePackIndex(await storage.read(name))
    records.push(...index.entries.map((entry) => ({ file: name, kind: index.kind, entry })))
  }
  return records
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}

async function withFlippedBit(storage: Storage, file: string, at: number, use: () => Promise<void>): Promise<void> {
  const bytes = await storage.read(file)
  await storage.replace(file, flip(bytes, at))
  await use()
  await storage.replace(file, bytes)
}
