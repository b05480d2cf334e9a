import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChunkId, PackEntry, RecordSource, RestoreResult } from '../../../engine/index.ts'
import {
  chunkKey,
  openVersion,
  plaintextSource,
  readHeader,
  readWholePackIndex,
  recordHeaderBytes,
} from '../../../engine/index.ts'
import { type TestRepository, testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const MiB = 1024 * 1024
/** Of all data records, evenly; each costs a restore. */
const recordsTried = 8
const contents: Readonly<Record<string, Buffer>> = {
  inline: Buffer.from('in its folder'),
  small: randomBytes(5000),
  text: Buffer.from('text that shrinks '.repeat(3000)),
  'several chunks': randomBytes(6 * MiB),
  'a list of chunks': randomBytes(22 * MiB),
  twin: Buffer.from('the same in two files '.repeat(100)),
  'twin 2': Buffer.from('the same in two files '.repeat(100)),
  'folder/below': randomBytes(3000),
}

describe('a damaged repository', () => {
  const folder = temporaryFolder()
  const source = join(folder.path, 'source')
  let made: TestRepository
  let root: ChunkId
  let restores = 0
  beforeAll(async () => {
    mkdirSync(join(source, 'folder'), { recursive: true })
    for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(source, name), bytes)
    made = await testRepository()
    root = (await made.backUp([source], folder.path)).root
  })
  afterAll(() => folder[Symbol.dispose]())

  async function restored(repository: TestRepository, records: RecordSource = repository.repository) {
    const destination = join(folder.path, `restored ${restores++}`)
    const to = {
      destination: { kind: 'folder', path: Buffer.from(destination), strip: true } as const,
      selection: [Buffer.from(source)],
    }
    const result = await repository.restore(root, '', { ...to, records })
    return { result, found: wholeFiles(join(destination, 'source')) }
  }

  test('gives everything when nothing is damaged', async () => {
    const { result, found } = await restored(made)
    expect(failedNames(result)).toEqual([])
    expect(found).toEqual(Object.keys(contents).sort())
  })

  describe('with one bit flipped in a record of data', () => {
    test('refuses the files that need it, no others', async () => {
      const records = await recordsOf(made, 'packs', 'data')
      expect(records.length).toBeGreaterThan(recordsTried)
      for (const { file, entry } of records.filter((_, index) => index % Math.ceil(records.length / recordsTried) === 0)) {
        await flipped(made, file, randomPlace(entry), async () => {
          const { result, found } = await restored(await made.reopen())
          const failed = failedNames(result)
          expect(failed.length).toBeGreaterThan(0)
          expect([...found, ...failed].sort()).toEqual(Object.keys(contents).sort())
          expect(result.failed.map(({ code }) => code)).toEqual(failed.map(() => 'missing'))
        })
      }
    })
  })

  test('whose tree records are damaged in one place gives everything from the other', async () => {
    for (const place of ['packs', 'packs2'] as const) {
      const [file] = new Set((await recordsOf(made, place, 'tree')).map((record) => record.file))
      const bytes = await made.storage.read(file!)
      await made.storage.replace(file!, Buffer.alloc(bytes.length))
      const { result, found } = await restored(await made.reopen())
      expect(failedNames(result)).toEqual([])
      expect(found).toEqual(Object.keys(contents).sort())
      await made.storage.replace(file!, bytes)
    }
  })

  test('whose pack has lost its index still gives its records', async () => {
    for (const file of new Set((await recordsOf(made, 'packs', 'data')).map((record) => record.file))) {
      const bytes = await made.storage.read(file)
      await made.storage.replace(file, bytes.subarray(0, -200))
      const { result } = await restored(await made.reopen())
      expect(failedNames(result)).toEqual([])
      await made.storage.replace(file, bytes)
    }
  })

  test('whose pack is gone loses what was in it, and says so', async () => {
    const [file] = new Set((await recordsOf(made, 'packs', 'data')).map((record) => record.file))
    const bytes = await made.storage.read(file!)
    await made.storage.remove(file!)
    const { result, found } = await restored(await made.reopen())
    expect([...found, ...failedNames(result)].sort()).toEqual(Object.keys(contents).sort())
    expect(failedNames(result).length).toBeGreaterThan(0)
    await made.storage.put(file!, bytes)
  })

  test('that lost a folder’s record names the folder and gives the rest', async () => {
    const records = without(made.repository, await idOfFolder(made, root))
    const { result, found } = await restored(made, records)
    expect(result.failed.map(({ path, code }) => [basename(path.toString()), code])).toEqual([['folder', 'missing']])
    expect(found).toEqual(
      Object.keys(contents)
        .filter((name) => name !== 'folder/below')
        .sort(),
    )
  })

  describe('behind a source that passes damage on', () => {
    const places = [
      { title: 'the id', at: () => 25 },
      { title: 'the salt', at: () => 60 },
      { title: 'a checksum', at: () => recordHeaderBytes - 2 },
      { title: 'the ciphertext', at: (record: Buffer) => recordHeaderBytes + 10 + ((record.length - recordHeaderBytes) >> 1) },
      { title: 'the tag', at: (record: Buffer) => record.length - 1 },
      { title: 'the length', at: () => 17 },
      { title: 'the magic', at: () => 1 },
    ]
    test.each(places)('refuses a file with a bit flipped in $title of its record', async ({ at }) => {
      const records = changed(made.repository, 0, (record) => {
        record[at(record)]! ^= 0x10
        return record
      })
      const { result, found } = await restored(made, records)
      expect(failedNames(result).length).toBeGreaterThan(0)
      expect([...found, ...failedNames(result)].sort()).toEqual(Object.keys(contents).sort())
    })

    test('refuses a record in place of another, a truncated one, a repeated one and one that nobody asked for', async () => {
      const stranger = (await Array.fromAsync(made.repository.readRecords([root]), (record) => Buffer.from(record)))[0]!
      for (const change of [() => stranger, (record: Buffer) => record.subarray(0, -1)]) {
        const { result, found } = await restored(made, changed(made.repository, 0, change))
        expect(failedNames(result).length).toBeGreaterThan(0)
        expect([...found, ...failedNames(result)].sort()).toEqual(Object.keys(contents).sort())
      }
      const records: RecordSource = {
        async *readRecords(ids) {
          yield stranger
          for await (const record of made.repository.readRecords(ids)) {
            yield record
            yield record
          }
        },
      }
      expect(failedNames((await restored(made, records)).result)).toEqual([])
    })
  })

  test('a source that fails as a whole ends the restore, and leaves only whole files', async () => {
    let calls = 0
    const records: RecordSource = {
      async *readRecords(ids) {
        if (++calls > 5) throw new Error('the network is gone')
        yield* made.repository.readRecords(ids)
      },
    }
    await expect(restored(made, records)).rejects.toThrow('the network is gone')
    const left = join(folder.path, `restored ${restores - 1}`, 'source')
    expect(wholeFiles(left).filter((name) => !(name in contents))).toEqual([])
  })
})

