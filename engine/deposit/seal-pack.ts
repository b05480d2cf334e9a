// Seals records into one pack in memory.

import type { Compression } from '../compression/zstd.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { type PackKind, packFootBytes, packHeadBytes, trailerEntryBytes } from '../format/pack.ts'
import type { ChunkId } from '../model/ids.ts'
import type { RecordType } from '../model/record-type.ts'
import { PackWriter } from '../repository/pack-writer.ts'
import { sealedBytesMax } from '../repository/record.ts'
import { refsOfPlaintext } from '../repository/refs.ts'
import type { SealedPack } from '../repository/target.ts'

export interface PlainRecord {
  readonly type: RecordType
  readonly id: ChunkId
  readonly plaintext: Buffer
}

/**
 * The pack's bytes are a buffer of their own.
 * @throws RangeError for no records, and for more than a pack holds
 */
export function sealPack(
  keys: RepositoryKeys,
  pack: {
    readonly kind: PackKind
    readonly records: readonly PlainRecord[]
    readonly compression: Compression
    readonly randomBytes: (length: number) => Buffer
  },
): SealedPack & { readonly recordBytes: number } {
  const { kind, records, compression, randomBytes } = pack
  if (records.length === 0) throw new RangeError('a pack holds at least one record')
  const withRefs = records.map((record) => ({ ...record, refs: refsOfPlaintext(record.type, record.plaintext) }))
  const room = withRefs.reduce(
    (sum, { plaintext, refs }) => sum + sealedBytesMax(plaintext.length, refs.length) + trailerEntryBytes(refs.length),
    packHeadBytes + packFootBytes,
  )
  const writer = new PackWriter(Buffer.allocUnsafeSlow(room), keys, kind)
  let recordBytes = 0
  for (const { type, id, plaintext, refs } of withRefs) {
    if (!writer.hasRoomFor(plaintext.length, refs.length)) throw new RangeError('more records than one pack holds')
    recordBytes += writer.add({ type, chunkId: id, plaintext, refs, compression, salt: randomBytes(saltBytes) })
  }
  return { ...writer.finish(), recordBytes }
}

const saltBytes = 32
