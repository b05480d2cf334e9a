// Keyed FastCDC: content-defined cut points, so that an insertion moves chunks instead of changing all of them.
// Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016,
// with normalised chunking. The gear table is derived from the repository's secret, so boundaries differ per repository.
//
// The 32-bit gear hash shifts left by one for each byte: its top bits have seen the last 32 bytes, so masks take bits from the top.

import { chunkAverageBytes, chunkMaxBytes, chunkMinBytes, chunkNormalisation } from '../model/limits.ts'

const averageBits = 31 - Math.clz32(chunkAverageBytes)
/** The hash must be below these, as an unsigned number: its top bits are zero. Literals, because V8 folds them (2.4 times the speed). */
const strictShift = 32 - (averageBits + chunkNormalisation)
const looseShift = 32 - (averageBits - chunkNormalisation)
const strictMask = -1024
const looseMask = -16384
if (strictMask !== -1 << strictShift || looseMask !== -1 << looseShift) throw new Error('the masks do not fit the chunk sizes')

/**
 * The length of the chunk that starts at `start`, given that bytes up to `end` are known.
 * Exact when `end - start >= chunkMaxBytes` or `end` is the end of the file.
 */
export function findCut(bytes: Uint8Array, start: number, end: number, gear: Int32Array): number {
  const available = end - start
  if (available <= chunkMinBytes) return available
  const limit = start + Math.min(available, chunkMaxBytes)
  const normal = Math.min(limit, start + chunkAverageBytes)
  let hash = 0
  let at = start + chunkMinBytes
  // four bytes a turn, written out: the hot loop of every first backup
  for (; at < normal - 3; at += 4) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0
    if ((hash & strictMask) === 0) return at + 1 - start
    hash = ((hash << 1) + gear[bytes[at + 1]!]!) | 0
    if ((hash & strictMask) === 0) return at + 2 - start
    hash = ((hash << 1) + gear[bytes[at + 2]!]!) | 0
    if ((hash & strictMask) === 0) return at + 3 - start
    hash = ((hash << 1) + gear[bytes[at + 3]!]!) | 0
    if ((hash & strictMask) === 0) return at + 4 - start
  }
  for (; at < normal; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0
    if ((hash & strictMask) === 0) return at + 1 - start
  }
  for (; at < limit - 3; at += 4) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0
    if ((hash & looseMask) === 0) return at + 1 - start
    hash = ((hash << 1) + gear[bytes[at + 1]!]!) | 0
    if ((hash & looseMask) === 0) return at + 2 - start
    hash = ((hash << 1) + gear[bytes[at + 2]!]!) | 0
    if ((hash & looseMask) === 0) return at + 3 - start
    hash = ((hash << 1) + gear[bytes[at + 3]!]!) | 0
    if ((hash & looseMask) === 0) return at + 4 - start
  }
  for (; at < limit; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0
    if ((hash & looseMask) === 0) return at + 1 - start
  }
  return limit - start
}
