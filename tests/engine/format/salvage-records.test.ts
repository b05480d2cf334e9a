import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packHeadBytes } from '../../../engine/format/pack.ts'
import { recordHeaderBytes, writeHeader, writeHeaderCrcs } from '../../../engine/format/record-header.ts'
import { type ChunkId, openRecord, readWholePackIndex, recordTypes, salvageRecords } from '../../../engine/index.ts'
import { codecs } from '../../../engine/model/record-type.ts'
import { fixedBytes, keys, packOf } from '../repository/sealed-samples.ts'

const samples = Array.from({ length: 12 }, (_, n) => ({ type: recordTypes.data, plaintext: fixedBytes(`record ${n}`, 700 + n) }))
const pack = packOf('data', samples)
const { entries } = readWholePackIndex(pack)

const salvaged = (bytes: Buffer) =>
  [...salvageRecords(bytes)].map(({ offset, length }) => openRecord(bytes.subarray(offset, offset + length), keys).plaintext)
const plaintexts = (numbers: readonly number[]) => numbers.map((n) => samples[n]!.plaintext)
const all = samples.map((_, n) => n)

describe('salvage', () => {
  test('finds what the trailer of a whole pack names, and nothing else', () => {
    expect([...salvageRecords(pack)]).toEqual(entries)
  })

  test('needs no trailer and no head', () => {
    const end = entries.at(-1)!.offset + entries.at(-1)!.length
    expect(salvaged(pack.subarray(0, end))).toEqual(plaintexts(all))
    expect(salvaged(pack.subarray(packHeadBytes + 5, end))).toEqual(plaintexts(all.slice(1)))
    expect(salvaged(Buffer.alloc(0))).toEqual([])
  })

  test('loses one record to one damaged byte, wherever it is', () => {
    const records = entries.at(-1)!.offset + entries.at(-1)!.length - packHeadBytes
    fc.assert(
      fc.property(fc.nat({ max: records - 1 }), fc.integer({ min: 1, max: 255 }), (place, mask) => {
        const changed = Buffer.from(pack)
        const at = packHeadBytes + place
        changed[at]! ^= mask
        const hit = entries.findIndex(({ offset, length }) => at < offset + length)
        expect(salvaged(changed)).toEqual(plaintexts(all.filter((n) => n !== hit)))
      }),
    )
  })

  test('loses one record when a piece of it is missing or something is put in', () => {
    const { offset, length } = entries[5]!
    const middle = offset + (length >> 1)
    const without = Buffer.concat([pack.subarray(0, middle), pack.subarray(middle + 256)])
    expect(salvaged(without)).toEqual(plaintexts(all.filter((n) => n !== 5)))
    const longer = Buffer.concat([pack.subarray(0, middle), Buffer.alloc(4_096), pack.subarray(middle)])
    expect(salvaged(longer)).toEqual(plaintexts(all.filter((n) => n !== 5)))
  })

  test('does not work itself to death on headers that all name long bodies', () => {
    const ciphertextBytes = 4 * 1024 * 1024
    const header = Buffer.alloc(recordHeaderBytes)
    const chunkId = fixedBytes('nothing', 32) as ChunkId
    writeHeader(header, 0, {
      type: recordTypes.tree,
      codec: codecs.none,
      epoch: 1,
      refsCount: 65_536,
      ciphertextBytes,
      chunkId,
      salt: chunkId,
    })
    writeHeaderCrcs(header, 0, recordHeaderBytes)
    const hostile = Buffer.concat(Array(182_000).fill(header)) // 16 MiB; checking each body whole would be 1.5 TiB
    const before = performance.now()
    expect([...salvageRecords(hostile)]).toEqual([])
    expect(performance.now() - before).toBeLessThan(20_000)
  })
})
