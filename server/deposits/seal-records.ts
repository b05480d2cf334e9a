/** The worker's side of sealing: some records into one pack. */
import { randomBytes } from 'node:crypto'
import { type PackKind, parseChunkId, type RecordType, type RepositorySecrets, sealPack } from '../../engine/index.ts'
import { workerKeys } from '../plaintexts/worker-keys.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'

export interface SealRecordsInput {
  readonly secrets: RepositorySecrets
  readonly kind: PackKind
  /** Plaintexts may be views of shared memory. */
  readonly records: readonly { readonly type: RecordType; readonly id: Uint8Array; readonly plaintext: Uint8Array }[]
}

export interface SealRecordsOutput {
  readonly packId: string
  readonly bytes: Uint8Array
  /** What the records take in it. */
  readonly recordBytes: number
}

export function sealRecords({ secrets, kind, records }: SealRecordsInput): TaskAnswer<'seal-records'> {
  const { id, bytes, recordBytes } = sealPack(workerKeys(secrets), {
    kind,
    records: records.map((record) => ({
      type: record.type,
      id: parseChunkId(asBuffer(record.id)),
      plaintext: asBuffer(record.plaintext),
    })),
    compression: 'default',
    // Salts: the system's own generator, as a thread cannot be handed a function.
    randomBytes,
  })
  return { output: { packId: id, bytes, recordBytes }, transfer: [bytes.buffer as ArrayBuffer] }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
