import { type Generated, sql } from 'kysely'
import { type ChunkId, parseChunkId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Job, JobId } from './job.ts'

export interface JobRow {
  readonly id: Generated<JobId>
  readonly device_id: Id<'dev'>
  readonly name: string
  readonly catalogue_version: Generated<number>
  readonly catalogue_given: Generated<number>
  readonly catalogue_root: Generated<Buffer | null>
  readonly newest_version: Generated<Id<'snap'> | null>
  readonly last_good_version: Generated<Id<'snap'> | null>
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly jobs: JobRow
  }
}

/** Jobs of one device that are read at once. */
export const maxJobsOfDevice = 1000

export async function findJob(db: Queryable, deviceId: Id<'dev'>, name: string): Promise<Job | undefined> {
  const query = selectJobs(db).where('device_id', '=', deviceId).where('name', '=', name)
  const row = await query.executeTakeFirst()
  return row && toJob(row)
}

/** Finds first: an INSERT IGNORE alone would use up a number for each backup. */
export async function findOrCreateJob(db: Queryable, deviceId: Id<'dev'>, name: string, createdAt: number): Promise<Job> {
  const known = await findJob(db, deviceId, name)
  if (known !== undefined) return known
  await db.insertInto('jobs').ignore().values({ device_id: deviceId, name, created_at: createdAt }).execute()
  const made = await findJob(db, deviceId, name)
  if (made === undefined) throw new Error('the job that was just made is not there')
  return made
}

export async function findJobById(db: Queryable, jobId: JobId): Promise<Job | undefined> {
  const row = await selectJobs(db).where('id', '=', jobId).executeTakeFirst()
  return row && toJob(row)
}

export async function listJobsOfDevice(db: Queryable, deviceId: Id<'dev'>): Promise<readonly Job[]> {
  const query = selectJobs(db).where('device_id', '=', deviceId).orderBy('name').limit(maxJobsOfDevice)
  return (await query.execute()).map(toJob)
}

/** Hands out the next number of the job's catalogue; it is never handed out again. */
export async function giveCatalogueVersion(transaction: Transaction, jobId: JobId): Promise<number> {
  const next = { catalogue_given: sql<number>`catalogue_given + 1` }
  await transaction.updateTable('jobs').set(next).where('id', '=', jobId).execute()
  const query = transaction.selectFrom('jobs').select('catalogue_given').where('id', '=', jobId)
  return (await query.executeTakeFirstOrThrow()).catalogue_given
}

/** False when another version became the newest since `base` was read. */
export async function setCatalogueVersion(
  transaction: Transaction,
  change: { readonly jobId: JobId; readonly base: number; readonly version: number; readonly root: ChunkId },
): Promise<boolean> {
  const result = await transaction
    .updateTable('jobs')
    .set({ catalogue_version: change.version, catalogue_root: change.root })
    .where('id', '=', change.jobId)
    .where('catalogue_version', '=', change.base)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

/** In the commit's transaction. */
export async function setNewestVersion(
  transaction: Transaction,
  version: { readonly jobId: JobId; readonly id: Id<'snap'>; readonly isGood: boolean },
): Promise<void> {
  const { jobId, id, isGood } = version
  await transaction
    .updateTable('jobs')
    .set({ newest_version: id, ...(isGood ? { last_good_version: id } : {}) })
    .where('id', '=', jobId)
    .execute()
}

function selectJobs(db: Queryable) {
  return db
    .selectFrom('jobs')
    .select(['id', 'device_id', 'name', 'catalogue_version', 'catalogue_given', 'catalogue_root'])
    .select(['newest_version', 'last_good_version'])
}

type SelectedJob = Awaited<ReturnType<ReturnType<typeof selectJobs>['execute']>>[number]

function toJob(row: SelectedJob): Job {
  return {
    jobId: row.id,
    deviceId: row.device_id,
    name: row.name,
    catalogue: {
      version: row.catalogue_version,
      given: row.catalogue_given,
      root: row.catalogue_root === null ? undefined : parseChunkId(row.catalogue_root),
    },
    newestVersion: row.newest_version ?? undefined,
    lastGoodVersion: row.last_good_version ?? undefined,
  }
}
