/** The worker's side of reading plaintexts. */
import type { RepositorySecrets } from '../../engine/index.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'
import { type FilePlace, RecordReader } from './record-reader.ts'
import { workerKeys } from './worker-keys.ts'

export interface OpenRecordsInput {
  readonly secrets: RepositorySecrets
  readonly records: readonly { readonly id: Uint8Array; readonly places: readonly FilePlace[] }[]
}

/** In the order in which they were asked. */
export interface OpenRecordsOutput {
  readonly records: readonly (
    | { readonly kind: 'opened'; readonly type: number; readonly plaintext: Uint8Array }
    | { readonly kind: 'failed'; readonly why: string }
  )[]
}

export function openRecords({ secrets, records }: OpenRecordsInput): TaskAnswer<'open-records'> {
  using reader = new RecordReader(workerKeys(secrets))
  const transfer: ArrayBuffer[] = []
  const opened = records.map(({ id, places }): OpenRecordsOutput['records'][number] => {
    const read = reader.read(id, places)
    if (read.kind === 'failed') return read
    // Of its own: what the engine gives may be a view of the reading buffer, and only whole buffers are handed over.
    const plaintext = new Uint8Array(read.record.plaintext.length)
    plaintext.set(read.record.plaintext)
    transfer.push(plaintext.buffer)
    return { kind: 'opened', type: read.record.header.type, plaintext }
  })
  return { output: { records: opened }, transfer }
}
