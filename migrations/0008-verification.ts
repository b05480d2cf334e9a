/**
 * What is known of the stored records: when each pack was last opened record by record, which computers sent records that do not
 * open, and what the checks found. A pack's time is on its own row, because a state that is looked for on millions of chunk rows
 * would need a second index there.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addProofOfPacks(db)
  await createFaultTable(db)
  await createCheckTable(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** `proved_at`: when every record of the pack was last opened; 0: not since its bytes came. */
async function addProofOfPacks(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'packs' AND column_name = 'proved_at'`.execute(db)
  if (rows.length > 0) return
  // One statement: column and index, or nothing of it.
  await sql`ALTER TABLE packs
    ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0,
    ADD KEY packs_by_proof (repository_id, proved_at, id)`.execute(db)
}

/** One row for each computer: what it sent that does not open, until it has sent nothing of the kind for a while. */
async function createFaultTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS device_faults (
    device_id ${id} NOT NULL PRIMARY KEY,
    records BIGINT UNSIGNED NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    last_pack BINARY(32) NOT NULL,
    last_record BINARY(32) NOT NULL,
    why ${text(500)} NOT NULL
  ) ${tableOptions}`.execute(db)
}

/** One row for each check of a repository, the newest kept. `report` has record and pack ids and counts, no names of files. */
async function createCheckTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS checks (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    repository_id INT UNSIGNED NOT NULL,
    reading ${word} NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    packs INT UNSIGNED NOT NULL,
    bytes BIGINT UNSIGNED NOT NULL,
    read_bytes BIGINT UNSIGNED NOT NULL,
    records BIGINT UNSIGNED NOT NULL,
    versions INT UNSIGNED NOT NULL,
    damage INT UNSIGNED NOT NULL,
    damaged_versions INT UNSIGNED NOT NULL,
    report MEDIUMTEXT NOT NULL,
    KEY checks_by_repository (repository_id, id)
  ) ${tableOptions}`.execute(db)
}
