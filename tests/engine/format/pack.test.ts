import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packFootBytes, packHeadBytes, writePackHead, writePackTrailer } from '../../../engine/format/pack.ts'
import { recordHeaderBytes } from '../../../engine/format/record-header.ts'
import { openRecord, type PackIndex, type PackKind, PackScanner, readWholePackIndex, recordTypes } from '../../../engine/index.ts'
import { PackWriter } from '../../../engine/repository/pack-writer.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'
import { fixedBytes, keys, packOf, type Sample, sealed, toSeal } from '../repository/sealed-samples.ts'

const data = (words: string, length: number): Sample => ({ type: recordTypes.data, plaintext: fixedBytes(words, length) })
const folder = (...children: string[]): Sample => ({
  type: recordTypes.tree,
  plaintext: indexOf(children.map((child) => keys.chunkId(recordTypes.tree, Buffer.from(child)))),
})

/** A tree index of level 1 with these children. */
function indexOf(ids: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([1, ids.length]), ...ids.map((id, n) => Buffer.concat([Buffer.from([1, 0x61 + n]), id]))])
}

/** A pack put together from records as they are, whatever they are. */
function packOfRecords(kind: PackKind, records: readonly Buffer[]): Buffer {
  const body = Buffer.concat(records)
  const pack = Buffer.alloc(packHeadBytes + 2 * body.length + records.length * 4 + packFootBytes)
  writePackHead(pack, keys.uid, kind)
  pack.set(body, packHeadBytes)
  const offsets = records.map((_, n) => packHeadBytes + records.slice(0, n).reduce((sum, record) => sum + record.length, 0))
  return pack.subarray(0, writePackTrailer(pack, packHeadBytes + body.length, offsets))
}

function scan(pack: Buffer, cuts: readonly number[] = []): PackIndex {
  const scanner = new PackScanner()
  const places = [0, ...cuts.map((cut) => cut % pack.length).sort((a, b) => a - b), pack.length]
  for (let n = 1; n < places.length; n++) scanner.push(pack.subarray(places[n - 1], places[n]))
  return scanner.finish()
}

describe('a pack', () => {
  const contents = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 5 }), fc.nat({ max: 3_000 })), {
    minLength: 1,
    maxLength: 20,
    selector: ([words, length]) => (length === 0 ? 0 : `${words}/${length}`),
  })

  test('gives back what was written, from its trailer and from its records', () => {
    fc.assert(
      fc.property(contents, fc.array(fc.nat(), { maxLength: 30 }), (given, cuts) => {
        const samples = given.map(([words, length]) => data(words, length))
        const pack = packOf('data', samples)
        const index = readWholePackIndex(pack)
        expect({ uid: index.uid, kind: index.kind }).toEqual({ uid: keys.uid, kind: 'data' })
        const opened = index.entries.map(
          ({ offset, length }) => openRecord(pack.subarray(offset, offset + length), keys).plaintext,
        )
        expect(opened).toEqual(samples.map(({ plaintext }) => plaintext))
        expect(scan(pack, cuts)).toEqual(index)
      }),
      { numRuns: 30 },
    )
  })

  test('repeats the children of its records', () => {
    const samples = [folder('x', 'y'), folder('z')]
    const index = readWholePackIndex(packOf('tree', samples))
    expect(index.entries.map(({ refs }) => refs)).toEqual(samples.map((sample) => toSeal(sample).refs))
    expect(index.entries.map(({ refs }) => refs.length)).toEqual([2, 1])
  })

  test('holds an id once, however often it is added', () => {
    const writer = new PackWriter(Buffer.alloc(100_000), keys, 'data')
    expect(writer.add(toSeal(data('a', 10)))).toBeGreaterThan(0)
    expect(writer.add(toSeal(data('a', 10)))).toBe(0)
    expect(readWholePackIndex(Buffer.from(writer.finish().bytes)).entries.length).toBe(1)
  })

  test('is named by its SHA-256', () => {
    const writer = new PackWriter(Buffer.alloc(100_000), keys, 'data')
    writer.add(toSeal(data('a', 1_000)))
    const { id, bytes } = writer.finish()
    expect(id).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  const record = sealed(data('a', 50))
  const tree = sealed(folder('x'))
  test.each([
    { title: 'a tree in a data pack', pack: packOfRecords('data', [record, tree]) },
    { title: 'data in a tree pack', pack: packOfRecords('tree', [tree, record]) },
    { title: 'a note', pack: packOfRecords('data', [sealed({ type: recordTypes.note, plaintext: Buffer.from('note') })]) },
    { title: 'one id twice', pack: packOfRecords('data', [sealed(data('b', 9)), record, sealed(data('b', 9))]) },
    { title: 'no record', pack: packOfRecords('data', []) },
    { title: 'a byte in its reserved place', pack: withBitFlipped(packOfRecords('data', [record]), 10 * 8) },
    { title: 'an unknown kind', pack: withBitFlipped(packOfRecords('data', [record]), 9 * 8 + 1) },
    { title: 'a byte between records', pack: packOfRecords('data', [Buffer.concat([record, Buffer.alloc(1)])]) },
  ])('with $title is damaged, read whole or passing by', ({ pack }) => {
    expect(faultOf(() => readWholePackIndex(pack))).toBe('pack-damaged')
    expect(['pack-damaged', 'record-damaged']).toContain(faultOf(() => scan(pack)))
  })

  test('of a later format says so', () => {
    const pack = withBitFlipped(packOfRecords('data', [record]), 8 * 8 + 1)
    expect(faultOf(() => readWholePackIndex(pack))).toBe('unsupported-version')
    expect(faultOf(() => scan(pack))).toBe('unsupported-version')
  })

  test('whose trailer names more records than its foot is refused at the first too many', () => {
    const many = 60_000
    const header = packOfRecords('data', [record]).subarray(packHeadBytes, packHeadBytes + recordHeaderBytes)
    const entry = Buffer.concat([header, Buffer.alloc(4)])
    const entries = Buffer.concat(Array(many).fill(entry))
    const foot = Buffer.alloc(packFootBytes)
    foot.writeUInt32LE(1, 0)
    foot.writeUInt32LE(entries.length, 4)
    foot.set(createHash('sha256').update(entries).digest(), 8)
    foot.write('HFPKEND\n', 40, 'latin1')
    const head = Buffer.alloc(packHeadBytes)
    writePackHead(head, keys.uid, 'data')
    expect(faultOf(() => readWholePackIndex(Buffer.concat([head, record, entries, foot])))).toBe('pack-damaged')
  })

  test.each([
    { title: 'bytes', length: 8 * 1024 * 1024 - 100, copies: 8 },
    { title: 'records', length: 0, copies: 65_537 },
  ])('passing by may not have more $title than a pack may have', ({ length, copies }) => {
    const scanner = new PackScanner()
    const repeated = sealed(data('repeated', length))
    scanner.push(packOfRecords('data', [record]).subarray(0, packHeadBytes + record.length))
    const push = () => {
      for (let copy = 0; copy < copies; copy++) scanner.push(repeated)
    }
    expect(faultOf(push)).toBe('limit-exceeded')
  })

  test('that is too short for head and foot is no pack', () => {
    expect(faultOf(() => readWholePackIndex(Buffer.alloc(packHeadBytes + packFootBytes - 1)))).toBe('pack-damaged')
  })
})

