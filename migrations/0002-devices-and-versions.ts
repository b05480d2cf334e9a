/**
 * Whose computers send what: repositories and their key slots, devices, their jobs and runs, the versions, and the catalogue.
 * Everything here but names, tokens and sealed secrets can be made again from the repositories' own files.
 * Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createRepositoryTables(db)
  await createDeviceTables(db)
  await createVersionTables(db)
  await createCatalogueTables(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

async function createRepositoryTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS repositories (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uid BINARY(16) NOT NULL UNIQUE,
    customer_id ${id} NOT NULL UNIQUE,
    closure_epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,
    generation BIGINT UNSIGNED NOT NULL DEFAULT 0,
    session_sequence BIGINT UNSIGNED NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    CONSTRAINT repositories_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
  ) ${tableOptions}`.execute(db)
  // sealed_secret: what the box keeps of a slot's own key, under master.key. Nothing for the managed slot, whose key is derived.
  await sql`CREATE TABLE IF NOT EXISTS key_slots (
    repository_id INT UNSIGNED NOT NULL,
    slot_id ${word} NOT NULL,
    kind ${word} NOT NULL,
    device_id ${id} NULL,
    salt BINARY(32) NOT NULL,
    commitment BINARY(32) NOT NULL,
    sealed BLOB NOT NULL,
    sealed_secret VARBINARY(255) NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (repository_id, slot_id),
    KEY key_slots_by_device (device_id),
    CONSTRAINT key_slots_repository FOREIGN KEY (repository_id) REFERENCES repositories (id)
  ) ${tableOptions}`.execute(db)
}

async function createDeviceTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS devices (
    id ${id} NOT NULL PRIMARY KEY,
    number BIGINT UNSIGNED NOT NULL UNIQUE,
    customer_id ${id} NOT NULL,
    repository_id INT UNSIGNED NOT NULL,
    subscription_id ${id} NOT NULL,
    name ${text(200)} NOT NULL,
    state ${word} NOT NULL,
    token_hash BINARY(32) NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    fingerprint_print ${word} NOT NULL,
    instance_newest ${word} NOT NULL,
    instance_previous ${word} NULL,
    is_newest_instance_shown TINYINT UNSIGNED NOT NULL,
    head_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
    head_snapshot BINARY(32) NULL,
    agent_version ${text(64)} NOT NULL,
    address ${text(64)} NOT NULL,
    connected_at BIGINT NOT NULL,
    connected_by ${id} NULL,
    last_seen_at BIGINT NOT NULL,
    versions_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
    first_version_at BIGINT NULL,
    newest_version ${id} NULL,
    last_good_version ${id} NULL,
    stored_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
    KEY devices_by_customer (customer_id, number),
    KEY devices_by_subscription (subscription_id, state),
    CONSTRAINT devices_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT devices_repository FOREIGN KEY (repository_id) REFERENCES repositories (id),
    CONSTRAINT devices_subscription FOREIGN KEY (subscription_id) REFERENCES subscriptions (id)
  ) ${tableOptions}`.execute(db)
  // catalogue_version: the last one everybody sees; catalogue_given: the last one handed to a stage; catalogue_root: its tree.
  await sql`CREATE TABLE IF NOT EXISTS jobs (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    device_id ${id} NOT NULL,
    name ${text(100)} NOT NULL,
    catalogue_version INT UNSIGNED NOT NULL DEFAULT 0,
    catalogue_given INT UNSIGNED NOT NULL DEFAULT 0,
    catalogue_root BINARY(32) NULL,
    newest_version ${id} NULL,
    last_good_version ${id} NULL,
    created_at BIGINT NOT NULL,
    UNIQUE KEY jobs_by_device (device_id, name),
    CONSTRAINT jobs_device FOREIGN KEY (device_id) REFERENCES devices (id)
  ) ${tableOptions}`.execute(db)
}

async function createVersionTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS snapshots (
    id ${id} NOT NULL PRIMARY KEY,
    snapshot_id BINARY(32) NOT NULL UNIQUE,
    repository_id INT UNSIGNED NOT NULL,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    job_id BIGINT UNSIGNED NOT NULL,
    run_id ${id} NULL,
    seq BIGINT UNSIGNED NOT NULL,
    root BINARY(32) NOT NULL,
    previous BINARY(32) NULL,
    server_time_at BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    taken_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    verdict ${word} NOT NULL,
    is_checkpoint TINYINT UNSIGNED NOT NULL,
    files BIGINT UNSIGNED NOT NULL,
    directories BIGINT UNSIGNED NOT NULL,
    symlinks BIGINT UNSIGNED NOT NULL,
    others BIGINT UNSIGNED NOT NULL,
    source_bytes BIGINT UNSIGNED NOT NULL,
    skipped BIGINT UNSIGNED NOT NULL,
    new_files BIGINT UNSIGNED NOT NULL,
    changed_files BIGINT UNSIGNED NOT NULL,
    unchanged_files BIGINT UNSIGNED NOT NULL,
    added_bytes BIGINT UNSIGNED NOT NULL,
    added_stored_bytes BIGINT UNSIGNED NOT NULL,
    file_bytes INT UNSIGNED NOT NULL,
    closure_epoch BIGINT UNSIGNED NOT NULL,
    catalogue_version INT UNSIGNED NULL,
    UNIQUE KEY snapshots_by_device (device_id, seq),
    KEY snapshots_by_job (job_id, seq),
    KEY snapshots_by_catalogue (job_id, catalogue_version),
    KEY snapshots_by_repository (repository_id, id),
    CONSTRAINT snapshots_repository FOREIGN KEY (repository_id) REFERENCES repositories (id),
    CONSTRAINT snapshots_device FOREIGN KEY (device_id) REFERENCES devices (id),
    CONSTRAINT snapshots_job FOREIGN KEY (job_id) REFERENCES jobs (id)
  ) ${tableOptions}`.execute(db)
  // Without a verdict it is running. A run stays when its version is forgotten: the months on the pages are made of runs.
  await sql`CREATE TABLE IF NOT EXISTS runs (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    job_id BIGINT UNSIGNED NOT NULL,
    verdict ${word} NULL,
    snapshot ${id} NULL,
    code ${word} NULL,
    detail ${text(1000)} NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    files BIGINT UNSIGNED NOT NULL,
    source_bytes BIGINT UNSIGNED NOT NULL,
    added_bytes BIGINT UNSIGNED NOT NULL,
    added_stored_bytes BIGINT UNSIGNED NOT NULL,
    skipped BIGINT UNSIGNED NOT NULL,
    KEY runs_by_customer (customer_id, ended_at, device_id, verdict, snapshot),
    KEY runs_by_device (device_id, ended_at),
    CONSTRAINT runs_device FOREIGN KEY (device_id) REFERENCES devices (id),
    CONSTRAINT runs_job FOREIGN KEY (job_id) REFERENCES jobs (id)
  ) ${tableOptions}`.execute(db)
}

/**
 * One row per change of a path, not per file and version: what a version holds at a path is the last change up to it. A path that
 * went away has a row of type 0. No foreign keys: a backup of a million files writes a million rows here.
 */
async function createCatalogueTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS catalogue (
    job_id BIGINT UNSIGNED NOT NULL,
    path_hash BINARY(16) NOT NULL,
    from_version INT UNSIGNED NOT NULL,
    parent_hash BINARY(16) NOT NULL,
    type TINYINT UNSIGNED NOT NULL,
    size BIGINT UNSIGNED NOT NULL,
    mtime_ns BIGINT NOT NULL,
    name VARBINARY(1024) NOT NULL,
    folded VARBINARY(1024) NOT NULL,
    PRIMARY KEY (job_id, path_hash, from_version),
    KEY catalogue_by_name (job_id, folded)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS catalogue_stages (
    job_id BIGINT UNSIGNED NOT NULL,
    version INT UNSIGNED NOT NULL,
    PRIMARY KEY (job_id, version)
  ) ${tableOptions}`.execute(db)
}
