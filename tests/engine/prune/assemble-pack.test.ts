/** Records move from pack to pack byte for byte; nothing sealed depends on where they lie. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  assemblePack,
  holdsAny,
  liveRecords,
  openRecord,
  PackedTrailer,
  PackScanner,
  PrefixMarks,
  packFootBytes,
  packHeadBytes,
  parseRepositoryUid,
  readWholePackIndex,
  trailerRange,
} from '../../../engine/index.ts'
import { VersionWriter } from '../../support/version-writer.ts'

const secrets = { uid: parseRepositoryUid(randomBytes(16)), dedupKey: randomBytes(32), encryptionKeys: [randomBytes(32)] }

function trailerOf(pack: Buffer): PackedTrailer {
  const foot = pack.subarray(pack.length - packFootBytes)
  const { offset, length } = trailerRange(foot, pack.length)
  return new PackedTrailer({ head: pack.subarray(0, packHeadBytes), entries: pack.subarray(offset, offset + length), foot })
}

function samplePacks() {
  const writer = new VersionWriter(secrets)
  const files = ['a', 'b', 'c'].map((name) => writer.file(name, randomBytes(5000)))
  const root = writer.tree([...files, writer.directory('below', writer.tree(files))])
  const packs = writer.takePacks()
  const find = (kind: 'data' | 'tree') => packs.find((pack) => pack.kind === kind)!.bytes
  return { root, keys: writer.keys, data: find('data'), tree: find('tree') }
}

describe('a pack made of others', () => {
  test.each(['data', 'tree'] as const)('of %s holds what was chosen, whole, and opens under the same keys', (kind) => {
    const sample = samplePacks()
    const source = sample[kind]
    const trailer = trailerOf(source)
    const reached = new PrefixMarks()
    expect(holdsAny(trailer, reached)).toBe(false)
    for (let record = 0; record < trailer.records; record += 2) reached.mark(trailer.idOf(record), 0, 1)
    expect(holdsAny(trailer, reached)).toBe(true)
    const records = liveRecords(source, trailer, reached)!
    const made = assemblePack({ uid: secrets.uid, kind, records: records.map(({ bytes }) => bytes) })
    const scanner = new PackScanner()
    scanner.push(made.bytes)
    expect(scanner.finish()).toMatchObject({ kind })
    const index = readWholePackIndex(made.bytes)
    expect(index.entries.map(({ header }) => header.chunkId)).toEqual(records.map(({ id }) => id))
    for (const { offset, length, header } of index.entries) {
      const bytes = made.bytes.subarray(offset, offset + length)
      expect(source.includes(bytes)).toBe(true)
      expect(openRecord(bytes, sample.keys).header.chunkId).toEqual(header.chunkId)
    }
    // The same records in the same order are the same pack.
    expect(assemblePack({ uid: secrets.uid, kind, records: records.map(({ bytes }) => bytes) }).id).toBe(made.id)
  })

  test('takes nothing of a pack in which a needed record is not whole', () => {
    const { data } = samplePacks()
    const trailer = trailerOf(data)
    const reached = new PrefixMarks()
    reached.mark(trailer.idOf(0), 0, 1)
    const damaged = Buffer.from(data)
    damaged[packHeadBytes + 200]! ^= 1
    expect(liveRecords(damaged, trailer, reached)).toBeUndefined()
    expect(() =>
      assemblePack({ uid: secrets.uid, kind: 'data', records: [damaged.subarray(packHeadBytes, packHeadBytes + 300)] }),
    ).toThrow()
  })
})

describe('a trailer read in place', () => {
  test('says what the index says', () => {
    const { tree } = samplePacks()
    const trailer = trailerOf(tree)
    const { entries } = readWholePackIndex(tree)
    expect(trailer.records).toBe(entries.length)
    for (const [record, { header, offset, length, refs }] of entries.entries()) {
      expect(trailer.idOf(record)).toEqual(header.chunkId)
      expect(trailer.placeOf(record)).toEqual({ offset, length })
      expect(trailer.refsOf(record)).toEqual(Buffer.concat(refs))
      expect(trailer.find(header.chunkId)).toBe(record)
    }
    expect(trailer.find(randomBytes(32))).toBeUndefined()
  })

  test('refuses any byte that is not as it was written', () => {
    const { tree } = samplePacks()
    const { offset } = trailerRange(tree.subarray(tree.length - packFootBytes), tree.length)
    for (let at = offset; at < tree.length; at += 7) {
      const damaged = Buffer.from(tree)
      damaged[at]! ^= 0x10
      expect(() => trailerOf(damaged), `byte ${at}`).toThrow()
    }
  })
})
