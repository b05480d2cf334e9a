// Looks at every byte of one pack. Without keys: its hash, its index, the checksums of its records. With keys each record is opened too.

import { createHash } from 'node:crypto'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { type PackIndex, readWholePackIndex } from '../format/pack.ts'
import { isBodyWhole, readHeader } from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import type { PackId } from '../model/ids.ts'
import { proveRecord } from '../repository/proven-record.ts'

export interface DamagedRecord {
  readonly offset: number
  readonly detail: string
}

export interface PackInspection {
  /** What is wrong with the file as a whole, if anything. Its records may be whole all the same. */
  readonly fault: string | undefined
  /** Undefined when the index cannot be read. */
  readonly index: PackIndex | undefined
  readonly damaged: readonly DamagedRecord[]
}

export function inspectPack(bytes: Buffer, pack: PackId, keys: RepositoryKeys | undefined): PackInspection {
  const isNamedRight = createHash('sha256').update(bytes).digest('hex') === pack
  const fault = isNamedRight ? undefined : 'its bytes are not those that its name says'
  let index: PackIndex
  try {
    index = readWholePackIndex(bytes)
  } catch (error) {
    return { fault: messageOf(error), index: undefined, damaged: [] }
  }
  const damaged = index.entries.flatMap((entry) => {
    const detail = damageOf(bytes.subarray(entry.offset, entry.offset + entry.length), entry.header.chunkId, keys)
    return detail === undefined ? [] : [{ offset: entry.offset, detail }]
  })
  return { fault, index, damaged }
}

function damageOf(record: Buffer, id: Buffer, keys: RepositoryKeys | undefined): string | undefined {
  try {
    const header = readHeader(record)
    if (!header.chunkId.equals(id)) return 'another record lies where the index says'
    if (keys) proveRecord(record, keys)
    else if (!isBodyWhole(record, header)) return 'a record does not match its checksum'
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function messageOf(error: unknown): string {
  if (error instanceof FormatError) return error.message
  throw error
}
