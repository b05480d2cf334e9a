/** The worker's side of reading plaintexts. */
import { chunkIdBytes, type RepositorySecrets } from '../../engine/index.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'
import { type FilePlace, RecordReader } from './record-reader.ts'
import { workerKeys } from './worker-keys.ts'

export interface OpenRecordsInput {
  readonly secrets: RepositorySecrets
  /** One behind the other. */
  readonly ids: Uint8Array
  /** Of each id. */
  readonly places: readonly (readonly FilePlace[])[]
}

/** In the order in which they were asked. */
export interface OpenRecordsOutput {
  readonly records: readonly (
    | { readonly kind: 'opened'; readonly type: number; readonly plaintext: Uint8Array }
    | { readonly kind: 'failed'; readonly why: string }
  )[]
}

export function openRecords({ secrets, ids, places }: OpenRecordsInput): TaskAnswer<'open-records'> {
  using reader = new RecordReader(workerKeys(secrets))
  const transfer: ArrayBuffer[] = []
  const opened = places.map((placesOfId, index): OpenRecordsOutput['records'][number] => {
    const read = reader.read(ids.subarray(index * chunkIdBytes, (index + 1) * chunkIdBytes), placesOfId)
    if (read.kind === 'failed') return read
    const plaintext = ownBytes(read.record.plaintext)
    transfer.push(plaintext.buffer)
    return { kind: 'opened', type: read.record.header.type, plaintext }
  })
  return { output: { records: opened }, transfer }
}

/** Half of `Buffer.poolSize`, and more: a view this long has memory of its own. */
const ownMinBytes = 64 * 1024

/**
 * In memory that can be handed over whole. What a cipher or a decompressor made is handed over as it is; smaller results may lie in
 * memory that others use too.
 */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, length } = bytes
  if (length >= ownMinBytes && buffer instanceof ArrayBuffer && buffer.byteLength <= 2 * length)
    return bytes as Uint8Array<ArrayBuffer>
  const own = new Uint8Array(length)
  own.set(bytes)
  return own
}
