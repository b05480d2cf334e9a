// What a restore did, counted; what it could not do, listed. The lists are bounded, the counts are not.

import { FormatError, isLoss, MissingChunksError, StorageError } from '../model/errors.ts'
import type { NotSet } from './attributes.ts'
import type { Over } from './give-name.ts'
import type { KeepReason } from './overwrite.ts'

/** Entries of one list; the count beside it goes on. */
export const reportListMax = 10_000

export interface KeptEntry {
  readonly path: Buffer
  readonly reason: KeepReason
}

/** What could not take its own name, because that was taken. */
export interface BesideEntry {
  readonly path: Buffer
  /** The name it has here. */
  readonly name: Buffer
}

export interface FailedEntry {
  /** The source path. A folder stands for everything below it. */
  readonly path: Buffer
  /** A word of the engine (`record-damaged`, `missing`, `unsafe-name` …) or of the system (`EACCES`). */
  readonly code: string
  readonly detail: string
}

export interface NotSetEntry extends NotSet {
  readonly path: Buffer
}

export interface RestoreResult {
  /** Written, linked or replaced. */
  readonly files: number
  /** Made. */
  readonly directories: number
  readonly symlinks: number
  /** Pipes. */
  readonly others: number
  /** Left out: the program that listens on a socket makes it. */
  readonly sockets: number
  /** Sizes of the files, holes included. */
  readonly bytes: number
  /** Of the files: those that took the place of another one. */
  readonly replaced: number
  /** Entries that were already as in the version. */
  readonly unchanged: number
  /** Of the files and links: those that were put beside what is there. */
  readonly besideCount: number
  readonly beside: readonly BesideEntry[]
  readonly keptCount: number
  /** Of the kept: those that the rule would not have kept. */
  readonly takenCount: number
  readonly kept: readonly KeptEntry[]
  readonly failedCount: number
  readonly failed: readonly FailedEntry[]
  /** Owners, modes, times and attributes that this user or system cannot set; the files are there. */
  readonly notSetCount: number
  readonly notSet: readonly NotSetEntry[]
  /** Read back and compared, when asked for; holes have no bytes. */
  readonly verified: { readonly files: number; readonly bytes: number } | undefined
  /** Why the restore ended before its end: a full disk. What is not reported as failed was not tried. */
  readonly stopped: { readonly code: string; readonly detail: string } | undefined
  readonly receivedBytes: number
  readonly elapsedMs: number
}

export interface RestoreProgress {
  readonly filesDone: number
  readonly filesTotal: number
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly receivedBytes: number
  /** Whether the totals are known to their end. */
  readonly isTotalKnown: boolean
}

/** Where the rest of a restore would only fail in the same way. */
const stoppingCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

export class RestoreReport {
  files = 0
  directories = 0
  symlinks = 0
  others = 0
  sockets = 0
  bytes = 0
  replaced = 0
  unchanged = 0
  /** Of large files that are not whole yet. */
  bytesUnderWay = 0
  verified: { files: number; bytes: number } | undefined
  stopped: { code: string; detail: string } | undefined
  filesDone = 0
  filesTotal = 0
  bytesDone = 0
  bytesTotal = 0
  isTotalKnown = false
  private receivedBytes = 0
  private readonly kept: KeptEntry[] = []
  private readonly beside: BesideEntry[] = []
  private besideCount = 0
  private readonly failed: FailedEntry[] = []
  private readonly notSet: NotSetEntry[] = []
  private keptCount = 0
  private takenCount = 0
  private failedCount = 0
  private notSetCount = 0

  addReceived(bytes: number): void {
    this.receivedBytes += bytes
  }

  /** A file that was written, and these bytes of it read back where that was asked for. */
  addVerified(bytes: number): void {
    if (!this.verified) return
    this.verified.files++
    this.verified.bytes += bytes
  }

  addKept(path: Buffer, reason: KeepReason): void {
    this.keptCount++
    if (reason === 'taken') this.takenCount++
    if (this.kept.length < reportListMax) this.kept.push({ path: sourcePath(path), reason })
  }

  /** Written, under that name. */
  addPlaced(path: Buffer, as: { readonly name: Buffer; readonly ownName: Buffer; readonly over: Over }): void {
    if (as.over !== 'nothing') this.replaced++
    if (as.name.equals(as.ownName)) return
    this.besideCount++
    if (this.beside.length < reportListMax) this.beside.push({ path: sourcePath(path), name: as.name })
  }

  addFailed(path: Buffer, failure: { readonly code: string; readonly detail: string }): void {
    this.failedCount++
    if (this.failed.length < reportListMax) this.failed.push({ path: sourcePath(path), ...failure })
    if (stoppingCodes.has(failure.code)) this.stopped ??= failure
  }

  addNotSet(path: Buffer, list: readonly NotSet[]): void {
    this.notSetCount += list.length
    for (const item of list) if (this.notSet.length < reportListMax) this.notSet.push({ path: sourcePath(path), ...item })
  }

  progress(): RestoreProgress {
    const { filesDone, filesTotal, bytesTotal, receivedBytes, isTotalKnown } = this
    const bytesDone = this.bytesDone + this.bytesUnderWay
    return { filesDone, filesTotal, bytesDone, bytesTotal, receivedBytes, isTotalKnown }
  }

  result(elapsedMs: number): RestoreResult {
    const { files, directories, symlinks, others, sockets, bytes, unchanged, verified, stopped, receivedBytes } = this
    const { kept, keptCount, failed, failedCount, notSet, notSetCount, replaced, beside, besideCount } = this
    return {
      ...{ files, directories, symlinks, others, sockets, bytes, unchanged, keptCount, kept, failedCount, failed },
      ...{ replaced, beside, besideCount, takenCount: this.takenCount },
      ...{ notSetCount, notSet, verified, stopped, receivedBytes, elapsedMs },
    }
  }
}

export interface Failure {
  readonly code: string
  readonly detail: string
}

export function failureOf(error: unknown): Failure {
  if (error instanceof FormatError || error instanceof StorageError) return { code: error.fault, detail: error.message }
  if (error instanceof MissingChunksError) return { code: 'missing', detail: error.message }
  const { code, message } = error as NodeJS.ErrnoException
  return { code: code ?? 'failed', detail: message ?? String(error) }
}

/**
 * Whether an error concerns one file alone: its records are damaged or missing, or the system refuses it. Everything else (a source that
 * is away, an abort, a thread that died) says nothing of the file that was being looked at.
 */
export function isOfOneFile(error: unknown): boolean {
  return isLoss(error) || isSystemError(error)
}

function isSystemError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return error instanceof Error && typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)
}

/** The path in a version as the source path it was; on Windows that begins with the drive. */
export function sourcePath(path: Buffer): Buffer {
  const beginsWithDrive = path[1] === 0x3a && (path.length === 2 || path[2] === 0x2f)
  return beginsWithDrive ? path : Buffer.concat([Buffer.from('/'), path])
}
