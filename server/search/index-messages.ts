/** What the main thread and the thread of the index say to each other: plain data, bytes handed over. */
import type { FoundInIndex, IndexQuestion } from './find-in-index.ts'
import type { SearchFault } from './search-error.ts'

export type IndexRequest =
  /**
   * Rows for a job; the first ones of a filling begin it anew where `isNew`. What was there is searched until `finish`. Their memory is
   * handed over: they must be all that lies in it.
   */
  | { readonly kind: 'add'; readonly jobId: number; readonly isNew: boolean; readonly rows: Uint8Array }
  | { readonly kind: 'finish'; readonly jobId: number; readonly version: number }
  /** A filling that failed. */
  | { readonly kind: 'abandon'; readonly jobId: number }
  | { readonly kind: 'drop'; readonly jobIds: readonly number[] }
  | { readonly kind: 'find'; readonly question: IndexQuestion }

export interface JobIndexFacts {
  readonly paths: number
  readonly bytes: number
  readonly rows: number
  readonly isOvergrown: boolean
}

export type IndexAnswer =
  | { readonly kind: 'job'; readonly facts: JobIndexFacts }
  | { readonly kind: 'found'; readonly found: FoundInIndex }
  | { readonly kind: 'done' }

export interface IndexCall {
  readonly call: number
  readonly request: IndexRequest
}

export type IndexReply =
  | { readonly call: number; readonly answer: IndexAnswer }
  /** A SearchError: its class does not cross. */
  | { readonly call: number; readonly fault: SearchFault; readonly message: string }
  | { readonly call: number; readonly error: unknown }
