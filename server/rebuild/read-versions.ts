/** Reads the files of a device's versions: what they say in the clear, and with the box's key what they seal. */
import { readFile, stat } from 'node:fs/promises'
import {
  deriveKeys,
  FormatError,
  openRecord,
  type RepositoryKeys,
  type RepositorySecrets,
  readSnapshotBody,
  readSnapshotFile,
  type SnapshotBody,
  type SnapshotEnvelope,
  type SnapshotFile,
} from '../../engine/index.ts'
import type { SnapshotName } from '../commits/snapshot-files.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'

export interface FoundVersion {
  readonly name: SnapshotName
  readonly envelope: SnapshotEnvelope
  readonly fileBytes: number
  readonly receivedAt: number
  readonly body: SnapshotBody
  /** Why its own words are not known: `body` is a stand-in. */
  readonly sealedWhy: string | undefined
}

export type ReadVersion =
  | { readonly kind: 'version'; readonly version: FoundVersion }
  | { readonly kind: 'torn'; readonly name: SnapshotName; readonly why: string }

const filesAtOnce = 16

export async function* readVersions(
  place: RepositoryPlace,
  names: readonly SnapshotName[],
  options: { readonly secrets: RepositorySecrets | undefined; readonly nowMs: number; readonly signal: AbortSignal },
): AsyncGenerator<readonly ReadVersion[]> {
  const keys = options.secrets && deriveKeys(options.secrets)
  for (let at = 0; at < names.length; at += filesAtOnce) {
    options.signal.throwIfAborted()
    yield await Promise.all(names.slice(at, at + filesAtOnce).map((name) => readVersion(place, name, keys, options.nowMs)))
  }
}

async function readVersion(
  place: RepositoryPlace,
  name: SnapshotName,
  keys: RepositoryKeys | undefined,
  nowMs: number,
): Promise<ReadVersion> {
  const path = place.snapshotFile(name)
  const [bytes, { mtimeMs }] = await Promise.all([readFile(path), stat(path)])
  try {
    const file = readSnapshotFile(bytes)
    const { envelope } = file
    if (file.id !== name.id || envelope.device !== name.device || envelope.seq !== name.seq)
      return { kind: 'torn', name, why: 'it is not the version that it is named after' }
    const receivedAt = receivedAtOf(envelope, Math.floor(mtimeMs), nowMs)
    const found = { name, envelope, fileBytes: bytes.length, receivedAt }
    return { kind: 'version', version: { ...found, ...openBody(file, keys) } }
  } catch (error) {
    if (error instanceof FormatError) return { kind: 'torn', name, why: error.message }
    throw error
  }
}

/** A session's place in the chain is given anew with each of its checkpoints. */
const longestStepMs = 24 * 60 * 60 * 1000

/**
 * The file was written when the version was received, unless it was copied since; the box's own time is in it, from when the session
 * or its last checkpoint began.
 */
function receivedAtOf({ serverTimeMs }: SnapshotEnvelope, modifiedMs: number, nowMs: number): number {
  const isLikely = modifiedMs >= serverTimeMs && modifiedMs <= Math.min(nowMs, serverTimeMs + longestStepMs)
  return isLikely ? modifiedMs : serverTimeMs
}

function openBody(file: SnapshotFile, keys: RepositoryKeys | undefined): Pick<FoundVersion, 'body' | 'sealedWhy'> {
  if (keys === undefined) return { body: standIn(file.envelope), sealedWhy: 'the box has no key for it' }
  try {
    return { body: readSnapshotBody(openRecord(file.record, keys, file.envelopeBytes).plaintext), sealedWhy: undefined }
  } catch (error) {
    if (error instanceof FormatError) return { body: standIn(file.envelope), sealedWhy: error.message }
    throw error
  }
}

/** The job of versions whose words are not known. */
const sealedJob = 'sealed'
const noCounts = { files: 0, directories: 0, symlinks: 0, others: 0, bytes: 0, skipped: 0 }
const noChanges = { newFiles: 0, changedFiles: 0, unchangedFiles: 0, addedBytes: 0, addedStoredBytes: 0 }

/** Its files can be restored with the customer's kit all the same: the version keeps what it reaches. */
function standIn({ serverTimeMs }: SnapshotEnvelope): SnapshotBody {
  return {
    job: sealedJob,
    startedMs: serverTimeMs,
    finishedMs: serverTimeMs,
    takenMs: serverTimeMs,
    verdict: 'partial',
    isCheckpoint: false,
    counts: { ...noCounts, ...noChanges },
    skipped: [],
    sources: [],
    excludes: [],
    host: '',
    platform: '',
    agentVersion: '',
    tags: [],
    parent: undefined,
  }
}
