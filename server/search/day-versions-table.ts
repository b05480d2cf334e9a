/** A customer's versions by day: for whoever remembers when it was still right. */
import { type RawBuilder, sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import type { SearchScope } from './search.ts'

/** Backup plans by number in place of a name; undefined: all of the scope. */
export type ScopeOfJobs = Omit<SearchScope, 'job'> & { readonly jobIds: readonly JobId[] | undefined }

const isBinned = sql`EXISTS (SELECT 1 FROM version_bin WHERE version_bin.snapshot = snapshots.id)`

/** Changed files by day, for the days that have versions. `dayStartsMs`: each day's first moment, and the first one after. */
export async function listChangedByDay(
  db: Queryable,
  { scope, dayStartsMs }: { readonly scope: ScopeOfJobs; readonly dayStartsMs: readonly number[] },
): Promise<ReadonlyMap<number, number>> {
  const [from, before] = [dayStartsMs[0], dayStartsMs.at(-1)]
  if (from === undefined || before === undefined) return new Map()
  const { rows } = await sql<{ readonly day: number; readonly changed: number }>`
    SELECT INTERVAL(snapshots.received_at, ${sql.join(dayStartsMs)}) - 1 AS day, SUM(new_files + changed_files) AS changed
    FROM snapshots JOIN devices ON devices.id = snapshots.device_id
    WHERE snapshots.customer_id = ${scope.customerId} AND snapshots.received_at >= ${from} AND snapshots.received_at < ${before}
      AND is_checkpoint = 0 AND NOT ${isBinned} ${narrowed(scope, sql.ref('snapshots.job_id'))}
    GROUP BY day`.execute(db)
  return new Map(rows.map(({ day, changed }) => [day, Number(changed)]))
}

/** The newest version of each backup plan that came before a moment, in the order of the computers; plans without any are not counted. */
export async function listNewestBefore(
  db: Queryable,
  { scope, beforeMs, limit }: { readonly scope: ScopeOfJobs; readonly beforeMs: number; readonly limit: number },
): Promise<readonly Id<'snap'>[]> {
  const { rows } = await sql<{ readonly version: Id<'snap'> }>`
    SELECT version FROM (
      SELECT devices.number, jobs.name, (
        SELECT snapshots.id FROM snapshots
        WHERE snapshots.job_id = jobs.id AND is_checkpoint = 0 AND snapshots.received_at < ${beforeMs} AND NOT ${isBinned}
        ORDER BY snapshots.seq DESC LIMIT 1
      ) AS version
      FROM jobs JOIN devices ON devices.id = jobs.device_id
      WHERE devices.customer_id = ${scope.customerId} ${narrowed(scope, sql.ref('jobs.id'))}
    ) AS newest
    WHERE version IS NOT NULL ORDER BY number, name LIMIT ${limit}`.execute(db)
  return rows.map(({ version }) => version)
}

export async function listNewestOfJob(
  db: Queryable,
  { jobId, limit }: { readonly jobId: JobId; readonly limit: number },
): Promise<readonly Id<'snap'>[]> {
  const { rows } = await sql<{ readonly id: Id<'snap'> }>`
    SELECT id FROM snapshots WHERE job_id = ${jobId} AND is_checkpoint = 0 AND NOT ${isBinned}
    ORDER BY seq DESC LIMIT ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

function narrowed({ deviceId, jobIds, subscriptionId }: ScopeOfJobs, job: RawBuilder<unknown>): RawBuilder<unknown> {
  const ofDevice = deviceId === undefined ? sql`` : sql`AND devices.id = ${deviceId}`
  const ofPlan = subscriptionId === undefined ? sql`` : sql`AND devices.subscription_id = ${subscriptionId}`
  const ofJobs = jobIds === undefined ? sql`` : jobIds.length === 0 ? sql`AND FALSE` : sql`AND ${job} IN (${sql.join(jobIds)})`
  return sql`${ofDevice} ${ofPlan} ${ofJobs}`
}
