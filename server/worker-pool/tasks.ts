/** What the worker threads do, by name. Inputs and outputs cross threads by structured clone: plain data, Uint8Arrays for bytes. */

import type { DiffFoldersInput, DiffFoldersOutput } from '../catalogue/diff-folders.ts'
import type { CheckPackInput, CheckPackOutput } from '../checks/check-pack.ts'
import type { ReadPackInput, ReadPackOutput } from '../copies/read-pack.ts'
import type { CutWindowInput, CutWindowOutput } from '../deposits/cut-window.ts'
import type { SealRecordsInput, SealRecordsOutput } from '../deposits/seal-records.ts'
import type { OpenRecordsInput, OpenRecordsOutput } from '../plaintexts/open-records.ts'
import type { TrailersInput, TrailersOutput } from '../rebuild/read-trailers.ts'

export interface Tasks {
  readonly 'open-records': { readonly input: OpenRecordsInput; readonly output: OpenRecordsOutput }
  readonly 'diff-folders': { readonly input: DiffFoldersInput; readonly output: DiffFoldersOutput }
  readonly 'read-trailers': { readonly input: TrailersInput; readonly output: TrailersOutput }
  readonly 'check-pack': { readonly input: CheckPackInput; readonly output: CheckPackOutput }
  readonly 'cut-window': { readonly input: CutWindowInput; readonly output: CutWindowOutput }
  readonly 'seal-records': { readonly input: SealRecordsInput; readonly output: SealRecordsOutput }
  readonly 'read-pack': { readonly input: ReadPackInput; readonly output: ReadPackOutput }
}

export type TaskName = keyof Tasks
export type TaskInput<Name extends TaskName> = Tasks[Name]['input']
export type TaskOutput<Name extends TaskName> = Tasks[Name]['output']

/** An answer and the buffers that are handed over instead of copied. */
export interface TaskAnswer<Name extends TaskName> {
  readonly output: TaskOutput<Name>
  readonly transfer?: readonly ArrayBuffer[]
}

export interface TaskRequest {
  readonly name: TaskName
  readonly input: TaskInput<TaskName>
}

export type TaskResponse =
  | { readonly kind: 'done'; readonly output: TaskOutput<TaskName> }
  | { readonly kind: 'failed'; readonly error: unknown }
