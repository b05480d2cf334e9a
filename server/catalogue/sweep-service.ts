/**
 * Takes away the catalogue's rows that no version shows any more, job by job, a page at a time. Whatever is added meanwhile is newer
 * than what is looked at: a stage only compares with the newest visible number, and that one counts as shown. Only when a job has no
 * version left at all are its last rows taken too, in the job's turn, so that no stage builds on them.
 */
import type { Database } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import { findJobById } from '../jobs/jobs-table.ts'
import { listCatalogueNumbers } from '../snapshots/snapshots-table.ts'
import type { CatalogueStaging } from './catalogue.ts'
import { endSweep, listSweeps, noteSweep } from './catalogue-sweeps-table.ts'
import { NeedlessRows, type RowKey } from './needless-rows.ts'
import * as table from './needless-rows-table.ts'

export interface CatalogueSweeps {
  /** Every job from which a version went since. Returns how many jobs were swept. */
  readonly sweepAll: (signal: AbortSignal) => Promise<number>
}

const rowsPerPage = 5000
const jobsPerPage = 100

export function createCatalogueSweeps(options: {
  readonly database: Database
  readonly catalogue: Pick<CatalogueStaging, 'alone'>
}): CatalogueSweeps {
  const { database, catalogue } = options
  const { kysely } = database

  const sweepRows = async (jobId: JobId, shown: readonly number[], newest: number, signal: AbortSignal) => {
    const needless = new NeedlessRows(shown)
    for (let after: RowKey | undefined; ; ) {
      signal.throwIfAborted()
      const rows = await table.listRows(kysely, { jobId, newest, after, limit: rowsPerPage })
      await remove(jobId, rows.length === 0 ? needless.end() : needless.add(rows))
      const last = rows.at(-1)
      if (last === undefined) return
      after = last
    }
  }

  const remove = async (jobId: JobId, keys: readonly RowKey[]) => {
    if (keys.length > 0) await database.transaction((tx) => table.deleteRows(tx, jobId, keys))
  }

  const sweep = async (jobId: JobId, signal: AbortSignal) => {
    const job = await findJobById(kysely, jobId)
    const shown = await listCatalogueNumbers(kysely, jobId)
    if (job === undefined) return
    const { version } = job.catalogue
    if (shown.length > 0)
      await sweepRows(
        jobId,
        [...new Set([...shown, version])].toSorted((a, b) => a - b),
        version,
        signal,
      )
    else await catalogue.alone(jobId, () => empty(jobId, signal))
  }

  /** Asked again in the turn: a version may have come while it was waited for. */
  const empty = async (jobId: JobId, signal: AbortSignal) => {
    const job = await findJobById(kysely, jobId)
    if (job === undefined || (await listCatalogueNumbers(kysely, jobId)).length > 0) return
    await table.dropRoot(kysely, jobId)
    await sweepRows(jobId, [], job.catalogue.version, signal)
  }

  return {
    sweepAll: async (signal) => {
      let swept = 0
      for (;;) {
        const jobs = await listSweeps(kysely, jobsPerPage)
        if (jobs.length === 0) return swept
        for (const jobId of jobs) {
          // Before the sweep: a version that goes while it runs asks for another.
          await endSweep(kysely, jobId)
          try {
            await sweep(jobId, signal)
          } catch (error) {
            await database.transaction((tx) => noteSweep(tx, jobId))
            throw error
          }
          swept += 1
        }
      }
    },
  }
}
