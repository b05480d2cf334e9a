// What of a pack a mark has reached.

import type { PackedTrailer } from '../format/packed-trailer.ts'
import { isBodyWhole, readHeader, recordBytes } from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, parseChunkId } from '../model/ids.ts'
import type { PrefixMarks } from './prefix-marks.ts'

export function holdsAny(trailer: PackedTrailer, reached: PrefixMarks): boolean {
  for (let record = 0; record < trailer.records; record += 1) if (reached.ownersOf(trailer.idOf(record)) !== 0) return true
  return false
}

export interface LiveRecord {
  readonly id: ChunkId
  /** Copies: the pack's own buffer may go. */
  readonly bytes: Buffer
}

/** The records of a whole pack file that were reached; undefined when one of them is not whole, or not the one its trailer names. */
export function liveRecords(file: Buffer, trailer: PackedTrailer, reached: PrefixMarks): readonly LiveRecord[] | undefined {
  const records: LiveRecord[] = []
  for (let record = 0; record < trailer.records; record += 1) {
    const id = trailer.idOf(record)
    if (reached.ownersOf(id) === 0) continue
    const { offset, length } = trailer.placeOf(record)
    const bytes = file.subarray(offset, offset + length)
    if (!isWhole(bytes, trailer.headerOf(record))) return undefined
    records.push({ id: parseChunkId(Buffer.from(id)), bytes: Buffer.from(bytes) })
  }
  return records
}

function isWhole(record: Buffer, named: Buffer): boolean {
  try {
    const header = readHeader(record)
    const isNamed = record.subarray(0, named.length).equals(named) && recordBytes(header) === record.length
    return isNamed && isBodyWhole(record, header)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}
