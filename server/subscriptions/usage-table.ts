/** How much of its space a subscription uses: what its versions reach as of the last mark, plus what its devices sent since. */
import { sql } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

export interface SubscriptionUsageRow {
  readonly subscription_id: Id<'sub'>
  readonly reachable_bytes: number
  readonly marked_at: number
}

export interface DeviceUsageRow {
  readonly device_id: Id<'dev'>
  /** Of what it ever sent, as much as the last mark could have seen. */
  readonly counted_bytes: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly subscription_usage: SubscriptionUsageRow
    readonly device_usage: DeviceUsageRow
  }
}

/** Sealed and padded bytes. Records that two subscriptions reach count in both; second copies of tree packs in none. */
export async function readUsedBytes(db: Queryable, subscriptionId: Id<'sub'>): Promise<number> {
  const marked = await db
    .selectFrom('subscription_usage')
    .select('reachable_bytes')
    .where('subscription_id', '=', subscriptionId)
    .executeTakeFirst()
  const sent = await db
    .selectFrom('devices')
    .leftJoin('device_usage', 'device_usage.device_id', 'devices.id')
    .select(({ fn }) => [
      fn.sum<number | null>('devices.stored_bytes').as('stored'),
      fn.sum<number | null>('device_usage.counted_bytes').as('counted'),
    ])
    .where('devices.subscription_id', '=', subscriptionId)
    .executeTakeFirstOrThrow()
  return (marked?.reachable_bytes ?? 0) + Math.max(0, (sent.stored ?? 0) - (sent.counted ?? 0))
}

export interface SentBytes {
  readonly deviceId: Id<'dev'>
  readonly subscriptionId: Id<'sub'>
  readonly sentBytes: number
}

/** What every device of a repository has sent so far: read before a mark lists its roots. */
export async function listSentBytes(db: Queryable, repositoryId: RepositoryId): Promise<readonly SentBytes[]> {
  const rows = await db
    .selectFrom('devices')
    .select(['id', 'subscription_id', 'stored_bytes'])
    .where('repository_id', '=', repositoryId)
    .execute()
  return rows.map((row) => ({ deviceId: row.id, subscriptionId: row.subscription_id, sentBytes: row.stored_bytes }))
}

export async function saveUsage(
  tx: Transaction,
  usage: {
    readonly subscriptions: readonly { readonly subscriptionId: Id<'sub'>; readonly reachableBytes: number }[]
    readonly devices: readonly { readonly deviceId: Id<'dev'>; readonly sentBytes: number }[]
    readonly nowMs: number
  },
): Promise<void> {
  for (const { subscriptionId, reachableBytes } of usage.subscriptions) {
    const columns = { reachable_bytes: reachableBytes, marked_at: usage.nowMs }
    await tx
      .insertInto('subscription_usage')
      .values({ subscription_id: subscriptionId, ...columns })
      .onDuplicateKeyUpdate(columns)
      .execute()
  }
  for (const { deviceId, sentBytes } of usage.devices) {
    await tx
      .insertInto('device_usage')
      .values({ device_id: deviceId, counted_bytes: sentBytes })
      .onDuplicateKeyUpdate({ counted_bytes: sentBytes })
      .execute()
    await capCountedBytes(tx, deviceId)
  }
}

/** A mark has not counted more than there is: else what is sent next would count for nothing. */
export async function capCountedBytes(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  const stored = sql<number>`(SELECT stored_bytes FROM devices WHERE id = ${deviceId})`
  await tx
    .updateTable('device_usage')
    .set({ counted_bytes: sql`LEAST(counted_bytes, ${stored})` })
    .where('device_id', '=', deviceId)
    .execute()
}
