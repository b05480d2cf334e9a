/** The folder at which each disk is known, how full it was day by day, and how the disks of moved repositories are told apart. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addFolder(db)
  await sql`CREATE TABLE IF NOT EXISTS volume_usage (
    uid BINARY(16) NOT NULL,
    day INT UNSIGNED NOT NULL,
    used_bytes BIGINT UNSIGNED NOT NULL,
    total_bytes BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (uid, day)
  ) ${tableOptions}`.execute(db)
}

const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

async function addFolder(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'storage_volumes' AND column_name = 'folder'`.execute(db)
  if (rows.length > 0) return
  await sql`ALTER TABLE storage_volumes
    ADD COLUMN folder VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'repositories'`.execute(db)
}
