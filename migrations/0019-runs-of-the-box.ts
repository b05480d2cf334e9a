/** The runs of the whole box, by when they began: staff look at them without naming a customer. */
import { type Kysely, sql } from 'kysely'

const indexes = [
  { name: 'runs_of_box_by_start', columns: 'started_at, id' },
  { name: 'runs_of_box_by_standing', columns: 'standing, started_at, id' },
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { name, columns } of indexes) {
    const { rows } = await sql`SELECT 1 FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = 'runs' AND index_name = ${name} LIMIT 1`.execute(db)
    if (rows.length === 0) await sql.raw(`ALTER TABLE runs ADD KEY ${name} (${columns})`).execute(db)
  }
}
