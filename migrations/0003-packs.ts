/**
 * The index of the repositories' own files: the volume they lie on, packs, where each chunk lies; and the sessions of running
 * backups. All of it but the sessions can be made again from the files.
 * Built for millions of chunks: a row of `chunks` has no text, no second index (a pack's rows are found through the pack's own
 * trailer), and lies beside its repository's other rows in the order of the ids that look-ups and inserts are sorted by.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createVolumeTable(db)
  await createPackTables(db)
  await createSessionTables(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

async function createVolumeTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS storage_volumes (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uid BINARY(16) NOT NULL UNIQUE,
    state ${word} NOT NULL,
    reason ${text(500)} NULL,
    changed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
}

/** `kind`, `state` and `type` are small numbers: the words are in server/packs/. `claim_seq` is the stamp of the newest session that was promised the pack. */
async function createPackTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS packs (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    repository_id INT UNSIGNED NOT NULL,
    pack_id BINARY(32) NOT NULL,
    kind TINYINT UNSIGNED NOT NULL,
    state TINYINT UNSIGNED NOT NULL,
    size_bytes INT UNSIGNED NOT NULL,
    record_bytes INT UNSIGNED NOT NULL,
    records INT UNSIGNED NOT NULL,
    claim_seq BIGINT UNSIGNED NOT NULL,
    session_seq BIGINT UNSIGNED NOT NULL,
    device_id ${id} NULL,
    received_at BIGINT NOT NULL,
    state_at BIGINT NOT NULL,
    UNIQUE KEY packs_by_pack_id (repository_id, pack_id),
    KEY packs_by_state (repository_id, state, id)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS chunks (
    repository_id INT UNSIGNED NOT NULL,
    chunk_id BINARY(32) NOT NULL,
    pack INT UNSIGNED NOT NULL,
    record_offset INT UNSIGNED NOT NULL,
    record_length INT UNSIGNED NOT NULL,
    type TINYINT UNSIGNED NOT NULL,
    state TINYINT UNSIGNED NOT NULL,
    PRIMARY KEY (repository_id, chunk_id, pack)
  ) ${tableOptions}`.execute(db)
}

async function createSessionTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS backup_sessions (
    id ${id} NOT NULL PRIMARY KEY,
    repository_id INT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    device_id ${id} NOT NULL,
    subscription_id ${id} NOT NULL,
    run_id ${id} NOT NULL,
    job ${text(100)} NOT NULL,
    state ${word} NOT NULL,
    closure_epoch BIGINT UNSIGNED NOT NULL,
    parent_id BINARY(32) NULL,
    given_seq BIGINT UNSIGNED NOT NULL,
    given_previous BINARY(32) NULL,
    given_at BIGINT NOT NULL,
    missing_rounds INT UNSIGNED NOT NULL,
    uploaded_bytes BIGINT UNSIGNED NOT NULL,
    opened_at BIGINT NOT NULL,
    heard_observed_ms BIGINT NOT NULL,
    ended_at BIGINT NULL,
    UNIQUE KEY backup_sessions_by_seq (repository_id, seq),
    KEY backup_sessions_by_state (state, repository_id, seq),
    KEY backup_sessions_by_device (device_id, seq)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS observed_time (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    observed_ms BIGINT NOT NULL,
    ticked_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
}
