import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCut } from '../../../engine/chunker/fast-cdc.ts'
import { deriveKeys } from '../../../engine/index.ts'
import { chunkAverageBytes, chunkMaxBytes, chunkMinBytes } from '../../../engine/model/limits.ts'
import { fixedBytes, keys, secrets } from '../repository/sealed-samples.ts'

const { gear } = keys
const MiB = 1024 * 1024

/** Lengths of the chunks of a whole file. */
function chunksOf(bytes: Buffer, table = gear): number[] {
  const lengths: number[] = []
  for (let start = 0; start < bytes.length; start += lengths.at(-1)!) lengths.push(findCut(bytes, start, bytes.length, table))
  return lengths
}

/** Ends of chunks, counted from the file's end, so that an insertion in front leaves them as they are. */
function endsFromBehind(lengths: readonly number[]): Set<number> {
  const ends = new Set<number>()
  let behind = 0
  for (const length of lengths.toReversed()) {
    ends.add(behind)
    behind += length
  }
  return ends
}

/** The same as it is read in the real run: a window that slides, of which only certain cuts are taken. */
function chunksInWindows(bytes: Buffer, reads: readonly number[]): number[] {
  const lengths: number[] = []
  let start = 0
  let end = 0
  for (let read = 0; end < bytes.length; read++) {
    end = Math.min(bytes.length, end + (reads[read % reads.length] ?? 1))
    const isLast = end === bytes.length
    while (isLast ? start < end : end - start >= chunkMaxBytes) {
      const length = findCut(bytes, start, end, gear)
      lengths.push(length)
      start += length
    }
  }
  return lengths
}

/** The rule as docs/format/chunks.md says it, one byte at a time. */
function cutByTheBook(bytes: Buffer, start: number): number {
  const available = bytes.length - start
  if (available <= chunkMinBytes) return available
  let hash = 0
  for (let length = chunkMinBytes; length < Math.min(available, chunkMaxBytes); length++) {
    hash = (hash * 2 + (gear[bytes[start + length]!]! >>> 0)) % 2 ** 32
    const zeroBits = length < chunkAverageBytes ? 22 : 18
    if (hash < 2 ** (32 - zeroBits)) return length + 1
  }
  return Math.min(available, chunkMaxBytes)
}

const file = fixedBytes('a file', 24 * MiB)
const lengths = chunksOf(file)

describe('cutting', () => {
  test('takes every byte once, within the sizes of format 1', () => {
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(file.length)
    for (const length of lengths.slice(0, -1)) {
      expect(length).toBeGreaterThan(chunkMinBytes)
      expect(length).toBeLessThanOrEqual(chunkMaxBytes)
    }
    expect(file.length / lengths.length).toBeGreaterThan(0.6 * chunkAverageBytes)
    expect(file.length / lengths.length).toBeLessThan(1.8 * chunkAverageBytes)
  })

  test.each([0, 1, chunkMinBytes - 1, chunkMinBytes])('leaves %i bytes whole', (length) => {
    expect(findCut(file, 0, length, gear)).toBe(length)
  })

  test('is the rule of the book', () => {
    let start = 0
    for (const length of lengths.slice(0, 6)) {
      expect(cutByTheBook(file, start)).toBe(length)
      start += length
    }
    expect(cutByTheBook(Buffer.alloc(5 * MiB), 0)).toBe(findCut(Buffer.alloc(5 * MiB), 0, 5 * MiB, gear))
  })

  test('is the same however the file is read', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 64 * 1024, max: 6 * MiB }), { minLength: 1, maxLength: 8 }), (reads) => {
        expect(chunksInWindows(file, reads)).toEqual(lengths)
      }),
      { numRuns: 20 },
    )
  })

  test('does not look at what lies outside of its window', () => {
    const shifted = Buffer.concat([fixedBytes('before', 1_000), file, fixedBytes('behind', 1_000)])
    expect(findCut(shifted, 1_000, 1_000 + file.length, gear)).toBe(lengths[0])
  })

  test('after an insertion meets the old cuts again within a few chunks', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 * MiB }), fc.integer({ min: 1, max: 5_000 }), (place, length) => {
        const changed = Buffer.concat([file.subarray(0, place), fixedBytes('put in', length), file.subarray(place)])
        const before = endsFromBehind(lengths)
        const after = endsFromBehind(chunksOf(changed))
        const fresh = [...after].filter((end) => !before.has(end)).length
        // Cuts meet again only at a place that is a cut for both: a handful of chunks, not the file's 24.
        expect(fresh).toBeLessThanOrEqual(12)
        expect([...before].filter((end) => end < 8 * MiB).every((end) => after.has(end))).toBe(true)
      }),
      { numRuns: 15 },
    )
  })

  test('of zeros gives chunks of one size, and all but the last are the same', () => {
    const zeros = chunksOf(Buffer.alloc(18 * MiB))
    expect(new Set(zeros.slice(0, -1)).size).toBe(1)
  })

  test('is different in every repository', () => {
    const other = deriveKeys({ ...secrets, dedupKey: fixedBytes('another dedup key', 32) }).gear
    expect(chunksOf(file, other)).not.toEqual(lengths)
  })
})
