/**
 * What is written down of a customer, how its account stands (suspended, leaving, ended) and how far its end has come; and the ways
 * into an audit log of a million rows.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addDetails(db)
  await createEndTables(db)
  await addAuditKeys(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** `search_text`: name, contact, mail and city as they are searched; made in server/customers/, so the rows of before get theirs here. */
async function addDetails(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'customers' AND column_name = 'search_text'`.execute(db)
  if (rows.length === 0)
    // One statement: all of it, or nothing.
    await sql`ALTER TABLE customers
      ADD COLUMN contact ${text(200)} NOT NULL DEFAULT '',
      ADD COLUMN street ${text(200)} NOT NULL DEFAULT '',
      ADD COLUMN postcode ${text(32)} NOT NULL DEFAULT '',
      ADD COLUMN city ${text(100)} NOT NULL DEFAULT '',
      ADD COLUMN country ${word} NOT NULL DEFAULT '',
      ADD COLUMN tax_id ${text(64)} NOT NULL DEFAULT '',
      ADD COLUMN phone ${text(64)} NOT NULL DEFAULT '',
      ADD COLUMN email ${text(254)} NOT NULL DEFAULT '',
      ADD COLUMN language ${word} NOT NULL DEFAULT '',
      ADD COLUMN time_zone ${word} NOT NULL DEFAULT '',
      ADD COLUMN notes ${text(4000)} NOT NULL DEFAULT '',
      ADD COLUMN suspended_at BIGINT NULL,
      ADD COLUMN suspended_reason ${text(500)} NULL,
      ADD COLUMN leaving_at BIGINT NULL,
      ADD COLUMN leaves_at BIGINT NULL,
      ADD COLUMN search_text ${text(1200)} NOT NULL DEFAULT '',
      ADD KEY customers_by_state (state, number)`.execute(db)
  const customers = await sql<{ id: string; name: string }>`SELECT id, name FROM customers WHERE search_text = ''`.execute(db)
  for (const customer of customers.rows)
    await sql`UPDATE customers SET search_text = ${customer.name.normalize('NFKC').toLowerCase()} WHERE id = ${customer.id}`.execute(
      db,
    )
}

/** A row while a customer's account is being ended. `step`: the next one to be done (server/customers/ending/). */
async function createEndTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS customer_ends (
    customer_id ${id} NOT NULL PRIMARY KEY,
    step ${word} NOT NULL,
    began_at BIGINT NOT NULL,
    self_backup BIGINT UNSIGNED NULL
  ) ${tableOptions}`.execute(db)
  // A second copy that holds no key of the customer any more.
  await sql`CREATE TABLE IF NOT EXISTS customer_end_copies (
    customer_id ${id} NOT NULL,
    copy_id ${id} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, copy_id)
  ) ${tableOptions}`.execute(db)
}

/** Each filter of the log has an order of its own, newest first; the primary key at the end of each makes the order a total one. */
const auditKeys = {
  audit_by_time: 'at',
  audit_by_customer_time: 'customer_id, at',
  audit_by_actor_time: 'actor_name, at',
  audit_by_action_time: 'action, at',
  audit_by_object_time: 'object_id, at',
} as const

async function addAuditKeys(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(auditKeys)) {
    const { rows } = await sql`SELECT 1 FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = 'audit' AND index_name = ${name}`.execute(db)
    if (rows.length === 0) await sql`ALTER TABLE audit ADD KEY ${sql.raw(name)} (${sql.raw(columns)})`.execute(db)
  }
}
