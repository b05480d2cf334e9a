/**
 * Fills the catalogue with versions that were found as files, each job's in the order of its chain. Browsing and restoring do without;
 * searching and the history of a file know a version from then on. New versions of a job queue behind its old ones: numbers of the
 * catalogue are in the order of time.
 */
import type { Database } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import { findRepository } from '../repositories/repositories-table.ts'
import type { Log } from '../runtime/log.ts'
import type { CatalogueStaging } from './catalogue.ts'
import { CatalogueError } from './catalogue-error.ts'
import { type CatalogueGap, closeGap, countGaps, findOldestGap, listJobsWithGaps } from './catalogue-gaps-table.ts'

export interface CatalogueFill {
  readonly hasGaps: () => Promise<boolean>
  readonly fill: (options: {
    readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
    readonly signal: AbortSignal
  }) => Promise<CatalogueFilled>
}

export interface CatalogueFilled {
  readonly versions: number
  /** Versions whose folders cannot be read: they stay out of search, not out of the lists. */
  readonly failed: number
}

const jobsPerPage = 100
/** Before all others: a version that shows nothing. */
const showsNothing = 0

export function createCatalogueFill(options: {
  readonly database: Database
  readonly catalogue: CatalogueStaging
  readonly log: Log
}): CatalogueFill {
  const { database, catalogue, log } = options
  const { kysely } = database

  /** False: its folders are lost. */
  const show = async (gap: CatalogueGap, signal: AbortSignal): Promise<boolean> => {
    const repository = await findRepository(kysely, gap.repositoryId)
    if (repository === undefined) return true
    const { deviceId, job, root } = gap
    try {
      const staged = await catalogue.stage({ repository, deviceId, job, root, signal, isFilling: true })
      const isShown = await database.transaction(async (tx) => {
        if (staged.version === undefined || !(await closeGap(tx, gap.id, staged.version))) return false
        await catalogue.makeVisible(tx, staged)
        return true
      })
      if (isShown) catalogue.release(staged)
      else await catalogue.discard(staged)
      return true
    } catch (error) {
      if (!(error instanceof CatalogueError) || error.fault !== 'tree-lost') throw error
      log.warn({ version: gap.id, err: error }, 'a version cannot be searched: a folder of it is lost')
      await database.transaction((tx) => closeGap(tx, gap.id, showsNothing))
      return false
    }
  }

  const fillJob = async (jobId: JobId, signal: AbortSignal, onVersion: (isShown: boolean) => void): Promise<void> => {
    for (;;) {
      signal.throwIfAborted()
      const gap = await findOldestGap(kysely, jobId)
      if (gap === undefined) return
      onVersion(await show(gap, signal))
    }
  }

  return {
    hasGaps: async () => (await listJobsWithGaps(kysely, { after: 0, limit: 1 })).length > 0,
    fill: async ({ onProgress = () => {}, signal }) => {
      const total = await countGaps(kysely)
      let versions = 0
      let failed = 0
      const onVersion = (isShown: boolean) => {
        if (isShown) versions += 1
        else failed += 1
        onProgress({ done: versions + failed, total })
      }
      for (let after = 0; ; ) {
        const jobs = await listJobsWithGaps(kysely, { after, limit: jobsPerPage })
        for (const jobId of jobs) await fillJob(jobId, signal, onVersion)
        const last = jobs.at(-1)
        if (last === undefined) return { versions, failed }
        after = last
      }
    },
  }
}
