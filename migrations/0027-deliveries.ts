/**
 * What links have cost without anything coming of it, and deliveries between their counting and their telling. Times are milliseconds
 * UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await addLostBytes(db)
  await createShareDeliveries(db)
}

/** Stored by deliveries that were cut off, refused or given up. */
async function addLostBytes(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'shares' AND column_name = 'lost_bytes'`.execute(db)
  if (rows.length > 0) return
  await sql`ALTER TABLE shares ADD COLUMN lost_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0`.execute(db)
}

/** One for each delivery that is counted already: it goes when the delivery has been told, or its count taken back. */
async function createShareDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS share_deliveries (
    session_id ${id} NOT NULL PRIMARY KEY,
    share_id ${id} NOT NULL,
    at BIGINT NOT NULL,
    files INT UNSIGNED NOT NULL,
    bytes BIGINT UNSIGNED NOT NULL,
    sender ${text(100)} NOT NULL,
    network ${word} NOT NULL,
    agent ${text(64)} NOT NULL,
    CONSTRAINT share_deliveries_share FOREIGN KEY (share_id) REFERENCES shares (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}
