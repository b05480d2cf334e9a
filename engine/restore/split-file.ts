// A file that is written in pieces, by several threads: opened here, filled there, named when the last piece is in.

import { closeSync, ftruncateSync } from 'node:fs'
import type { NotSet } from './attributes.ts'
import { abandonFile, beginFile, finishFile, type GrowingFile } from './file-writer.ts'
import type { Folders } from './folders.ts'
import { isTaken } from './give-name.ts'
import { openExisting } from './local-entry.ts'
import type { PlannedFile, SettledFile } from './planned-file.ts'
import { type Failure, failureOf } from './restore-report.ts'
import type { TemporaryNames } from './temporary-names.ts'
import { seedChanged } from './worker-protocol.ts'

export interface SplitContext {
  readonly folders: Folders
  readonly names: TemporaryNames
  onSettled(file: PlannedFile, settled: SettledFile, notSet: readonly NotSet[]): void
}

export class SplitFile {
  readonly file: PlannedFile
  failure: Failure | undefined
  /** Of its pieces so far. */
  bytesDone = 0
  private readonly context: SplitContext
  /** The existing file that some of the bytes come from; undefined when it cannot be opened any more. */
  readonly seedFd: number | undefined
  private growing: GrowingFile | undefined
  /** Pieces under way, and one for whoever hands them out. */
  private outstanding = 1

  constructor(file: PlannedFile, context: SplitContext) {
    this.file = file
    this.context = context
    try {
      this.growing = beginFile(context.folders, context.names, file)
      // All of it a hole at first: what is one in the version stays one.
      ftruncateSync(this.growing.fd, file.entry.size)
      this.seedFd = file.seed && openExisting(context.folders.at(file.folder).pathOf(file.seed.name))
    } catch (error) {
      this.failure = failureOf(error)
    }
  }

  get isSettled(): boolean {
    return this.outstanding === 0
  }

  /** The growing file's descriptor; only while the file has not failed. */
  get fd(): number {
    return this.growing!.fd
  }

  beginPiece(): void {
    this.outstanding++
  }

  endPiece(failure: Failure | undefined): void {
    this.failure ??= failure
    if (--this.outstanding === 0) this.settle()
  }

  /** When the whole restore ends early and no piece is under way any more. */
  abandon(): void {
    this.outstanding = 0
    this.closeSeed()
    if (this.growing) abandonFile(this.context.folders, this.file, this.growing)
    this.growing = undefined
  }

  private closeSeed(): void {
    if (this.seedFd !== undefined) closeSync(this.seedFd)
  }

  private settle(): void {
    const { file, growing, failure, context } = this
    if (failure || !growing) {
      this.abandon()
      const isChanged = failure?.code === seedChanged
      context.onSettled(file, isChanged ? { kind: 'taken' } : { kind: 'failed', failure: failure! }, [])
      return
    }
    this.growing = undefined
    this.closeSeed()
    try {
      const { notSet, touched } = finishFile(context.folders, file, growing)
      context.onSettled(file, { kind: 'written', touched, dataBytes: this.bytesDone }, notSet)
    } catch (error) {
      const settled = isTaken(error, file.over)
        ? ({ kind: 'taken' } as const)
        : { kind: 'failed' as const, failure: failureOf(error) }
      context.onSettled(file, settled, [])
    }
  }
}
