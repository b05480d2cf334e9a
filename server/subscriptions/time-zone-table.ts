import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

/** The customer's own; undefined where none is written down. */
export async function findTimeZone(db: Queryable, customerId: Id<'cus'>): Promise<string | undefined> {
  const row = await db.selectFrom('customers').select('time_zone').where('id', '=', customerId).executeTakeFirst()
  return row === undefined || row.time_zone === '' ? undefined : row.time_zone
}
