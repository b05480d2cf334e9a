import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { UsageDay } from '../storage-volumes/disk-forecast.ts'

export interface SubscriptionUsageDayRow {
  readonly subscription_id: Id<'sub'>
  readonly day: number
  readonly stored_bytes: number
}

export interface DeviceUsageDayRow {
  readonly device_id: Id<'dev'>
  readonly day: number
  readonly stored_bytes: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly subscription_usage_days: SubscriptionUsageDayRow
    readonly device_usage_days: DeviceUsageDayRow
  }
}

/** What each plan and each computer keeps now, as that day's reading; the last one of a day counts. Returns how many were read. */
export async function saveUsageDay(
  db: Queryable,
  day: number,
): Promise<{ readonly subscriptions: number; readonly devices: number }> {
  const subscriptions = await sql`INSERT INTO subscription_usage_days (subscription_id, day, stored_bytes)
    SELECT subscriptions.id, ${day}, COALESCE(MAX(subscription_usage.reachable_bytes), 0)
      + GREATEST(0, CAST(COALESCE(SUM(devices.stored_bytes), 0) AS SIGNED) - CAST(COALESCE(SUM(device_usage.counted_bytes), 0) AS SIGNED))
    FROM subscriptions
    LEFT JOIN subscription_usage ON subscription_usage.subscription_id = subscriptions.id
    LEFT JOIN devices ON devices.subscription_id = subscriptions.id
    LEFT JOIN device_usage ON device_usage.device_id = devices.id
    GROUP BY subscriptions.id
    ON DUPLICATE KEY UPDATE stored_bytes = VALUES(stored_bytes)`.execute(db)
  const devices = await sql`INSERT INTO device_usage_days (device_id, day, stored_bytes)
    SELECT id, ${day}, stored_bytes FROM devices
    ON DUPLICATE KEY UPDATE stored_bytes = VALUES(stored_bytes)`.execute(db)
  return { subscriptions: Number(subscriptions.numAffectedRows ?? 0n), devices: Number(devices.numAffectedRows ?? 0n) }
}

export async function forgetUsageBefore(db: Queryable, day: number): Promise<void> {
  await db.deleteFrom('subscription_usage_days').where('day', '<', day).execute()
  await db.deleteFrom('device_usage_days').where('day', '<', day).execute()
}

/** In the order of days. */
export async function listSubscriptionDays(
  db: Queryable,
  asked: { readonly subscriptionId: Id<'sub'>; readonly fromDay: number },
): Promise<readonly UsageDay[]> {
  const rows = await db
    .selectFrom('subscription_usage_days')
    .select(['day', 'stored_bytes'])
    .where('subscription_id', '=', asked.subscriptionId)
    .where('day', '>=', asked.fromDay)
    .orderBy('day')
    .execute()
  return rows.map(({ day, stored_bytes }) => ({ day, usedBytes: stored_bytes }))
}
