/**
 * Of a restore order: when its computer was first given what it is about, so that nobody says of it that nothing was written; and
 * whether all that was selected was counted. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumn(db, 'handed_at', 'BIGINT NULL')
  await addColumn(db, 'is_whole', 'TINYINT UNSIGNED NOT NULL DEFAULT 1')
  await sql`UPDATE restore_orders JOIN orders ON orders.id = restore_orders.order_id
    SET restore_orders.handed_at = orders.taken_at
    WHERE restore_orders.handed_at IS NULL`.execute(db)
}

async function addColumn(db: Kysely<unknown>, column: string, definition: string): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'restore_orders' AND column_name = ${column}`.execute(db)
  if (rows.length === 0) await sql`ALTER TABLE restore_orders ADD COLUMN ${sql.ref(column)} ${sql.raw(definition)}`.execute(db)
}
