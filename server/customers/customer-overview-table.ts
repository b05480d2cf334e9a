/** What a page of customers says of each: their computers as they stand, and their licences. As many questions for fifty as for one. */
import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { devicesWithStandings } from '../standings/standing-kind-table.ts'
import { type ListedStanding, standingColumns, toStanding } from '../standings/standings-table.ts'
import type { DeviceFacts } from './customer-overview.ts'

/** More than any box has on a page of customers. */
const maxRead = 20_000

export interface DeviceFactsOf extends DeviceFacts {
  readonly customerId: Id<'cus'>
}

/** Of computers whose access was not withdrawn, as the fleet judges them. One without a row has never run. */
export async function listDeviceFacts(
  db: Queryable,
  customerIds: readonly Id<'cus'>[],
  nowMs: number,
): Promise<readonly DeviceFactsOf[]> {
  if (customerIds.length === 0) return []
  const { rows } = await sql<ListedStanding & { readonly customer_id: Id<'cus'> }>`
    SELECT devices.customer_id, ${standingColumns(nowMs)} FROM ${devicesWithStandings}
    WHERE devices.customer_id IN (${sql.join(customerIds)}) AND devices.state = 'active' LIMIT ${maxRead}`.execute(db)
  return rows.map((row) => ({ customerId: row.customer_id, standing: toStanding(row) }))
}

export async function listGoodTimes(db: Queryable, customerId: Id<'cus'>): Promise<ReadonlyMap<Id<'dev'>, number>> {
  const rows = await db
    .selectFrom('devices')
    .innerJoin('standings', 'standings.device_id', 'devices.id')
    .select(['devices.id', 'standings.good_at'])
    .where('devices.customer_id', '=', customerId)
    .limit(maxRead)
    .execute()
  return new Map(rows.flatMap(({ id, good_at }) => (good_at === null ? [] : [[id, good_at] as const])))
}

export interface LicenceFacts {
  readonly customerId: Id<'cus'>
  readonly planName: string
  readonly validFrom: number
  readonly validUntil: number | undefined
  readonly quotaBytes: number
  readonly usedBytes: number
}

/** Oldest first. Used bytes are counted as server/subscriptions/usage-table.ts counts them. */
export async function listLicenceFacts(db: Queryable, customerIds: readonly Id<'cus'>[]): Promise<readonly LicenceFacts[]> {
  if (customerIds.length === 0) return []
  const rows = await db
    .selectFrom('subscriptions')
    .innerJoin('plans', 'plans.id', 'subscriptions.plan_id')
    .leftJoin('subscription_usage as marked', 'marked.subscription_id', 'subscriptions.id')
    .select([
      'subscriptions.id',
      'subscriptions.customer_id',
      'plans.name',
      'subscriptions.valid_from',
      'subscriptions.valid_until',
      'subscriptions.quota_bytes',
      'marked.reachable_bytes',
    ])
    .where('subscriptions.customer_id', 'in', customerIds)
    .orderBy('subscriptions.created_at')
    .orderBy('subscriptions.id')
    .limit(maxRead)
    .execute()
  const sent = await sentSinceMark(db, customerIds)
  return rows.map((row) => ({
    customerId: row.customer_id,
    planName: row.name,
    validFrom: row.valid_from,
    validUntil: row.valid_until ?? undefined,
    quotaBytes: row.quota_bytes,
    usedBytes: (row.reachable_bytes ?? 0) + (sent.get(row.id) ?? 0),
  }))
}

async function sentSinceMark(db: Queryable, customerIds: readonly Id<'cus'>[]): Promise<ReadonlyMap<Id<'sub'>, number>> {
  const rows = await db
    .selectFrom('devices')
    .leftJoin('device_usage', 'device_usage.device_id', 'devices.id')
    .select(({ fn }) => [
      'devices.subscription_id',
      fn.sum<number | null>('devices.stored_bytes').as('stored'),
      fn.sum<number | null>('device_usage.counted_bytes').as('counted'),
    ])
    .where('devices.customer_id', 'in', customerIds)
    .groupBy('devices.subscription_id')
    .execute()
  return new Map(rows.map((row) => [row.subscription_id, Math.max(0, (row.stored ?? 0) - (row.counted ?? 0))]))
}
