/**
 * What leaves the box by itself: letters and events that wait, programs that are told, who wants which letters, and how far what happened
 * has been told. Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createOutbox(db)
  await createWebhooks(db)
  await createPreferences(db)
  await createTelling(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

async function createOutbox(db: Kysely<unknown>): Promise<void> {
  // sealed: what it says, under the key of the outbox; nothing once it was sent.
  await sql`CREATE TABLE IF NOT EXISTS outbox (
    id ${id} NOT NULL PRIMARY KEY,
    channel ${word} NOT NULL,
    customer_id ${id} NULL,
    webhook_id ${id} NULL,
    recipient ${text(2048)} NOT NULL,
    recipient_name ${text(200)} NOT NULL,
    title ${text(200)} NOT NULL,
    sealed MEDIUMBLOB NULL,
    dedupe BINARY(32) NOT NULL UNIQUE,
    state ${word} NOT NULL,
    attempts INT UNSIGNED NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    last_answer ${text(500)} NULL,
    KEY outbox_by_due (state, due_at),
    KEY outbox_by_end (state, ended_at),
    KEY outbox_by_age (state, created_at, id),
    KEY outbox_by_webhook (webhook_id)
  ) ${tableOptions}`.execute(db)
}

/** Programs that are told what happens; without a customer, of the whole box. */
async function createWebhooks(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS webhooks (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NULL,
    url ${text(2048)} NOT NULL,
    sealed_secret VARBINARY(255) NOT NULL,
    is_active TINYINT UNSIGNED NOT NULL,
    created_at BIGINT NOT NULL,
    KEY webhooks_by_customer (customer_id),
    CONSTRAINT webhooks_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

/** Rows exist where somebody chose; everybody else has what letter-preferences.ts says. */
async function createPreferences(db: Kysely<unknown>): Promise<void> {
  const choices = sql.raw(`completed TINYINT UNSIGNED NOT NULL,
    partly TINYINT UNSIGNED NOT NULL,
    failed TINYINT UNSIGNED NOT NULL,
    alarms TINYINT UNSIGNED NOT NULL,
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL`)
  await sql`CREATE TABLE IF NOT EXISTS letter_choices (
    user_id ${id} NOT NULL,
    customer_id ${id} NOT NULL,
    ${choices},
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, customer_id),
    KEY letter_choices_by_customer (customer_id),
    CONSTRAINT letter_choices_membership FOREIGN KEY (user_id, customer_id)
      REFERENCES memberships (user_id, customer_id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS letter_defaults (
    customer_id ${id} NOT NULL,
    role ${word} NOT NULL,
    ${choices},
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, role),
    CONSTRAINT letter_defaults_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS staff_letters (
    user_id ${id} NOT NULL PRIMARY KEY,
    box_alarms TINYINT UNSIGNED NOT NULL,
    customer_alarms ${word} NOT NULL,
    digest ${word} NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT staff_letters_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS staff_letter_customers (
    user_id ${id} NOT NULL,
    customer_id ${id} NOT NULL,
    PRIMARY KEY (user_id, customer_id),
    KEY staff_letter_customers_by_customer (customer_id),
    CONSTRAINT staff_letter_customers_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT staff_letter_customers_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  // silence_days: how long a computer without a known schedule may be silent; null: the usual time.
  await sql`CREATE TABLE IF NOT EXISTS customer_watch (
    customer_id ${id} NOT NULL PRIMARY KEY,
    silence_days SMALLINT UNSIGNED NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT customer_watch_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

/** How far what happened has been told: a run that ended has a row until it was; an alarm notes what of it was. */
async function createTelling(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS ended_runs (
    run_id ${id} NOT NULL PRIMARY KEY,
    ended_at BIGINT NOT NULL,
    KEY ended_runs_by_time (ended_at)
  ) ${tableOptions}`.execute(db)
  for (const column of ['told_first_at', 'told_settled_at', 'told_at']) {
    const { rows } = await sql`SELECT 1 FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = 'alarms' AND column_name = ${column}`.execute(db)
    if (rows.length === 0) await sql`ALTER TABLE alarms ADD COLUMN ${sql.raw(column)} BIGINT NULL`.execute(db)
  }
}
