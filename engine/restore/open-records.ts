// The records of a slab, found by id and opened when they are needed.

import type { RepositoryKeys } from '../crypto/keys.ts'
import { readHeader, recordBytes } from '../format/record-header.ts'
import { FormatError, MissingChunksError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { openRecord } from '../repository/record.ts'

/** Bytes of a record in front of its chunk id. */
export const idOffset = 20

export class SlabRecords {
  private readonly slab: Buffer
  private readonly keys: RepositoryKeys
  private readonly offsets = new Map<ChunkKey, number>()

  constructor(slab: Buffer, offsets: Uint32Array, keys: RepositoryKeys) {
    this.slab = slab
    this.keys = keys
    for (const offset of offsets) this.offsets.set(chunkKey(slab.subarray(offset + idOffset, offset + idOffset + 32)), offset)
  }

  /** @throws FormatError when it does not open or has another length, MissingChunksError when the source did not give it */
  open(id: ChunkId, length: number): Buffer {
    const offset = this.offsets.get(chunkKey(id))
    if (offset === undefined) throw new MissingChunksError([id], `no whole copy of chunk ${id.toString('hex')} was found`)
    const record = this.slab.subarray(offset)
    const { plaintext } = openRecord(record.subarray(0, recordBytes(readHeader(record))), this.keys)
    if (plaintext.length !== length)
      throw new FormatError('tree-damaged', `chunk ${id.toString('hex')} has ${plaintext.length} bytes, the file says ${length}`)
    return plaintext
  }
}
