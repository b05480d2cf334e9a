import type { Queryable, Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { RowKey, RowToJudge } from './needless-rows.ts'

/** The visible rows of a job, in the order of the key. */
export async function listRows(
  db: Queryable,
  page: { readonly jobId: JobId; readonly newest: number; readonly after: RowKey | undefined; readonly limit: number },
): Promise<readonly RowToJudge[]> {
  const { after } = page
  let query = db
    .selectFrom('catalogue')
    .select(['path_hash', 'from_version', 'type'])
    .where('job_id', '=', page.jobId)
    .where('from_version', '<=', page.newest)
  if (after !== undefined) {
    query = query
      .where('path_hash', '>=', after.pathHash)
      .where((where) => where.or([where('path_hash', '>', after.pathHash), where('from_version', '>', after.fromVersion)]))
  }
  const rows = await query.orderBy('path_hash').orderBy('from_version').limit(page.limit).execute()
  return rows.map((row) => ({ pathHash: row.path_hash, fromVersion: row.from_version, type: row.type }))
}

const keysPerStatement = 1000

export async function deleteRows(tx: Transaction, jobId: JobId, keys: readonly RowKey[]): Promise<void> {
  for (let at = 0; at < keys.length; at += keysPerStatement) {
    const some = keys.slice(at, at + keysPerStatement)
    await tx
      .deleteFrom('catalogue')
      .where('job_id', '=', jobId)
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('path_hash', 'from_version'),
          'in',
          some.map(({ pathHash, fromVersion }) => tuple(pathHash, fromVersion)),
        ),
      )
      .execute()
  }
}

/** The next version of the job is written down whole. */
export async function dropRoot(db: Queryable, jobId: JobId): Promise<void> {
  await db.updateTable('jobs').set({ catalogue_root: null }).where('id', '=', jobId).execute()
}