describe('a pack of 64 KiB', () => {
  let pack: Buffer
  let index: PackIndex
  const { stackTraceLimit } = Error
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit
  })
  beforeAll(() => {
    Error.stackTraceLimit = 0 // half a million errors: their stacks would take most of the time
    const samples = Array.from({ length: 60 }, (_, n) => data(`sample ${n}`, 900))
    pack = packOf('data', samples)
    index = readWholePackIndex(pack)
    expect(pack.length).toBeGreaterThan(65_536)
  })

  test('shows every flipped bit of a record when that record is read', () => {
    for (const { offset, length } of index.entries) {
      const record = Buffer.from(pack.subarray(offset, offset + length))
      for (let bit = 0; bit < length * 8; bit++) {
        record[bit >>> 3]! ^= 1 << (bit & 7)
        const opened = decodesOrRefuses(() => openRecord(record, keys))
        if (opened) expect.fail(`bit ${bit} of the record at ${offset} was not noticed`)
        record[bit >>> 3]! ^= 1 << (bit & 7)
      }
    }
  })

  test('shows every flipped bit of its head, trailer and foot when its index is read', () => {
    const recordsEnd = index.entries.at(-1)!.offset + index.entries.at(-1)!.length
    for (let bit = 0; bit < pack.length * 8; bit++) {
      if (bit === packHeadBytes * 8) bit = recordsEnd * 8
      const read = decodesOrRefuses(() => readWholePackIndex(withBitFlipped(pack, bit)))
      // the repository's uid has no checksum of its own: whoever reads the index compares it
      if (read?.value.uid.equals(keys.uid)) expect.fail(`bit ${bit} was not noticed`)
    }
  })

  test('shows flipped bits of its bytes when it passes by', () => {
    for (let byte = 0; byte < pack.length; byte += byte < 400 || byte > pack.length - 400 ? 1 : 13) {
      const read = decodesOrRefuses(() => scan(withBitFlipped(pack, byte * 8 + (byte % 8))))
      if (read?.value.uid.equals(keys.uid)) expect.fail(`byte ${byte} was not noticed`)
    }
  })

  test('cut off anywhere is no pack', () => {
    for (let length = 0; length < pack.length; length++) {
      expect(decodesOrRefuses(() => readWholePackIndex(pack.subarray(0, length)))).toBeUndefined()
    }
    for (let length = 0; length < pack.length; length += 97) faultOf(() => scan(pack.subarray(0, length)))
    faultOf(() => scan(Buffer.concat([pack, Buffer.alloc(1)])))
    faultOf(() => readWholePackIndex(Buffer.concat([pack, Buffer.alloc(1)])))
  })
})
