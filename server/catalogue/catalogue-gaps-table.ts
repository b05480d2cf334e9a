/** Versions that the catalogue does not show yet: a rebuild made their rows from the files. */
import { type ChunkId, parseChunkId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

/** Without it a version has its row and is in no list of the catalogue. */
export interface CatalogueGap {
  readonly id: Id<'snap'>
  readonly repositoryId: RepositoryId
  readonly deviceId: Id<'dev'>
  readonly job: string
  readonly root: ChunkId
}

export async function hasGap(db: Queryable, jobId: JobId): Promise<boolean> {
  const query = db.selectFrom('snapshots').select('id').where('job_id', '=', jobId).where('catalogue_version', 'is', null)
  return (await query.limit(1).executeTakeFirst()) !== undefined
}

/** One look into an index per job. */
export async function listJobsWithGaps(
  db: Queryable,
  page: { readonly after: JobId; readonly limit: number },
): Promise<readonly JobId[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('id', '>', page.after)
    // Not `exists`: for that the database would first gather what is missing of all jobs, from an entry for every version there is.
    .where(
      ({ selectFrom }) =>
        selectFrom('snapshots')
          .select('snapshots.id')
          .whereRef('snapshots.job_id', '=', 'jobs.id')
          .where('catalogue_version', 'is', null)
          .limit(1),
      'is not',
      null,
    )
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map(({ id }) => id)
}

export async function countGaps(db: Queryable): Promise<number> {
  const query = db.selectFrom('snapshots').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.where('catalogue_version', 'is', null).executeTakeFirstOrThrow()).count
}

/** The oldest of a job: versions are numbered in the order of the chain. */
export async function findOldestGap(db: Queryable, jobId: JobId): Promise<CatalogueGap | undefined> {
  const row = await db
    .selectFrom('snapshots')
    .innerJoin('jobs', 'jobs.id', 'snapshots.job_id')
    .select(['snapshots.id', 'snapshots.repository_id', 'snapshots.device_id', 'snapshots.root', 'jobs.name'])
    .where('snapshots.job_id', '=', jobId)
    .where('snapshots.catalogue_version', 'is', null)
    .orderBy('snapshots.seq')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { id, repository_id: repositoryId, device_id: deviceId, name: job, root } = row
  return { id, repositoryId, deviceId, job, root: parseChunkId(root) }
}

/** False when the version went away meanwhile. */
export async function closeGap(tx: Transaction, id: Id<'snap'>, catalogueVersion: number): Promise<boolean> {
  const result = await tx
    .updateTable('snapshots')
    .set({ catalogue_version: catalogueVersion })
    .where('id', '=', id)
    .where('catalogue_version', 'is', null)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}
