// Cuts bytes that arrive as a stream. The same bytes give the same chunks as a file that is read from a disk, so what somebody sends
// twice, or a computer has backed up already, is stored once.

import { findCut } from '../chunker/fast-cdc.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import type { ChunkId } from '../model/ids.ts'
import { chunkMaxBytes } from '../model/limits.ts'
import { recordTypes } from '../model/record-type.ts'

export interface CutChunk {
  readonly id: ChunkId
  /** Where it begins in the bytes that were given. */
  readonly at: number
  readonly length: number
}

export interface CutChunks {
  readonly chunks: readonly CutChunk[]
  /** Bytes of these chunks; what lies behind them comes again, in front of what follows it. Less than `chunkMaxBytes` are left. */
  readonly usedBytes: number
}

/** `isEnd`: nothing follows. */
export function cutChunks(bytes: Buffer, keys: RepositoryKeys, { isEnd }: { readonly isEnd: boolean }): CutChunks {
  const chunks: CutChunk[] = []
  let at = 0
  while (bytes.length - at >= chunkMaxBytes || (isEnd && at < bytes.length)) {
    const length = findCut(bytes, at, bytes.length, keys.gear)
    chunks.push({ id: keys.chunkId(recordTypes.data, bytes.subarray(at, at + length)), at, length })
    at += length
  }
  return { chunks, usedBytes: at }
}
