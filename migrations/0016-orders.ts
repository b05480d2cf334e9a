/**
 * What people ask of computers and what computers tell: orders, the jobs as each computer last told them, how a run went in the words
 * of the computer (with a copy of its log), and which left-out files somebody accepted.
 * Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createOrders(db)
  await createToldJobs(db)
  await createRunReports(db)
  await createAcceptedSkips(db)
  await addRunColumns(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** `number` counts up over all computers: an agent asks for what came after the last one it heard of. */
async function createOrders(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS orders (
    number BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id ${id} NOT NULL UNIQUE,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    kind ${word} NOT NULL,
    body MEDIUMTEXT NOT NULL,
    state ${word} NOT NULL,
    given_at BIGINT NOT NULL,
    given_by ${text(254)} NOT NULL,
    expires_at BIGINT NOT NULL,
    taken_at BIGINT NULL,
    ended_at BIGINT NULL,
    code ${word} NULL,
    detail ${text(1000)} NULL,
    KEY orders_by_device (device_id, state, number),
    KEY orders_by_expiry (state, expires_at),
    KEY orders_by_end (ended_at),
    CONSTRAINT orders_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

/**
 * `jobs` is the whole selection as JSON; `next_at` the earliest time at which one of them is due; `schedules_since`: a day before it
 * without a backup says nothing about whether one was planned.
 */
async function createToldJobs(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS told_jobs (
    device_id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    revision ${word} NOT NULL,
    jobs MEDIUMTEXT NOT NULL,
    time_zone ${word} NOT NULL,
    next_at BIGINT NULL,
    keeps_schedule TINYINT UNSIGNED NOT NULL,
    told_at BIGINT NOT NULL,
    schedules_since BIGINT NOT NULL,
    KEY told_jobs_by_customer (customer_id, next_at),
    CONSTRAINT told_jobs_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

async function createRunReports(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS run_reports (
    run_id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    cause ${word} NOT NULL,
    attempts TEXT NOT NULL,
    sent_bytes BIGINT UNSIGNED NULL,
    log MEDIUMBLOB NOT NULL,
    log_bytes INT UNSIGNED NOT NULL,
    received_at BIGINT NOT NULL,
    KEY run_reports_by_customer (customer_id, received_at, log_bytes),
    KEY run_reports_by_age (received_at),
    CONSTRAINT run_reports_run FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

async function createAcceptedSkips(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS accepted_skips (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    job ${text(100)} NOT NULL,
    pattern ${text(1024)} NOT NULL,
    pattern_hash BINARY(16) NOT NULL,
    reason ${text(500)} NOT NULL,
    accepted_by ${text(254)} NOT NULL,
    accepted_at BIGINT NOT NULL,
    UNIQUE KEY accepted_skips_by_job (device_id, job, pattern_hash),
    CONSTRAINT accepted_skips_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

/**
 * `agent_run`: what the computer calls the run, so that a log which comes later finds it. `known_skips`: how many of the left-out
 * files were accepted. `standing`: what the run counts as; the verdict itself stays as it was given.
 */
async function addRunColumns(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'runs' AND column_name = 'agent_run'`.execute(db)
  if (rows.length > 0) return
  await sql`ALTER TABLE runs
    ADD COLUMN agent_run ${word} NULL,
    ADD COLUMN known_skips BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN standing ${word}
      AS (CASE WHEN verdict = 'partial' AND skipped > 0 AND known_skips >= skipped THEN 'ok' ELSE verdict END) STORED,
    DROP KEY runs_by_customer,
    ADD UNIQUE KEY runs_by_agent (device_id, agent_run),
    ADD KEY runs_by_start (customer_id, started_at, id),
    ADD KEY runs_of_device_by_start (device_id, started_at, id),
    ADD KEY runs_by_standing (customer_id, standing, started_at, id),
    ADD KEY runs_of_customer_by_end (customer_id, ended_at, device_id, standing, snapshot)`.execute(db)
}
