/** For searching: what each version changed, and the versions of a customer by day. */
import { type Kysely, sql } from 'kysely'

const indexes = [
  { table: 'catalogue', name: 'catalogue_by_version', columns: 'job_id, from_version' },
  { table: 'snapshots', name: 'snapshots_by_customer', columns: 'customer_id, received_at' },
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { table, name, columns } of indexes) {
    const { rows } = await sql`SELECT 1 FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = ${table} AND index_name = ${name} LIMIT 1`.execute(db)
    if (rows.length === 0) await sql.raw(`ALTER TABLE ${table} ADD KEY ${name} (${columns})`).execute(db)
  }
}
