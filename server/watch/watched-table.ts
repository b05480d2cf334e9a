/** What the watch looks at: computers with how they stand, and their last versions. */
import { sql } from 'kysely'
import type { CustomerState } from '../customers/customer.ts'
import type { Queryable } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import { type DeviceStanding, nothingEnded } from '../standings/standing.ts'

export interface WatchedComputer {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  readonly subscriptionId: Id<'sub'>
  readonly name: string
  readonly number: number
  readonly customerState: CustomerState
  readonly standing: DeviceStanding
  readonly lastSeenAt: number
  readonly connectedAt: number
  readonly storedBytes: number
  readonly isSwitchedOff: boolean
  /** Of the customer; undefined: the usual. */
  readonly silenceDays: number | undefined
}

/** Of all customers, or of one, by number. */
export async function listWatched(
  db: Queryable,
  asked: { readonly customerId?: Id<'cus'>; readonly afterNumber: number; readonly limit: number; readonly nowMs: number },
): Promise<readonly WatchedComputer[]> {
  let query = db
    .selectFrom('devices')
    .innerJoin('customers', 'customers.id', 'devices.customer_id')
    .leftJoin('standings', 'standings.device_id', 'devices.id')
    .leftJoin('device_switches', 'device_switches.device_id', 'devices.id')
    .leftJoin('customer_watch', 'customer_watch.customer_id', 'devices.customer_id')
    .where('devices.state', '=', 'active')
    // Nobody knows when people send something.
    .where('devices.kind', '=', 'agent')
    .where('devices.number', '>', asked.afterNumber)
  if (asked.customerId !== undefined) query = query.where('devices.customer_id', '=', asked.customerId)
  const rows = await query
    .select([
      'devices.id',
      'devices.number',
      'devices.name',
      'devices.customer_id',
      'devices.subscription_id',
      'devices.last_seen_at',
      'devices.connected_at',
      'devices.stored_bytes',
      'customers.state as customer_state',
      'customer_watch.silence_days',
      'standings.verdict',
      'standings.ended_at',
      'standings.code',
      'standings.skipped',
      'standings.failures',
      'standings.good_at',
      'standings.running_since',
    ])
    .select(
      sql<number>`(device_switches.device_id IS NOT NULL AND (device_switches.until_at IS NULL OR device_switches.until_at > ${asked.nowMs}))`.as(
        'is_off',
      ),
    )
    .orderBy('devices.number')
    .limit(asked.limit)
    .execute()
  return rows.map((row) => ({
    deviceId: row.id,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    name: row.name,
    number: row.number,
    customerState: row.customer_state,
    lastSeenAt: row.last_seen_at,
    connectedAt: row.connected_at,
    storedBytes: row.stored_bytes,
    isSwitchedOff: Number(row.is_off) === 1,
    silenceDays: row.silence_days ?? undefined,
    standing: {
      ended:
        row.verdict === null || row.ended_at === null
          ? nothingEnded.ended
          : {
              verdict: row.verdict,
              at: row.ended_at,
              code: row.code ?? undefined,
              detail: undefined,
              skipped: row.skipped ?? 0,
              failures: row.failures ?? 0,
            },
      goodAt: row.good_at ?? undefined,
      runningSince: row.running_since ?? undefined,
      pause: Number(row.is_off) === 1 ? { of: 'computer', untilMs: undefined } : undefined,
    },
  }))
}

export interface VersionSize {
  readonly files: number
  readonly bytes: number
}

export interface WatchedJob {
  readonly jobId: JobId
  readonly name: string
}

export async function listWatchedJobs(db: Queryable, deviceId: Id<'dev'>): Promise<readonly WatchedJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'name'])
    .where('device_id', '=', deviceId)
    .where('newest_version', 'is not', null)
    .limit(maxJobs)
    .execute()
  return rows.map(({ id, name }) => ({ jobId: id, name }))
}

const maxJobs = 100

/** The newest first; whole ones only. */
export async function listVersionSizes(db: Queryable, jobId: JobId, limit: number): Promise<readonly VersionSize[]> {
  const rows = await db
    .selectFrom('snapshots')
    .select(['files', 'source_bytes'])
    .where('job_id', '=', jobId)
    .where('is_checkpoint', '=', 0)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ files: row.files, bytes: row.source_bytes }))
}
