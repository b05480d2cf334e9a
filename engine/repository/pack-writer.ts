// Fills a pack in a buffer that is used again and again (it may be shared memory, so that another thread sends it).
// The file's SHA-256 is computed record by record, while the bytes are still in the processor's cache.

import { createHash, type Hash } from 'node:crypto'
import type { RepositoryKeys } from '../crypto/keys.ts'
import {
  type PackKind,
  packFootBytes,
  packHeadBytes,
  trailerEntryBytes,
  writePackHead,
  writePackTrailer,
} from '../format/pack.ts'
import { type ChunkKey, chunkKey, type PackId, parsePackId } from '../model/ids.ts'
import { packMaxRecords } from '../model/limits.ts'
import { type RecordToSeal, sealedBytesMax, sealRecordInto } from './record.ts'

export interface FinishedPack {
  readonly id: PackId
  readonly kind: PackKind
  /** A view into the writer's buffer. */
  readonly bytes: Buffer
  readonly records: number
}

export class PackWriter {
  private readonly buffer: Buffer
  private readonly keys: RepositoryKeys
  private readonly kind: PackKind
  private readonly offsets: number[] = []
  private readonly held = new Set<ChunkKey>()
  private end = packHeadBytes
  private trailerBytes = packFootBytes
  private readonly hash: Hash = createHash('sha256')

  constructor(buffer: Buffer, keys: RepositoryKeys, kind: PackKind) {
    this.buffer = buffer
    this.keys = keys
    this.kind = kind
    writePackHead(buffer, keys.uid, kind)
    this.hash.update(buffer.subarray(0, packHeadBytes))
  }

  get isEmpty(): boolean {
    return this.offsets.length === 0
  }

  /** Bytes of the file if it were finished now. */
  get sizeBytes(): number {
    return this.end + this.trailerBytes
  }

  hasRoomFor(plaintextBytes: number, refsCount: number): boolean {
    const needed = sealedBytesMax(plaintextBytes, refsCount) + trailerEntryBytes(refsCount)
    return this.offsets.length < packMaxRecords && this.sizeBytes + needed <= this.buffer.length
  }

  /** Seals a record at the end; returns its bytes in the pack: none when the pack holds one of this id already. */
  add(record: RecordToSeal): number {
    const key = chunkKey(record.chunkId)
    if (this.held.has(key)) return 0
    this.held.add(key)
    const at = this.end
    const length = sealRecordInto(this.buffer, at, this.keys, record)
    this.offsets.push(at)
    this.end = at + length
    this.trailerBytes += trailerEntryBytes(record.refs.length)
    this.hash.update(this.buffer.subarray(at, this.end))
    return length
  }

  finish(): FinishedPack {
    const length = writePackTrailer(this.buffer, this.end, this.offsets)
    this.hash.update(this.buffer.subarray(this.end, length))
    return {
      id: parsePackId(this.hash.digest('hex')),
      kind: this.kind,
      bytes: this.buffer.subarray(0, length),
      records: this.offsets.length,
    }
  }
}
