// Backs sources up into a target: one run, one new version, or a clear reason why not.

import { lstatSync } from 'node:fs'
import type { Compression } from '../compression/zstd.ts'
import { deriveKeys, type RepositorySecrets } from '../crypto/keys.ts'
import type { SkippedFile, SnapshotCounts, Verdict } from '../format/snapshot-body.ts'
import type { ChunkId, ChunkKey, DeviceId, SnapshotId } from '../model/ids.ts'
import { chunkKey } from '../model/ids.ts'
import type { BackupSession, BackupTarget, ChainHead } from '../repository/target.ts'
import { type OpenCache, openCache } from './cache-files.ts'
import { CacheDamagedError } from './cache-reader.ts'
import { commitVersion } from './commit-version.ts'
import { findLost } from './find-lost.ts'
import { Pass } from './pass.ts'

export interface BackupOptions {
  readonly target: BackupTarget
  readonly secrets: RepositorySecrets
  readonly device: DeviceId
  readonly job: string
  /** Absolute paths, bytes. */
  readonly sources: readonly Buffer[]
  /** Recorded in the version; `isExcluded` decides. */
  readonly excludes: readonly string[]
  readonly isExcluded: (path: string, isDirectory: boolean) => boolean
  /** Where this job's cache lies; disposable. */
  readonly cacheFile: string
  readonly compression: Compression
  readonly host: string
  readonly platform: string
  readonly agentVersion: string
  readonly tags: readonly string[]
  readonly now: () => number
  readonly randomBytes: (length: number) => Buffer
  readonly onProgress?: (progress: BackupProgress) => void
  readonly signal?: AbortSignal
  /** Reads and compares, sends nothing, makes no version. */
  readonly isDryRun?: boolean
  /** A long run makes what it has so far a version this often; 30 minutes unless told otherwise. */
  readonly checkpointEveryMs?: number
  /** Reading threads; 2 unless told otherwise. */
  readonly threads?: number
}

export interface BackupProgress {
  readonly phase: 'scanning' | 'sending' | 'finishing'
  readonly filesDone: number
  readonly filesSeen: number
  readonly bytesDone: number
  readonly bytesSeen: number
  /** Of the job's last version: what to expect until the walk is complete. */
  readonly bytesExpected: number | undefined
  readonly sentBytes: number
  readonly isWalkComplete: boolean
}

export interface BackupResult {
  readonly verdict: Verdict
  /** Undefined after a dry run. */
  readonly snapshot: { readonly id: SnapshotId; readonly seq: number } | undefined
  readonly root: ChunkId
  readonly counts: SnapshotCounts
  readonly skipped: readonly SkippedFile[]
  readonly sentBytes: number
  readonly elapsedMs: number
}

export const backupFaults = ['no-sources', 'cancelled', 'chunks-lost'] as const
export type BackupFault = (typeof backupFaults)[number]

export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly fault: BackupFault

  constructor(fault: BackupFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** A version whose chunks the target lost is built again this often, reading what is lost. */
const roundsMax = 3

/**
 * @throws BackupError `no-sources`: none of the sources exists; `cancelled`: the signal; `chunks-lost`: the target kept losing chunks
 * @throws RefusedError, StorageError from the target
 */
export async function backUp(options: BackupOptions): Promise<BackupResult> {
  const startedMs = options.now()
  if (!options.sources.some(sourceExists)) {
    throw new BackupError('no-sources', `none of the folders to back up exists: ${options.sources.map(String).join(', ')}`)
  }
  const keys = deriveKeys(options.secrets)
  const owner = { repository: keys.uid.toString('hex'), device: options.device, job: options.job }
  const cache = openCache(options.cacheFile, owner)
  const session = await options.target.openSession({ job: options.job, parent: cache?.head.snapshot as SnapshotId | undefined })
  try {
    return await runInSession({ options, session, cache, startedMs, chain: { head: session.head } })
  } catch (error) {
    const ended = options.signal?.aborted ? new BackupError('cancelled', 'the backup was cancelled', { cause: error }) : error
    await session.abort({ code: failureCode(ended), detail: messageOf(ended) }).catch(() => undefined) // the first error is the one to tell
    throw ended
  }
}

export interface SessionRun {
  readonly options: BackupOptions
  readonly session: BackupSession
  readonly cache: OpenCache | undefined
  readonly startedMs: number
  /** Where the next version goes in the device's chain; moves on with each checkpoint. */
  readonly chain: { head: ChainHead }
}

async function runInSession(run: SessionRun): Promise<BackupResult> {
  const { options, session } = run
  let { cache } = run
  const isCacheCurrent = cache !== undefined && session.isParentHeld && session.closureEpoch === cache.head.closureEpoch
  const lost = new Set<ChunkKey>(cache && !isCacheCurrent ? await findLost(cache, session) : [])
  let sentBytes = 0
  for (let round = 1; ; round++) {
    const pass = new Pass({ ...run, cache, lost, sentBefore: sentBytes })
    try {
      const built = await pass.run()
      sentBytes = built.sentBytes
      if (options.isDryRun) {
        await session.abort({ code: 'HF-DRY-RUN', detail: 'a dry run sends nothing' })
        return { ...built, snapshot: undefined, elapsedMs: options.now() - run.startedMs }
      }
      const committed = await commitVersion({ ...run, cache }, built, { isCheckpoint: false })
      if (committed.kind === 'committed') {
        pass.keepCache(committed)
        return {
          ...built,
          verdict: committed.verdict,
          snapshot: { id: committed.id, seq: committed.seq },
          elapsedMs: options.now() - run.startedMs,
        }
      }
      if (round === roundsMax)
        throw new BackupError('chunks-lost', `the target lost ${committed.ids.length} chunks of this version again and again`)
      // a lost tree hides what is lost below it: ask for all that the cache relies on, not only for what was named
      for (const id of committed.ids) lost.add(chunkKey(id))
      if (cache) for (const key of await findLost(cache, session)) lost.add(key)
    } catch (error) {
      if (!(error instanceof CacheDamagedError)) throw error
      cache = undefined
    } finally {
      await pass.close()
    }
  }
}

function failureCode(error: unknown): string {
  if (error instanceof BackupError) return `HF-BACKUP-${error.fault.toUpperCase()}`
  return 'HF-BACKUP-FAILED'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function sourceExists(source: Buffer): boolean {
  try {
    lstatSync(source)
    return true
  } catch {
    return false
  }
}
