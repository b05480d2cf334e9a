/**
 * Computers whose newest instance value is not known to this database: its rows were made anew from files, or came out of a dump.
 * The first value that such a computer shows is taken.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'devices' AND column_name = 'takes_any_instance'`.execute(db)
  if (rows.length > 0) return
  await sql`ALTER TABLE devices ADD COLUMN takes_any_instance TINYINT UNSIGNED NOT NULL DEFAULT 0`.execute(db)
}
