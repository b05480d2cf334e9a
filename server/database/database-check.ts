import { sql } from 'kysely'
import type { Queryable } from './database.ts'
import type { DatabaseLock } from './database-lock.ts'

/** Rejects, in words without paths or addresses, when the database does not answer or another server may be using it. */
export async function checkDatabase(kysely: Queryable, lock: DatabaseLock): Promise<void> {
  try {
    // Of a table: a database that was dropped answers to everything else.
    await sql`SELECT id FROM box`.execute(kysely)
  } catch (error) {
    throw new Error('it does not answer', { cause: error })
  }
  if (!lock.isHeld()) throw new Error('its lock is being taken again')
}
