import { sql } from 'kysely'
import type { Queryable } from './database.ts'
import { DatabaseError } from './database-error.ts'

declare module './tables.ts' {
  interface Tables {
    readonly box: { readonly only_row: 1; readonly id: string }
  }
}

/**
 * Ties a database to one data folder, before anything else is written to it: notes the box's id in a new database, and throws
 * when the database is another box's. Two boxes in one database would each tidy away what the other keeps.
 */
export async function claimForBox(kysely: Queryable, boxId: string): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS box (
    only_row TINYINT NOT NULL PRIMARY KEY,
    id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
  ) ENGINE=InnoDB`.execute(kysely)
  await sql`INSERT IGNORE INTO box (only_row, id) VALUES (1, ${boxId})`.execute(kysely)
  const { id } = await kysely.selectFrom('box').select('id').where('only_row', '=', 1).executeTakeFirstOrThrow()
  if (id === boxId) return
  throw new DatabaseError('other-box', `the database belongs to the box ${id}, and this data folder to ${boxId}`, {
    hint: 'Set HOLDFAST_DATA to the folder of that box, or HOLDFAST_DATABASE_URL to a new database.',
  })
}
