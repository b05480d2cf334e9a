import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { ToldJob, ToldJobs } from './told-jobs.ts'

export interface ToldJobsRow {
  readonly device_id: Id<'dev'>
  readonly customer_id: Id<'cus'>
  readonly revision: string
  readonly jobs: string
  readonly time_zone: string
  readonly next_at: number | null
  readonly keeps_schedule: number
  readonly told_at: number
  readonly schedules_since: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly told_jobs: ToldJobsRow
  }
}

/** What stands in the column as JSON. */
interface StoredJobs {
  readonly platform: string
  readonly jobs: readonly (Omit<ToldJob, 'keep' | 'nextAt'> & { readonly keep?: string; readonly nextAt?: number })[]
}

export async function putToldJobs(tx: Transaction, told: ToldJobs): Promise<void> {
  const stored: StoredJobs = { platform: told.platform, jobs: told.jobs.map(toStored) }
  const values = {
    customer_id: told.customerId,
    revision: told.revision,
    jobs: JSON.stringify(stored),
    time_zone: told.timeZone,
    next_at: told.nextAt ?? null,
    keeps_schedule: told.keepsSchedule ? 1 : 0,
    told_at: told.toldAt,
    schedules_since: told.schedulesSince,
  }
  await tx
    .insertInto('told_jobs')
    .values({ device_id: told.deviceId, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function findToldJobs(db: Queryable, deviceId: Id<'dev'>): Promise<ToldJobs | undefined> {
  const row = await db.selectFrom('told_jobs').selectAll().where('device_id', '=', deviceId).executeTakeFirst()
  return row && toTold(row)
}

/** More than any plan holds. */
const maxDevicesListed = 500

export async function listToldJobs(db: Queryable, customerId: Id<'cus'>): Promise<readonly ToldJobs[]> {
  const rows = await db
    .selectFrom('told_jobs')
    .innerJoin('devices', 'devices.id', 'told_jobs.device_id')
    .selectAll('told_jobs')
    .where('devices.customer_id', '=', customerId)
    .where('devices.state', '=', 'active')
    .limit(maxDevicesListed)
    .execute()
  return rows.map(toTold)
}

function toStored({ keep, nextAt, ...job }: ToldJob): StoredJobs['jobs'][number] {
  return { ...job, ...(keep === undefined ? {} : { keep }), ...(nextAt === undefined ? {} : { nextAt }) }
}

function toTold(row: ToldJobsRow): ToldJobs {
  const { platform, jobs } = JSON.parse(row.jobs) as StoredJobs
  return {
    deviceId: row.device_id,
    customerId: row.customer_id,
    revision: row.revision,
    jobs: jobs.map((job) => ({ ...job, keep: job.keep, nextAt: job.nextAt })),
    platform,
    timeZone: row.time_zone,
    nextAt: row.next_at ?? undefined,
    keepsSchedule: row.keeps_schedule === 1,
    toldAt: row.told_at,
    schedulesSince: row.schedules_since,
  }
}
