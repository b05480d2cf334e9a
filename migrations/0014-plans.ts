/**
 * Plans that are changed, retired and sold again; subscriptions that hold their own terms, whatever becomes of the plan; what was
 * changed when, by whom, and until when it can be undone; the accepts-backups switch of a computer; what deleting would free.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await widenPlans(db)
  await widenSubscriptions(db)
  await createChangeTables(db)
}

const terms = [
  { name: 'min_interval_minutes', definition: 'INT UNSIGNED NOT NULL DEFAULT 0' },
  { name: 'features', definition: "VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'sharing'" },
  { name: 'price_text', definition: "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''" },
] as const

/** Of the plans that every box has. Whoever bought one before keeps backing up as often as they like. */
const shortestIntervals = [
  { planId: 'pln_bronze22222222222222', minutes: 24 * 60 },
  { planId: 'pln_silver22222222222222', minutes: 4 * 60 },
] as const

async function widenPlans(db: Kysely<unknown>): Promise<void> {
  const isFirst = !(await hasColumn(db, 'plans', 'min_interval_minutes'))
  for (const { name, definition } of terms) await addColumn(db, 'plans', name, definition)
  await addColumn(db, 'plans', 'retired_at', 'BIGINT NULL')
  await addColumn(db, 'plans', 'revision', 'INT UNSIGNED NOT NULL DEFAULT 1')
  if (!isFirst) return
  for (const { planId, minutes } of shortestIntervals)
    await sql`UPDATE plans SET min_interval_minutes = ${minutes} WHERE id = ${planId}`.execute(db)
}

async function widenSubscriptions(db: Kysely<unknown>): Promise<void> {
  for (const { name, definition } of terms) await addColumn(db, 'subscriptions', name, definition)
  // NULL: those of the plan. Rows of a self-backup from before have none.
  await addColumn(db, 'subscriptions', 'retention', 'TEXT NULL')
  await addColumn(db, 'subscriptions', 'time_zone', "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'UTC'")
  await addColumn(db, 'subscriptions', 'switched_off_at', 'BIGINT NULL')
  await addColumn(db, 'subscriptions', 'switched_off_until', 'BIGINT NULL')
  await addColumn(db, 'subscriptions', 'switched_off_by', 'VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL')
  await sql`UPDATE subscriptions JOIN plans ON plans.id = subscriptions.plan_id
    SET subscriptions.retention = plans.retention WHERE subscriptions.retention IS NULL`.execute(db)
}

async function createChangeTables(db: Kysely<unknown>): Promise<void> {
  // terms_before, terms_after: what the subscription said then, as JSON. computers: whose switches this change turned, and how they were.
  await sql`CREATE TABLE IF NOT EXISTS subscription_changes (
    id ${id} NOT NULL PRIMARY KEY,
    subscription_id ${id} NOT NULL,
    customer_id ${id} NOT NULL,
    kind ${word} NOT NULL,
    plan_edit ${id} NULL,
    at BIGINT NOT NULL,
    by_whom ${text(254)} NOT NULL,
    terms_before TEXT NULL,
    terms_after TEXT NOT NULL,
    computers MEDIUMTEXT NOT NULL,
    undo_until BIGINT NULL,
    undone_at BIGINT NULL,
    undone_by ${text(254)} NULL,
    KEY subscription_changes_by_subscription (subscription_id, at),
    KEY subscription_changes_by_edit (plan_edit),
    CONSTRAINT subscription_changes_subscription FOREIGN KEY (subscription_id) REFERENCES subscriptions (id)
  ) ${tableOptions}`.execute(db)
  // A plan's new terms, and what they mean to each who holds it: rehearsed, then applied, by the chore `plan-edits`.
  await sql`CREATE TABLE IF NOT EXISTS plan_edits (
    id ${id} NOT NULL PRIMARY KEY,
    plan_id ${id} NOT NULL,
    state ${word} NOT NULL,
    at BIGINT NOT NULL,
    by_whom ${text(254)} NOT NULL,
    plan_before TEXT NOT NULL,
    plan_after TEXT NOT NULL,
    holders MEDIUMTEXT NOT NULL,
    applied_at BIGINT NULL,
    undone_at BIGINT NULL,
    KEY plan_edits_by_plan (plan_id, at),
    KEY plan_edits_by_state (state, at),
    CONSTRAINT plan_edits_plan FOREIGN KEY (plan_id) REFERENCES plans (id)
  ) ${tableOptions}`.execute(db)
  // Rules that are asked besides the ones that hold, until a change can no longer be undone. object_id: a subscription or a computer.
  await sql`CREATE TABLE IF NOT EXISTS held_rules (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    object_id ${id} NOT NULL,
    change_id ${id} NULL,
    rules TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    KEY held_rules_by_object (object_id, until_at),
    KEY held_rules_by_change (change_id)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS device_switches (
    device_id ${id} NOT NULL PRIMARY KEY,
    cause ${word} NOT NULL,
    reason ${text(500)} NOT NULL,
    at BIGINT NOT NULL,
    until_at BIGINT NULL,
    by_whom ${text(254)} NOT NULL,
    CONSTRAINT device_switches_device FOREIGN KEY (device_id) REFERENCES devices (id)
  ) ${tableOptions}`.execute(db)
  // object_id: a subscription or a computer. sent_bytes: what its computers had sent by then.
  await sql`CREATE TABLE IF NOT EXISTS deletion_yields (
    object_id ${id} NOT NULL PRIMARY KEY,
    repository_id INT UNSIGNED NOT NULL,
    freed_bytes BIGINT UNSIGNED NOT NULL,
    sent_bytes BIGINT UNSIGNED NOT NULL,
    counted_at BIGINT NOT NULL,
    KEY deletion_yields_by_repository (repository_id)
  ) ${tableOptions}`.execute(db)
}

async function addColumn(db: Kysely<unknown>, table: string, column: string, definition: string): Promise<void> {
  if (await hasColumn(db, table, column)) return
  await sql`ALTER TABLE ${sql.table(table)} ADD COLUMN ${sql.ref(column)} ${sql.raw(definition)}`.execute(db)
}

async function hasColumn(db: Kysely<unknown>, table: string, column: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ${table} AND column_name = ${column}`.execute(db)
  return rows.length > 0
}