/** Names of files below a folder; every one must be whole. */
function wholeFiles(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  for (const name of names) expect(readFileSync(join(folder, name)).equals(contents[name] ?? Buffer.alloc(0)), name).toBe(true)
  return names.sort()
}

function failedNames(result: RestoreResult): readonly string[] {
  return result.failed.map(({ path }) => path.toString().replace(/^.*\/source\//, '')).sort()
}

async function recordsOf({ storage }: TestRepository, folder: 'packs' | 'packs2', kind: 'data' | 'tree') {
  const records: { file: string; entry: PackEntry }[] = []
  for await (const { name } of storage.list(folder)) {
    const index = readWholePackIndex(await storage.read(name))
    if (index.kind === kind) records.push(...index.entries.map((entry) => ({ file: name, entry })))
  }
  return records
}

function randomPlace({ offset, length }: PackEntry): number {
  return offset + (randomBytes(4).readUInt32LE() % length)
}

async function flipped({ storage }: TestRepository, file: string, at: number, use: () => Promise<void>): Promise<void> {
  const bytes = await storage.read(file)
  const damaged = Buffer.from(bytes)
  damaged[at]! ^= 1 << (at % 8)
  await storage.replace(file, damaged)
  await use()
  await storage.replace(file, bytes)
}

async function idOfFolder(repository: TestRepository, root: ChunkId): Promise<ChunkId> {
  const version = openVersion(plaintextSource(repository.repository, repository.secrets), root)
  for await (const { entry } of version.walk(Buffer.alloc(0))) {
    if (entry.type === 'directory' && entry.name.toString() === 'folder') return entry.tree
  }
  throw new Error('no such folder')
}

function without(records: RecordSource, id: ChunkId): RecordSource {
  return {
    async *readRecords(ids) {
      for await (const record of records.readRecords(ids)) if (!readHeader(record).chunkId.equals(id)) yield record
    },
  }
}

/** Changes the first data record of a call that is for files. */
function changed(records: RecordSource, which: number, change: (record: Buffer) => Buffer): RecordSource {
  const chosen = new Set<string>()
  return {
    async *readRecords(ids) {
      let index = 0
      for await (const record of records.readRecords(ids)) {
        const { type, chunkId } = readHeader(record)
        const isChosen = type === 1 && (chosen.has(chunkKey(chunkId)) || (chosen.size === 0 && index++ === which))
        if (isChosen) chosen.add(chunkKey(chunkId))
        yield isChosen ? change(Buffer.from(record)) : record
      }
    },
  }
}
