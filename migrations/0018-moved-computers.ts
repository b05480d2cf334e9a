/** A computer that is moved to another plan: where it came from, for as long as it can be moved back. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'held_rules' AND column_name = 'moved_from' LIMIT 1`.execute(db)
  if (rows.length === 0)
    await sql`ALTER TABLE held_rules
      ADD COLUMN moved_from VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER change_id`.execute(db)
}
