// A Bloom filter of chunk ids, 10 bits for each: about 1 % of strangers hit it, no member is missed. Ids are uniform (HMAC), so
// their own words serve as hashes; both sides compute the same positions from bytes 0 to 15 of an id.

import type { IdFilter } from './target.ts'

export const filterBitsPerId = 10
export const filterHashes = 7
const minimumWords = 64
/** 2^31 bits: 214 million ids at the full 10 bits. Above that the filter hits more often, and is still right. */
export const filterMaxWords = 2 ** 26

export function createFilter(expectedIds: number): IdFilter {
  const words = Math.min(filterMaxWords, Math.max(minimumWords, Math.ceil((expectedIds * filterBitsPerId) / 32)))
  return { words: new Uint32Array(new SharedArrayBuffer(words * 4)), hashes: filterHashes }
}

export function addToFilter(filter: IdFilter, id: Buffer): void {
  const bits = filter.words.length * 32
  const first = id.readUInt32LE(0) + id.readUInt16LE(8) * 0x1_0000_0000
  const step = id.readUInt32LE(4) + 1
  for (let round = 0; round < filter.hashes; round++) {
    const bit = (first + round * step) % bits
    filter.words[Math.floor(bit / 32)]! |= 1 << (bit & 31)
  }
}

export function isInFilter(filter: IdFilter, id: Buffer): boolean {
  const bits = filter.words.length * 32
  const first = id.readUInt32LE(0) + id.readUInt16LE(8) * 0x1_0000_0000
  const step = id.readUInt32LE(4) + 1
  for (let round = 0; round < filter.hashes; round++) {
    const bit = (first + round * step) % bits
    if ((filter.words[Math.floor(bit / 32)]! & (1 << (bit & 31))) === 0) return false
  }
  return true
}
