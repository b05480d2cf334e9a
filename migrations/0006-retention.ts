/**
 * What people and rules decided about versions: pins, the bin, a computer's own rules; and which jobs' catalogues may hold rows that
 * no version shows any more. Pins and the bin can be made again from the repositories' own files.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS version_pins (
    snapshot ${id} NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    by_whom ${text(254)} NOT NULL,
    CONSTRAINT version_pins_snapshot FOREIGN KEY (snapshot) REFERENCES snapshots (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  // observed_ms: the box's own time when the version came into the bin; the wait goes by it.
  await sql`CREATE TABLE IF NOT EXISTS version_bin (
    snapshot ${id} NOT NULL PRIMARY KEY,
    device_id ${id} NOT NULL,
    at BIGINT NOT NULL,
    observed_ms BIGINT NOT NULL,
    cause ${word} NOT NULL,
    by_whom ${text(254)} NOT NULL,
    KEY version_bin_by_device (device_id, at),
    CONSTRAINT version_bin_snapshot FOREIGN KEY (snapshot) REFERENCES snapshots (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS device_rules (
    device_id ${id} NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT device_rules_device FOREIGN KEY (device_id) REFERENCES devices (id)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS catalogue_sweeps (
    job_id BIGINT UNSIGNED NOT NULL PRIMARY KEY
  ) ${tableOptions}`.execute(db)
}
