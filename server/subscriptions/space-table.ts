import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

/** What every version of a subscription's computers would take if each were stored for itself: their files' sizes, summed. */
export async function readBytesBeforeDeduplication(db: Queryable, subscriptionId: Id<'sub'>): Promise<number> {
  const row = await db
    .selectFrom('devices')
    .innerJoin('snapshots', 'snapshots.device_id', 'devices.id')
    .select(({ fn }) => fn.sum<number | null>('snapshots.source_bytes').as('bytes'))
    .where('devices.subscription_id', '=', subscriptionId)
    .where('snapshots.is_checkpoint', '=', 0)
    .executeTakeFirst()
  return Number(row?.bytes ?? 0)
}

/** When the collector's mark counted it last; undefined: it never did. */
export async function findMarkedAt(db: Queryable, subscriptionId: Id<'sub'>): Promise<number | undefined> {
  const row = await db
    .selectFrom('subscription_usage')
    .select('marked_at')
    .where('subscription_id', '=', subscriptionId)
    .executeTakeFirst()
  return row?.marked_at
}
