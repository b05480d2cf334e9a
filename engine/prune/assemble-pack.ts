// Makes a pack out of whole records of other packs, byte for byte and without keys: nothing sealed depends on where a record lies.

import { createHash } from 'node:crypto'
import {
  type PackKind,
  packFootBytes,
  packHeadBytes,
  trailerEntryBytes,
  writePackHead,
  writePackTrailer,
} from '../format/pack.ts'
import { isBodyWhole, readHeader, recordBytes } from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import { type PackId, parsePackId, type RepositoryUid } from '../model/ids.ts'
import { packMaxBytes, packMaxRecords } from '../model/limits.ts'

export interface AssembledPack {
  readonly id: PackId
  readonly bytes: Buffer
}

/**
 * `records`: whole, of the kind's types, no id twice; at least one.
 * @throws FormatError `record-damaged` when one is not whole, `limit-exceeded` when they are more than a pack holds
 */
export function assemblePack(pack: {
  readonly uid: RepositoryUid
  readonly kind: PackKind
  readonly records: readonly Buffer[]
}): AssembledPack {
  const { uid, kind, records } = pack
  const headers = records.map((record) => wholeHeader(record))
  const bytes = headers.reduce(
    (sum, { refsCount }, index) => sum + records[index]!.length + trailerEntryBytes(refsCount),
    packHeadBytes + packFootBytes,
  )
  if (bytes > packMaxBytes || records.length > packMaxRecords)
    throw new FormatError('limit-exceeded', `a pack of ${records.length} records and ${bytes} bytes`)
  const target = Buffer.allocUnsafeSlow(bytes)
  let at = writePackHead(target, uid, kind)
  const offsets: number[] = []
  for (const record of records) {
    offsets.push(at)
    target.set(record, at)
    at += record.length
  }
  writePackTrailer(target, at, offsets)
  return { id: parsePackId(createHash('sha256').update(target).digest('hex')), bytes: target }
}

function wholeHeader(record: Buffer) {
  const header = readHeader(record)
  if (recordBytes(header) !== record.length || !isBodyWhole(record, header))
    throw new FormatError('record-damaged', 'a record that was to be moved is not whole')
  return header
}
