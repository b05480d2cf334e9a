/**
 * How each computer stands, without asking its runs: kept with every run's end, read by every page. The history of the box's own work,
 * and how much each plan and computer kept, day by day.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addRunIndexes(db)
  await createStandings(db)
  await fillStandings(db)
  await createChoreRuns(db)
  await createUsageDays(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** A job's last end, and a computer's days, are read from an index alone. */
async function addRunIndexes(db: Kysely<unknown>): Promise<void> {
  const indexes = [
    { name: 'runs_by_job', columns: 'job_id, ended_at, verdict' },
    { name: 'runs_by_device_end', columns: 'device_id, ended_at, standing' },
    { name: 'runs_by_end', columns: 'ended_at, device_id' },
  ]
  for (const { name, columns } of indexes) {
    const { rows } = await sql`SELECT 1 FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = 'runs' AND index_name = ${name} LIMIT 1`.execute(db)
    if (rows.length === 0) await sql.raw(`ALTER TABLE runs ADD KEY ${name} (${columns})`).execute(db)
  }
}

/** `verdict` and what follows it are of the job that ended worst; `good_at` is of the newest version that can be relied on. */
async function createStandings(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS standings (
    device_id ${id} NOT NULL PRIMARY KEY,
    verdict ${word} NULL,
    ended_at BIGINT NULL,
    code ${word} NULL,
    detail ${text(1000)} NULL,
    skipped BIGINT UNSIGNED NOT NULL,
    failures INT UNSIGNED NOT NULL,
    good_at BIGINT NULL,
    running_since BIGINT NULL,
    CONSTRAINT standings_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

/** What server/standings/standings-table.ts does for one computer, done for all. */
async function fillStandings(db: Kysely<unknown>): Promise<void> {
  await sql`INSERT IGNORE INTO standings
      (device_id, verdict, ended_at, code, detail, skipped, failures, good_at, running_since)
    WITH ended AS (
      SELECT jobs.device_id, jobs.id AS job_id,
        IF(run.ended_at >= COALESCE(version.received_at, 0), run.verdict, version.verdict) AS verdict,
        IF(run.ended_at >= COALESCE(version.received_at, 0), run.ended_at, version.received_at) AS ended_at,
        IF(run.ended_at >= COALESCE(version.received_at, 0), run.code, NULL) AS code,
        IF(run.ended_at >= COALESCE(version.received_at, 0), run.detail, NULL) AS detail,
        IF(run.ended_at >= COALESCE(version.received_at, 0), run.skipped, version.skipped) AS skipped
      FROM jobs
      LEFT JOIN runs AS run ON run.id = (SELECT newest.id FROM runs AS newest
        WHERE newest.job_id = jobs.id AND newest.ended_at IS NOT NULL ORDER BY newest.ended_at DESC LIMIT 1)
      LEFT JOIN snapshots AS version ON version.id = jobs.newest_version
    ), ranked AS (
      SELECT ended.*, ROW_NUMBER() OVER (PARTITION BY device_id
        ORDER BY FIELD(verdict, 'failed', 'partial', 'ok'), ended_at DESC) AS place
      FROM ended WHERE verdict IS NOT NULL AND ended_at >=
        (SELECT MAX(other.ended_at) FROM ended AS other WHERE other.device_id = ended.device_id) - 2592000000
    )
    SELECT devices.id, worst.verdict, worst.ended_at, worst.code, worst.detail, COALESCE(worst.skipped, 0),
      IF(worst.verdict = 'failed', (SELECT COUNT(*) FROM runs WHERE runs.job_id = worst.job_id AND runs.verdict = 'failed'
        AND runs.ended_at > COALESCE((SELECT MAX(better.ended_at) FROM runs AS better
          WHERE better.job_id = worst.job_id AND better.verdict IN ('ok', 'partial')), 0)), 0),
      good.received_at,
      (SELECT MIN(open.started_at) FROM runs AS open WHERE open.device_id = devices.id AND open.ended_at IS NULL)
    FROM devices
    LEFT JOIN ranked AS worst ON worst.device_id = devices.id AND worst.place = 1
    LEFT JOIN snapshots AS good ON good.id = devices.last_good_version`.execute(db)
}

/** The last runs of each chore; older ones go as new ones come. */
async function createChoreRuns(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS chore_runs (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name ${word} NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    outcome ${word} NOT NULL,
    summary ${text(1000)} NOT NULL,
    KEY chore_runs_by_name (name, id)
  ) ${tableOptions}`.execute(db)
}

/** One reading a day (days since 1970, UTC): of a plan and of a computer. Those of disks are in volume_usage. */
async function createUsageDays(db: Kysely<unknown>): Promise<void> {
  for (const subject of ['subscription', 'device']) {
    await sql
      .raw(`CREATE TABLE IF NOT EXISTS ${subject}_usage_days (
      ${subject}_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      day INT UNSIGNED NOT NULL,
      stored_bytes BIGINT UNSIGNED NOT NULL,
      PRIMARY KEY (${subject}_id, day),
      KEY ${subject}_usage_by_day (day),
      CONSTRAINT ${subject}_usage_days_of FOREIGN KEY (${subject}_id) REFERENCES ${subject}s (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC`)
      .execute(db)
  }
}
