/**
 * How the box looks after itself: what it wants a person to know (alarms), the work it does by itself (chores), and the time it
 * saw pass, with what is needed to notice a clock that jumped.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createAlarmTable(db)
  await createChoreTable(db)
  await addClockColumns(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** One row for each thing that can be wrong (code) with each thing that can have it (subject); settled ones stay for the record. */
async function createAlarmTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS alarms (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    code ${word} NOT NULL,
    subject VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    customer_id ${id} NULL,
    device_id ${id} NULL,
    detail ${text(1000)} NOT NULL,
    times INT UNSIGNED NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    settled_at BIGINT NULL,
    UNIQUE KEY alarms_by_subject (code, subject),
    KEY alarms_by_settling (settled_at, id)
  ) ${tableOptions}`.execute(db)
}

/** One row for each chore. `outcome` is of the last run that ended; `failures` counts those in a row. */
async function createChoreTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS chores (
    name ${word} NOT NULL PRIMARY KEY,
    known_at BIGINT NOT NULL,
    is_running TINYINT UNSIGNED NOT NULL,
    started_at BIGINT NULL,
    ended_at BIGINT NULL,
    good_at BIGINT NULL,
    outcome ${word} NULL,
    failures INT UNSIGNED NOT NULL,
    summary ${text(1000)} NOT NULL,
    detail MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    progress ${text(1000)} NULL
  ) ${tableOptions}`.execute(db)
}

/** Where clock and observed time agreed last, and the jump that was noticed, if one was. */
async function addClockColumns(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'observed_time' AND column_name = 'jumped_at'`.execute(db)
  if (rows.length > 0) return
  await sql`ALTER TABLE observed_time
    ADD COLUMN agreed_at BIGINT NULL,
    ADD COLUMN agreed_observed_ms BIGINT NULL,
    ADD COLUMN jumped_at BIGINT NULL,
    ADD COLUMN jumped_from BIGINT NULL,
    ADD COLUMN agreeing_ms BIGINT NOT NULL DEFAULT 0`.execute(db)
}
