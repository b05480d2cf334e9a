/**
 * Second copies of all repositories: where they go and when, how the last run went, and what lies there as far as the box knows.
 * `copies` is the administrators' own and cannot be made again; the others are an index of the place, made again by listing it.
 * Repositories are named by their uid: their numbers change when the index is rebuilt.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const fileName = sql.raw('VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS copies (
    id ${id} NOT NULL PRIMARY KEY,
    name ${text(100)} NOT NULL,
    place ${text(4096)} NOT NULL,
    place_uid BINARY(16) NOT NULL,
    is_paused TINYINT UNSIGNED NOT NULL,
    every_hours SMALLINT UNSIGNED NOT NULL,
    at_hour TINYINT UNSIGNED NULL,
    limit_bytes_per_second BIGINT UNSIGNED NULL,
    created_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
  // result: JSON of CopyRunResult. read_*: the cursor of reading back.
  await sql`CREATE TABLE IF NOT EXISTS copy_progress (
    copy_id ${id} NOT NULL PRIMARY KEY,
    started_at BIGINT NULL,
    ended_at BIGINT NULL,
    outcome ${word} NULL,
    result ${text(8000)} NULL,
    listed_at BIGINT NULL,
    read_repository BINARY(16) NULL,
    read_pack BINARY(32) NULL,
    read_round_began_at BIGINT NULL,
    read_all_at BIGINT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS copied_repositories (
    copy_id ${id} NOT NULL,
    repository_uid BINARY(16) NOT NULL,
    cut_off_at BIGINT NOT NULL,
    generation BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (copy_id, repository_uid)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS copied_packs (
    copy_id ${id} NOT NULL,
    repository_uid BINARY(16) NOT NULL,
    pack_id BINARY(32) NOT NULL,
    kind TINYINT UNSIGNED NOT NULL,
    size_bytes INT UNSIGNED NOT NULL,
    copied_at BIGINT NOT NULL,
    purge_seen_observed_ms BIGINT NULL,
    PRIMARY KEY (copy_id, repository_uid, pack_id)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS copied_files (
    copy_id ${id} NOT NULL,
    repository_uid BINARY(16) NOT NULL,
    name ${fileName} NOT NULL,
    sha256 BINARY(32) NOT NULL,
    size_bytes INT UNSIGNED NOT NULL,
    copied_observed_ms BIGINT NOT NULL,
    PRIMARY KEY (copy_id, repository_uid, name)
  ) ${tableOptions}`.execute(db)
}
