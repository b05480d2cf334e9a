// What the main thread and the writing threads say to each other. Sealed records lie in shared slabs, open files are known by their
// descriptors, which all threads of a process share.

import type { RepositorySecrets } from '../crypto/keys.ts'
import type { EncodedFiles } from './batch-codec.ts'
import type { FinishedFile } from './file-writer.ts'
import type { Root } from './folders.ts'
import type { Failure } from './restore-report.ts'

export interface WorkerStart {
  readonly secrets: RepositorySecrets
  readonly roots: readonly Root[]
  readonly slabs: readonly SharedArrayBuffer[]
  readonly temporaryPrefix: string
  /** Tells the threads apart. */
  readonly name: string
  readonly verify: boolean
}

/** Bytes of a file by the id of their chunk, at their place. */
export interface DataRun {
  readonly at: number
  readonly length: number
  readonly id: Uint8Array
}

export type CheckedRun = DataRun | { readonly at: number; readonly length: number; readonly bytes: Uint8Array | 'zeros' }

/** A part of a file that is too large for one batch. */
export interface Piece {
  readonly fd: number
  readonly runs: readonly DataRun[]
}

export type ToWorker =
  /** Opens the records in the slab and writes files and pieces from them. */
  | {
      readonly kind: 'write'
      readonly slab: number
      /** Where each record begins. */
      readonly offsets: Uint32Array
      readonly files: EncodedFiles
      readonly pieces: readonly Piece[]
    }
  /** Says of each run whether the open file holds just that. */
  | { readonly kind: 'compare'; readonly fd: number; readonly size: number; readonly runs: readonly CheckedRun[] }
  /** Copies what an existing file holds already, proving it again. */
  | { readonly kind: 'copy'; readonly from: number; readonly to: number; readonly runs: readonly DataRun[] }

/** The code of a failure: the existing file that bytes are copied from is not any more what it was. */
export const seedChanged = 'changed'

export type FileOutcome =
  | { readonly kind: 'failed'; readonly index: number; readonly failure: Failure }
  /** Something else lies under its name than was planned for. */
  | { readonly kind: 'taken'; readonly index: number }
  /** It is there, and there is more to say. */
  | ({ readonly kind: 'noted'; readonly index: number } & FinishedFile)

export interface WriteOutcome {
  readonly kind: 'written'
  /** Of files that are not simply there; counted over all groups. */
  readonly files: readonly FileOutcome[]
  readonly pieces: readonly { readonly index: number; readonly failure: Failure }[]
}

export type WorkerAnswer =
  | WriteOutcome
  | { readonly kind: 'compared'; readonly isSame: Uint8Array }
  | { readonly kind: 'copied'; readonly failure: Failure | undefined }

export interface Asked<Message> {
  readonly number: number
  readonly message: Message
}
