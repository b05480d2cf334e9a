// Keyed FastCDC: content-defined cut points, so that an insertion moves chunks instead of changing all of them.
// Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016,
// with normalised chunking. The gear table is derived from the repository's secret, so boundaries differ per repository.
//
// The 32-bit gear hash shifts left by one for each byte: its top bits have seen the last 32 bytes, so masks take bits from the top.

import { chunkAverageBytes, chunkMaxBytes, chunkMinBytes, chunkNormalisation } from '../model/limits.ts'

const averageBits = 31 - Math.clz32(chunkAverageBytes)
const strictMask = topBits(averageBits + chunkNormalisation)
const looseMask = topBits(averageBits - chunkNormalisation)

/**
 * The length of the chunk that starts at `start`, given that bytes up to `end` are known.
 * Exact when `end - start >= chunkMaxBytes` or `end` is the end of the file.
 */
export function findCut(bytes: Uint8Array, start: number, end: number, gear: Uint32Array): number {
  const available = end - start
  if (available <= chunkMinBytes) return available
  const limit = start + Math.min(available, chunkMaxBytes)
  const normal = Math.min(limit, start + chunkAverageBytes)
  let hash = 0
  let at = start + chunkMinBytes
  for (; at < normal; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0
    if ((hash & strictMask) === 0) return at + 1 - start
  }
  for (; at < limit; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0
    if ((hash & looseMask) === 0) return at + 1 - start
  }
  return limit - start
}

function topBits(count: number): number {
  return (0xffffffff << (32 - count)) | 0
}
