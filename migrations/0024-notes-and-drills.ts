/**
 * What people wrote about versions, as their `.note` files say it; and proofs that restoring works: each drill with what it read, and
 * how each computer stands.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  // file_hash: SHA-256 of the file that the row repeats; another one there is newer.
  await sql`CREATE TABLE IF NOT EXISTS version_notes (
    snapshot ${id} NOT NULL PRIMARY KEY,
    name ${text(100)} NOT NULL,
    note ${text(2000)} NOT NULL,
    at BIGINT NOT NULL,
    by_whom ${text(254)} NOT NULL,
    file_hash BINARY(32) NOT NULL,
    CONSTRAINT version_notes_snapshot FOREIGN KEY (snapshot) REFERENCES snapshots (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  // evidence: JSON with names of files.
  await sql`CREATE TABLE IF NOT EXISTS drills (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    cause ${word} NOT NULL,
    asked_by ${text(254)} NULL,
    asked_at BIGINT NOT NULL,
    state ${word} NOT NULL,
    attempts INT UNSIGNED NOT NULL,
    started_at BIGINT NULL,
    ended_at BIGINT NULL,
    reason ${word} NULL,
    detail ${text(1000)} NULL,
    program ${text(64)} NOT NULL,
    versions INT UNSIGNED NOT NULL,
    entries BIGINT UNSIGNED NOT NULL,
    files INT UNSIGNED NOT NULL,
    bytes BIGINT UNSIGNED NOT NULL,
    damaged INT UNSIGNED NOT NULL,
    evidence MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    KEY drills_by_device (device_id, asked_at, id),
    KEY drills_by_state (state, asked_at, id),
    CONSTRAINT drills_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  // tried_at: when the last one began; outcome: how the last that ended did; proved_*: the last that proved everything it read.
  await sql`CREATE TABLE IF NOT EXISTS drill_standings (
    device_id ${id} NOT NULL PRIMARY KEY,
    tried_at BIGINT NULL,
    outcome ${word} NULL,
    last_drill ${id} NULL,
    proved_at BIGINT NULL,
    proved_drill ${id} NULL,
    CONSTRAINT drill_standings_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}
