/**
 * What a drill found damaged is remembered until a later one has read it whole: neither a cancelled drill nor one that could not run hides
 * it. And drills count apart what was brought back and what was only read, and say of how much. Of `drill_standings`, `tried_at` is when
 * the last drill ended.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')

export async function up(db: Kysely<unknown>): Promise<void> {
  await countDrillsApart(db)
  await rememberDamage(db)
}

/**
 * `plans`: backup plans that had a good version, drilled or not. `files_total`: in the versions that were drilled; 0: nobody counted.
 * `read_twice`: files that were only read; of earlier drills they are among `files`. `untimed`: brought back without their times.
 */
async function countDrillsApart(db: Kysely<unknown>): Promise<void> {
  if (!(await hasColumn(db, { table: 'drills', column: 'untimed' })))
    await sql`ALTER TABLE drills
      ADD COLUMN plans INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN files_total BIGINT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN read_twice INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN read_twice_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN untimed INT UNSIGNED NOT NULL DEFAULT 0`.execute(db)
  await sql`UPDATE drills SET plans = versions WHERE plans = 0`.execute(db)
}

/** The last that found damage, where nothing has been proved since. */
async function rememberDamage(db: Kysely<unknown>): Promise<void> {
  if (!(await hasColumn(db, { table: 'drill_standings', column: 'damaged_drill' })))
    await sql`ALTER TABLE drill_standings ADD COLUMN damaged_at BIGINT NULL, ADD COLUMN damaged_drill ${id} NULL`.execute(db)
  await sql`UPDATE drill_standings AS standing
    JOIN drills AS damaged ON damaged.device_id = standing.device_id AND damaged.state = 'damaged'
      AND damaged.ended_at > COALESCE(standing.proved_at, -1)
    LEFT JOIN drills AS later ON later.device_id = damaged.device_id AND later.state = 'damaged'
      AND (later.ended_at > damaged.ended_at OR (later.ended_at = damaged.ended_at AND later.id > damaged.id))
    SET standing.damaged_at = damaged.ended_at, standing.damaged_drill = damaged.id
    WHERE later.id IS NULL`.execute(db)
}

async function hasColumn(db: Kysely<unknown>, { table, column }: { readonly table: string; readonly column: string }) {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ${table} AND column_name = ${column}`.execute(db)
  return rows.length > 0
}
