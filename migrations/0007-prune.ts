/**
 * What the collector remembers: since when a condemned or trashed pack waits (in time the box observed), packs that are being put
 * together out of others, and for each repository the last plan, result and refusal. And what plans' space counts by: bytes that
 * versions reach as of the last mark, and how much each device had sent by then.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS pack_waits (
    pack INT UNSIGNED NOT NULL PRIMARY KEY,
    repository_id INT UNSIGNED NOT NULL,
    since_observed_ms BIGINT NOT NULL,
    KEY pack_waits_by_repository (repository_id, since_observed_ms)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS pack_swaps (
    repository_id INT UNSIGNED NOT NULL,
    pack_id BINARY(32) NOT NULL,
    PRIMARY KEY (repository_id, pack_id)
  ) ${tableOptions}`.execute(db)
  // plan, result, refusal, allowance: JSON of the types in server/prune/prune.ts.
  await sql`CREATE TABLE IF NOT EXISTS prune_reports (
    repository_id INT UNSIGNED NOT NULL PRIMARY KEY,
    plan MEDIUMTEXT NULL,
    planned_at BIGINT NULL,
    result MEDIUMTEXT NULL,
    ended_at BIGINT NULL,
    refusal MEDIUMTEXT NULL,
    refused_at BIGINT NULL,
    allowance MEDIUMTEXT NULL,
    allowed_at BIGINT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS subscription_usage (
    subscription_id ${id} NOT NULL PRIMARY KEY,
    reachable_bytes BIGINT UNSIGNED NOT NULL,
    marked_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS device_usage (
    device_id ${id} NOT NULL PRIMARY KEY,
    counted_bytes BIGINT UNSIGNED NOT NULL
  ) ${tableOptions}`.execute(db)
}
