import { createHash, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChunkId, PackEntry, PackId } from '../../../engine/index.ts'
import { ChunkIndex } from '../../../engine/repository/chunk-index.ts'

const packOf = (number: number) => createHash('sha256').update(`pack ${number}`).digest('hex') as PackId
const idOf = (number: number) => createHash('sha256').update(`chunk ${number}`).digest() as Buffer as ChunkId

function entry(id: ChunkId, offset: number, length: number): PackEntry {
  return { header: { chunkId: id } as PackEntry['header'], offset, length, refs: [] }
}

describe('the index of chunks', () => {
  test('finds exactly what was added, with its place', () => {
    const index = new ChunkIndex()
    const count = 200_000
    for (let pack = 0; pack < count / 50; pack++) {
      const entries = Array.from({ length: 50 }, (_, at) => entry(idOf(pack * 50 + at), 32 + at * 1000, 1000 + at))
      index.addPack(packOf(pack), pack % 10 === 0 ? 'tree' : 'data', entries)
    }
    expect(index.size).toBe(count)
    for (let number = 0; number < count; number += 37) {
      const pack = Math.floor(number / 50)
      const expected = {
        pack: packOf(pack),
        kind: pack % 10 === 0 ? 'tree' : 'data',
        offset: 32 + (number % 50) * 1000,
        length: 1000 + (number % 50),
      }
      expect(index.find(idOf(number))).toEqual(expected)
    }
    for (let number = count; number < count + 5_000; number++) expect(index.has(idOf(number))).toBe(false)
  })

  test('keeps every place of a chunk that lies in several packs, the first first, and a pack once', () => {
    const index = new ChunkIndex()
    const id = idOf(1)
    for (const pack of [3, 1, 2]) index.addPack(packOf(pack), 'data', [entry(id, pack, pack)])
    index.addPack(packOf(1), 'data', [entry(id, 1, 1)])
    index.addPack(packOf(9), 'data', [])
    expect(index.findAll(id).map(({ offset }) => offset)).toEqual([3, 1, 2])
    expect(index.size).toBe(3)
    expect([...index.ids()].map(String)).toEqual([id, id, id].map(String))
  })

  test('tells ids apart that share all but their last byte, or their first word', () => {
    const index = new ChunkIndex()
    const base = randomBytes(32)
    const ids = Array.from(
      { length: 256 },
      (_, last) => Buffer.concat([base.subarray(0, 31), Buffer.from([last])]) as Buffer as ChunkId,
    )
    index.addPack(
      packOf(0),
      'data',
      ids.filter((_, at) => at % 2 === 0).map((id, at) => entry(id, at, 1)),
    )
    ids.forEach((id, at) => {
      expect(index.find(id)?.offset).toBe(at % 2 === 0 ? at / 2 : undefined)
    })
  })

  test('holds any place a pack can have', () => {
    const offsets = fc.integer({ min: 32, max: 64 * 1024 * 1024 - 1 })
    const lengths = fc.integer({ min: 108, max: 11 * 1024 * 1024 })
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(), offsets, lengths), { selector: ([number]) => number, maxLength: 50 }),
        (places) => {
          const index = new ChunkIndex()
          places.forEach(([number, offset, length], pack) => {
            index.addPack(packOf(pack), 'data', [entry(idOf(number), offset, length)])
          })
          places.forEach(([number, offset, length], pack) => {
            expect(index.find(idOf(number))).toEqual({ pack: packOf(pack), kind: 'data', offset, length })
          })
        },
      ),
    )
  })

  test('of 4 million chunks takes about 200 MiB', { timeout: 120_000 }, () => {
    const before = process.memoryUsage()
    const index = new ChunkIndex()
    const perPack = 20
    const seed = randomBytes(32)
    for (let pack = 0; pack < 200_000; pack++) {
      const entries = Array.from({ length: perPack }, (_, at) => {
        const id = Buffer.from(seed) as Buffer as ChunkId
        id.writeUInt32LE(Math.imul(pack * perPack + at + 1, 0x9e3779b1) >>> 0, 0) // a bijection of 32 bits: no id twice
        return entry(id, 32 + at * 100, 100)
      })
      index.addPack(packOf(pack), 'data', entries)
    }
    const after = process.memoryUsage()
    expect(index.size).toBe(4_000_000)
    const usedMiB = (after.arrayBuffers - before.arrayBuffers) / 2 ** 20
    expect(usedMiB).toBeLessThan(210)
  })
})
