// What a snapshot says about itself, inside the seal: UTF-8 JSON with the fields below. Paths follow byte-text.ts.
// Unknown fields are ignored by readers, so later minor additions do not break them.

import { FormatError } from '../model/errors.ts'
import { parseSnapshotId } from '../model/ids.ts'
import { snapshotPlaintextMaxBytes } from '../model/limits.ts'
import { bytesOfText, isByteText, textOfBytes } from './byte-text.ts'

export const verdicts = ['ok', 'partial', 'failed'] as const
export type Verdict = (typeof verdicts)[number]

export const skipReasons = ['unreadable', 'vanished', 'changed', 'unsupported', 'failed'] as const
export type SkipReason = (typeof skipReasons)[number]

export interface SkippedFile {
  readonly path: Buffer
  readonly reason: SkipReason
  /** The system's own words, e.g. `EACCES: permission denied`. */
  readonly detail: string
}

export interface SnapshotCounts {
  readonly files: number
  readonly directories: number
  readonly symlinks: number
  readonly others: number
  /** Sum of the files' sizes, bytes. */
  readonly bytes: number
  /** Skipped in all; `skipped` lists the first of them. */
  readonly skipped: number
  /** Against the job's previous version. */
  readonly newFiles: number
  readonly changedFiles: number
  readonly unchangedFiles: number
  /** Plaintext bytes of records that the run added, and what they take sealed. */
  readonly addedBytes: number
  readonly addedStoredBytes: number
}

export interface SnapshotBody {
  readonly job: string
  readonly startedMs: number
  readonly finishedMs: number
  /** When the version was taken, by the device's clock corrected as the protocol says, ms. */
  readonly takenMs: number
  readonly verdict: Verdict
  readonly isCheckpoint: boolean
  readonly counts: SnapshotCounts
  readonly skipped: readonly SkippedFile[]
  /** Absolute paths that were asked for. */
  readonly sources: readonly Buffer[]
  readonly excludes: readonly string[]
  readonly host: string
  readonly platform: string
  readonly agentVersion: string
  readonly tags: readonly string[]
  /** Hex id of the version this one was compared with. */
  readonly parent: string | undefined
}

/** Skipped files listed in a snapshot, the first ones; `counts.skipped` has all of them. */
export const skippedListMax = 10_000
/** What they may take of the record's 8 MiB, as JSON: paths have up to 4,096 bytes, and messages repeat them. */
const skippedListMaxBytes = 4 * 1024 * 1024

export function encodeSnapshotBody(body: SnapshotBody): Buffer {
  return Buffer.from(
    JSON.stringify({
      ...body,
      skipped: listedSkips(body.skipped),
      sources: body.sources.map(textOfBytes),
    }),
  )
}

function listedSkips(skipped: readonly SkippedFile[]): readonly object[] {
  const listed: object[] = []
  let bytes = 0
  for (const { path, reason, detail } of skipped.slice(0, skippedListMax)) {
    const file = { path: textOfBytes(path), reason, detail }
    bytes += Buffer.byteLength(JSON.stringify(file))
    if (bytes > skippedListMaxBytes) break
    listed.push(file)
  }
  return listed
}

/** @throws FormatError `snapshot-damaged`, `limit-exceeded` */
export function readSnapshotBody(plaintext: Buffer): SnapshotBody {
  if (plaintext.length > snapshotPlaintextMaxBytes)
    throw new FormatError('limit-exceeded', `a snapshot of ${plaintext.length} bytes`)
  const json = parseObject(plaintext)
  const counts = object(json.counts, 'counts')
  return {
    job: text(json.job, 'job'),
    startedMs: integer(json.startedMs, 'startedMs'),
    finishedMs: integer(json.finishedMs, 'finishedMs'),
    takenMs: integer(json.takenMs, 'takenMs'),
    verdict: oneOf(verdicts, json.verdict, 'verdict'),
    isCheckpoint: truth(json.isCheckpoint, 'isCheckpoint'),
    counts: {
      files: count(counts.files, 'files'),
      directories: count(counts.directories, 'directories'),
      symlinks: count(counts.symlinks, 'symlinks'),
      others: count(counts.others, 'others'),
      bytes: count(counts.bytes, 'bytes'),
      skipped: count(counts.skipped, 'skipped'),
      newFiles: count(counts.newFiles, 'newFiles'),
      changedFiles: count(counts.changedFiles, 'changedFiles'),
      unchangedFiles: count(counts.unchangedFiles, 'unchangedFiles'),
      addedBytes: count(counts.addedBytes, 'addedBytes'),
      addedStoredBytes: count(counts.addedStoredBytes, 'addedStoredBytes'),
    },
    skipped: list(json.skipped, 'skipped').map((value) => {
      const file = object(value, 'skipped')
      return {
        path: path(file.path, 'path'),
        reason: oneOf(skipReasons, file.reason, 'reason'),
        detail: text(file.detail, 'detail'),
      }
    }),
    sources: list(json.sources, 'sources').map((value) => path(value, 'sources')),
    excludes: list(json.excludes, 'excludes').map((value) => text(value, 'excludes')),
    host: text(json.host, 'host'),
    platform: text(json.platform, 'platform'),
    agentVersion: text(json.agentVersion, 'agentVersion'),
    tags: list(json.tags, 'tags').map((value) => text(value, 'tags')),
    parent: json.parent === undefined ? undefined : snapshotId(json.parent, 'parent'),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseObject(plaintext: Buffer): Record<string, unknown> {
  try {
    return object(JSON.parse(utf8.decode(plaintext)), 'the snapshot')
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError('snapshot-damaged', 'a snapshot is not JSON', { cause })
  }
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name)
  return value as Record<string, unknown>
}
function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name)
  return value
}
function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrong(name)
  return value
}
function integer(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value)) throw wrong(name)
  return value as number
}
function count(value: unknown, name: string): number {
  const number = integer(value, name)
  if (number < 0) throw wrong(name)
  return number
}
function truth(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw wrong(name)
  return value
}
function path(value: unknown, name: string): Buffer {
  const spelling = text(value, name)
  if (!isByteText(spelling)) throw wrong(name)
  return bytesOfText(spelling)
}
function snapshotId(value: unknown, name: string): string {
  try {
    return parseSnapshotId(text(value, name))
  } catch {
    throw wrong(name)
  }
}
function oneOf<const T extends string>(values: readonly T[], value: unknown, name: string): T {
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) throw wrong(name)
  return found
}
function wrong(name: string): FormatError {
  return new FormatError('snapshot-damaged', `a snapshot's field "${name}" is missing or of a wrong kind`)
}
