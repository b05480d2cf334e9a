import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

const dayMs = 24 * 60 * 60 * 1000

/** What the runs of a subscription's computers added, as it takes space; days since 1970, UTC; those without a run are left out. */
export async function listAddedByDay(
  db: Queryable,
  asked: { readonly subscriptionId: Id<'sub'>; readonly firstDay: number },
): Promise<readonly { readonly day: number; readonly bytes: number }[]> {
  const { subscriptionId, firstDay } = asked
  const { rows } = await sql<{ readonly day: number; readonly bytes: number }>`
    SELECT FLOOR(runs.ended_at / ${dayMs}) AS day, SUM(runs.added_stored_bytes) AS bytes
    FROM devices JOIN runs ON runs.device_id = devices.id
    WHERE devices.subscription_id = ${subscriptionId} AND runs.ended_at >= ${firstDay * dayMs}
    GROUP BY day ORDER BY day`.execute(db)
  return rows.map(({ day, bytes }) => ({ day: Number(day), bytes: Number(bytes) }))
}
