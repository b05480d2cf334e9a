/**
 * Links that people outside an account open: to files of a version, or to send files into its inbox; and what became of them.
 * Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addDeviceKind(db)
  await createShares(db)
  await createShareUses(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const ascii = sql.raw('CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** `agent`: a computer; `inbox`: what people send by links, sealed by the box itself. */
async function addDeviceKind(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'devices' AND column_name = 'kind'`.execute(db)
  if (rows.length > 0) return
  await sql`ALTER TABLE devices ADD COLUMN kind ${word} NOT NULL DEFAULT 'agent'`.execute(db)
}

/**
 * kind: download or upload. token_hash: SHA-256 of what the link carries, and all that is kept of it. Of downloads: snapshot, paths (one
 * encoded path a line), downloads_max, downloads. Of uploads: device_id and job (where the files land), bytes_max, files_max,
 * received_bytes, received_files, uploads.
 */
async function createShares(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS shares (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    kind ${word} NOT NULL,
    token_hash BINARY(32) NOT NULL UNIQUE,
    title ${text(100)} NOT NULL,
    message ${text(1000)} NULL,
    note ${text(500)} NULL,
    password_hash VARCHAR(255) ${ascii} NULL,
    created_by ${id} NOT NULL,
    created_by_name ${text(200)} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NULL,
    revoked_by ${text(254)} NULL,
    looks BIGINT UNSIGNED NOT NULL DEFAULT 0,
    used_at BIGINT NULL,
    snapshot ${id} NULL,
    paths MEDIUMTEXT ${ascii} NULL,
    downloads_max INT UNSIGNED NULL,
    downloads BIGINT UNSIGNED NOT NULL DEFAULT 0,
    device_id ${id} NULL,
    job ${text(100)} NULL,
    bytes_max BIGINT UNSIGNED NULL,
    files_max INT UNSIGNED NULL,
    received_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
    received_files BIGINT UNSIGNED NOT NULL DEFAULT 0,
    uploads BIGINT UNSIGNED NOT NULL DEFAULT 0,
    KEY shares_by_customer (customer_id, id),
    KEY shares_by_snapshot (snapshot, expires_at),
    KEY shares_by_device (device_id, job),
    CONSTRAINT shares_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
  ) ${tableOptions}`.execute(db)
}

/** Who opened a link and when, as far as one needs to know it: part of the address, the kind of browser. `what`: a name, as people read it. */
async function createShareUses(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS share_uses (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    share_id ${id} NOT NULL,
    at BIGINT NOT NULL,
    kind ${word} NOT NULL,
    network ${word} NOT NULL,
    agent ${text(64)} NOT NULL,
    what ${text(200)} NULL,
    what_hash BINARY(16) NULL,
    KEY share_uses_by_share (share_id, id),
    KEY share_uses_by_age (at),
    CONSTRAINT share_uses_share FOREIGN KEY (share_id) REFERENCES shares (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}
