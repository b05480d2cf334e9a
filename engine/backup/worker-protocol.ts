// What the main thread and the reading threads say to each other. Bytes of packs and answers lie in shared memory; messages carry
// the small things.

import type { Compression } from '../compression/zstd.ts'
import type { RepositorySecrets } from '../crypto/keys.ts'
import type { SkipReason } from '../format/snapshot-body.ts'
import type { Extension } from '../format/tree-entry.ts'
import type { PackId } from '../model/ids.ts'
import type { IdFilter } from '../repository/target.ts'
import type { ClaimedIdsMemory } from './claimed-ids.ts'
import type { LocalPath } from './walk.ts'

export interface WorkerStart {
  readonly secrets: RepositorySecrets
  readonly compression: Compression
  readonly claimed: ClaimedIdsMemory
  /** Pack buffers of this worker, used in turn. */
  readonly slots: readonly SharedArrayBuffer[]
  /** Int32 for each slot: 0 the worker may fill it, 1 the main thread is sending it. */
  readonly slotStates: SharedArrayBuffer
  /** Int32s, see `control`. */
  readonly control: SharedArrayBuffer
  /** One byte for each id asked: 1 the target has it. */
  readonly answers: SharedArrayBuffer
}

/** Indexes into the control words. */
export const control = { stop: 0, packTargetBytes: 1, answerReady: 2, words: 3 } as const
/** Values of `control.answerReady`. */
export const answerStates = { waiting: 0, ready: 1, failed: 2 } as const
export const asksPerCallMax = 4096

export interface FileToRead {
  readonly path: LocalPath
  readonly size: number
  readonly ctimeNs: bigint
  /** Fewer blocks than bytes: look for holes. */
  readonly isSparse: boolean
}

/** What the target may hold: nothing, whatever the filter says, or unknown (each id is asked for). */
export type Knowledge =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'filter'; readonly filter: IdFilter }
  | { readonly kind: 'ask' }

export type ToWorker =
  | { readonly kind: 'knowledge'; readonly knowledge: Knowledge }
  | { readonly kind: 'read'; readonly batch: number; readonly files: readonly FileToRead[] }
  | { readonly kind: 'flush' }

/** The file as it was when it was read, where that is not what the walk saw. */
export interface SeenStat {
  readonly index: number
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
}

export interface FileProblem {
  readonly index: number
  readonly reason: SkipReason
  readonly detail: string
}

export interface ReadResults {
  readonly kind: 'results'
  readonly batch: number
  /** Encoded contents (as in a tree entry), one after the other; `lengths` tells them apart, 0 where the file could not be read. */
  readonly contents: Uint8Array
  readonly lengths: readonly number[]
  readonly stats: readonly SeenStat[]
  readonly problems: readonly FileProblem[]
  readonly extensions: readonly { readonly index: number; readonly list: readonly Extension[] }[]
  readonly addedBytes: number
  readonly addedStoredBytes: number
}

export type FromWorker =
  | ReadResults
  | { readonly kind: 'pack'; readonly slot: number; readonly id: PackId; readonly length: number }
  | { readonly kind: 'list'; readonly id: Uint8Array; readonly plaintext: Uint8Array }
  | { readonly kind: 'ask'; readonly ids: Uint8Array }
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'flushed' }
