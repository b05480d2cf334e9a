import { CompiledQuery, sql } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import { entryTypes } from './catalogue.ts'
import { rowColumns } from './row-text.ts'

export interface CatalogueRow {
  readonly job_id: JobId
  readonly path_hash: Buffer
  readonly from_version: number
  readonly parent_hash: Buffer
  readonly type: number
  readonly size: number
  /** A text where it is beyond 2^53. */
  readonly mtime_ns: number | string
  readonly name: Buffer
  readonly folded: Buffer
}

export interface CatalogueStageRow {
  readonly job_id: JobId
  readonly version: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly catalogue: CatalogueRow
    readonly catalogue_stages: CatalogueStageRow
  }
}

export interface Stage {
  readonly jobId: JobId
  readonly version: number
}

const rowsPerDelete = 5000

export async function insertStage(transaction: Transaction, { jobId, version }: Stage): Promise<void> {
  await transaction.insertInto('catalogue_stages').values({ job_id: jobId, version }).execute()
}

/** Held until the transaction ends. */
export async function isStageOpen(transaction: Transaction, { jobId, version }: Stage): Promise<boolean> {
  const query = transaction.selectFrom('catalogue_stages').select('version').where('job_id', '=', jobId)
  return (await query.where('version', '=', version).forUpdate().executeTakeFirst()) !== undefined
}

/** False when it was not open any more. */
export async function deleteStage(db: Queryable, { jobId, version }: Stage): Promise<boolean> {
  const query = db.deleteFrom('catalogue_stages').where('job_id', '=', jobId).where('version', '=', version)
  return (await query.executeTakeFirstOrThrow()).numDeletedRows > 0n
}

export async function listStages(db: Queryable, jobId?: JobId): Promise<readonly Stage[]> {
  let query = db.selectFrom('catalogue_stages').select(['job_id', 'version']).orderBy('job_id').orderBy('version')
  if (jobId !== undefined) query = query.where('job_id', '=', jobId)
  return (await query.execute()).map((row) => ({ jobId: row.job_id, version: row.version }))
}

/** Rows that a worker wrote down (row-text.ts). The same row again is no error: a stage may be repeated after a lost connection. */
export async function insertRows(db: Queryable, text: string): Promise<void> {
  const statement = `INSERT INTO catalogue (${rowColumns}) VALUES ${text} ON DUPLICATE KEY UPDATE job_id = job_id`
  await db.executeQuery(CompiledQuery.raw(statement))
}

/** For a stage that could not compare with the version before: what that one held and this one does not, ends here. */
export async function insertGoneRows(db: Queryable, { jobId, version }: Stage): Promise<void> {
  await sql`
    INSERT INTO catalogue (${sql.raw(rowColumns)})
    SELECT last.job_id, last.path_hash, ${version}, REPEAT(CHAR(0), 16), ${entryTypes.gone}, 0, 0, '', '' FROM catalogue AS last
    JOIN (
      SELECT path_hash, MAX(from_version) AS from_version FROM catalogue
      WHERE job_id = ${jobId} AND from_version <= ${version} GROUP BY path_hash
    ) AS newest ON newest.path_hash = last.path_hash AND newest.from_version = last.from_version
    WHERE last.job_id = ${jobId} AND last.from_version < ${version} AND last.type <> ${entryTypes.gone}`.execute(db)
}

/** The rows of a stage that will not be committed, a page at a time in the order of the key. */
export async function deleteRowsOfStage(db: Queryable, { jobId, version }: Stage): Promise<void> {
  for (let after = Buffer.alloc(0); ; ) {
    const page = await db
      .selectFrom('catalogue')
      .select('path_hash')
      .where('job_id', '=', jobId)
      .where('path_hash', '>', after)
      .where('from_version', '=', version)
      .orderBy('path_hash')
      .limit(rowsPerDelete)
      .execute()
    const [first, last] = [page[0], page.at(-1)]
    if (first === undefined || last === undefined) return
    await db
      .deleteFrom('catalogue')
      .where('job_id', '=', jobId)
      .where('path_hash', '>=', first.path_hash)
      .where('path_hash', '<=', last.path_hash)
      .where('from_version', '=', version)
      .execute()
    after = Buffer.from(last.path_hash)
  }
}
