import { sql } from 'kysely'
import type { Database, Queryable } from '../database/database.ts'

/** Time that the box itself saw pass: it stands still while the box is off, and no jump of the clock moves it far. */
export interface ObservedTimeRow {
  readonly id: number
  readonly observed_ms: number
  readonly ticked_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly observed_time: ObservedTimeRow
  }
}

const onlyRow = 1
/** What one tick may add at most: ticks come every minute. */
const maxTickMs = 2 * 60_000

/** Adds what passed since the last tick, and returns the new reading. */
export async function tickObservedTime(database: Database, nowMs: number): Promise<number> {
  return database.transaction(async (tx) => {
    await tx
      .insertInto('observed_time')
      .values({ id: onlyRow, observed_ms: 0, ticked_at: nowMs })
      .onDuplicateKeyUpdate({
        observed_ms: sql`observed_ms + LEAST(${maxTickMs}, GREATEST(0, ${nowMs} - ticked_at))`,
        ticked_at: nowMs,
      })
      .execute()
    return readObservedTime(tx)
  })
}

/** As of the last tick. */
export async function readObservedTime(db: Queryable): Promise<number> {
  const row = await db.selectFrom('observed_time').select('observed_ms').where('id', '=', onlyRow).executeTakeFirst()
  return row?.observed_ms ?? 0
}
