/**
 * The catalogue: which paths a job's versions hold, for searching and for the history of a file. Browsing reads trees, never this.
 *
 * One row per change of a path, numbered by the job's catalogued versions: what version v holds at a path is the row with the
 * greatest number up to v; a row of type `gone` ends a path. So a version only ever adds rows, ahead of its commit, and nothing is
 * updated under the repository's lock: the rows of a stage become visible when the job's newest number does.
 * (An interval with from and to, as first designed, would touch the old row of each changed path inside the commit.)
 */
import type { ChunkId } from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

/** What was prepared for one version of a job. Not bound to a seq: after `stale-head` the same one serves. */
export interface StagedCatalogue {
  readonly jobId: JobId
  /** The number that the version's rows carry. Undefined: older versions of the job come first, this one is catalogued after them. */
  readonly version: number | undefined
  /** The number that was visible when the stage began; the commit compares. */
  readonly base: number
  readonly root: ChunkId
  /** Rows written, for logs and tests. */
  readonly rows: number
}

export interface StageRequest {
  readonly repository: Repository
  readonly deviceId: Id<'dev'>
  readonly job: string
  /** Every tree record below it must be stored. */
  readonly root: ChunkId
  readonly signal?: AbortSignal | undefined
  /** It is the oldest of those that are not catalogued yet. */
  readonly isFilling?: boolean
}

export interface CatalogueStaging {
  /**
   * Writes the rows of a version ahead of its commit, invisible. One stage per job at a time: a second one waits for the first to be
   * made visible or discarded. Whoever stages must end with one of the two.
   */
  readonly stage: (request: StageRequest) => Promise<StagedCatalogue>
  /** In the commit's transaction; a handful of statements however large the version is. */
  readonly makeVisible: (transaction: Transaction, staged: StagedCatalogue) => Promise<void>
  /** After the COMMIT, so that the next stage of the job may begin. Idempotent. */
  readonly release: (staged: StagedCatalogue) => void
  /** The commit was refused: the rows go. Idempotent. */
  readonly discard: (staged: StagedCatalogue) => Promise<void>
  /** Has something done while no version of the job is staged. */
  readonly alone: <Result>(jobId: JobId, work: () => Promise<Result>) => Promise<Result>
  /** At boot: the rows of stages that a crash left. */
  readonly discardLeftovers: () => Promise<void>
}

export const entryTypes = { gone: 0, file: 1, directory: 2, symlink: 3, hardlink: 4, special: 5 } as const
export type CatalogueEntryType = keyof typeof entryTypes
