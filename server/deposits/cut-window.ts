/** The worker's side of cutting what arrives: chunks and their ids, for each file that has bytes in the window. */
import { cutChunks, type RepositorySecrets } from '../../engine/index.ts'
import { workerKeys } from '../plaintexts/worker-keys.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'

export interface CutWindowInput {
  readonly secrets: RepositorySecrets
  /** Shared memory: it is not copied. */
  readonly window: Uint8Array
  readonly segments: readonly WindowSegment[]
}

/** Bytes of one file. `isEnd`: it has no more. */
export interface WindowSegment {
  readonly start: number
  readonly end: number
  readonly isEnd: boolean
}

/** For each segment, in order. `at`: in the window. */
export type CutWindowOutput = readonly {
  readonly chunks: readonly { readonly id: Uint8Array; readonly at: number; readonly length: number }[]
  readonly usedBytes: number
}[]

export function cutWindow({ secrets, window, segments }: CutWindowInput): TaskAnswer<'cut-window'> {
  const keys = workerKeys(secrets)
  const bytes = Buffer.from(window.buffer, window.byteOffset, window.length)
  const output = segments.map(({ start, end, isEnd }) => {
    const { chunks, usedBytes } = cutChunks(bytes.subarray(start, end), keys, { isEnd })
    return { chunks: chunks.map(({ id, at, length }) => ({ id: new Uint8Array(id), at: start + at, length })), usedBytes }
  })
  return { output }
}
