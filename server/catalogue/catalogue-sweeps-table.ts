import type { Queryable, Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'

/** Jobs from which a version went: their catalogues may hold rows that no version shows any more. */
export interface CatalogueSweepRow {
  readonly job_id: JobId
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly catalogue_sweeps: CatalogueSweepRow
  }
}

/** In the transaction that deletes the version's row: what is to be swept is never forgotten. */
export async function noteSweep(tx: Transaction, jobId: JobId): Promise<void> {
  await tx.insertInto('catalogue_sweeps').ignore().values({ job_id: jobId }).execute()
}

export async function listSweeps(db: Queryable, limit: number): Promise<readonly JobId[]> {
  const rows = await db.selectFrom('catalogue_sweeps').select('job_id').orderBy('job_id').limit(limit).execute()
  return rows.map((row) => row.job_id)
}

export async function endSweep(db: Queryable, jobId: JobId): Promise<void> {
  await db.deleteFrom('catalogue_sweeps').where('job_id', '=', jobId).execute()
}
