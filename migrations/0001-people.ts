/**
 * Who uses the box and under which terms: settings, users, sessions, tokens, customers, plans, subscriptions, the audit log.
 * Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createBoxTables(db)
  await createUserTables(db)
  await createCustomerTables(db)
  await createAuditTable(db)
  await insertDefaultPlans(db)
}

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

async function createBoxTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS settings (
    name ${word} NOT NULL PRIMARY KEY,
    value MEDIUMTEXT NOT NULL,
    changed_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS counters (
    name ${word} NOT NULL PRIMARY KEY,
    last_number BIGINT UNSIGNED NOT NULL
  ) ${tableOptions}`.execute(db)
}

async function createUserTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS users (
    id ${id} NOT NULL PRIMARY KEY,
    email ${text(254)} NOT NULL,
    email_folded ${text(254)} NOT NULL UNIQUE,
    name ${text(200)} NOT NULL,
    staff_role ${word} NULL,
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    password_changed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS sessions (
    id ${id} NOT NULL PRIMARY KEY,
    secret_hash BINARY(32) NOT NULL UNIQUE,
    user_id ${id} NOT NULL,
    lifetime_ms BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address ${text(64)} NOT NULL,
    user_agent ${text(255)} NOT NULL,
    KEY sessions_by_user (user_id, created_at),
    KEY sessions_by_expiry (expires_at),
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS tokens (
    id ${id} NOT NULL PRIMARY KEY,
    secret_hash BINARY(32) NOT NULL UNIQUE,
    user_id ${id} NOT NULL,
    scopes VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NULL,
    last_used_at BIGINT NULL,
    KEY tokens_by_user (user_id),
    CONSTRAINT tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

async function createCustomerTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS customers (
    id ${id} NOT NULL PRIMARY KEY,
    number BIGINT UNSIGNED NOT NULL UNIQUE,
    name ${text(200)} NOT NULL,
    state ${word} NOT NULL,
    kit_printed_at BIGINT NULL,
    created_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS memberships (
    user_id ${id} NOT NULL,
    customer_id ${id} NOT NULL,
    role ${word} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, customer_id),
    KEY memberships_by_customer (customer_id, user_id),
    CONSTRAINT memberships_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT memberships_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS plans (
    id ${id} NOT NULL PRIMARY KEY,
    name ${text(100)} NOT NULL,
    name_folded ${text(100)} NOT NULL UNIQUE,
    position INT UNSIGNED NOT NULL,
    quota_bytes BIGINT UNSIGNED NOT NULL,
    devices_max INT UNSIGNED NOT NULL,
    retention TEXT NOT NULL,
    validity_days INT UNSIGNED NULL,
    grace_days INT UNSIGNED NOT NULL,
    created_at BIGINT NOT NULL
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS subscriptions (
    id ${id} NOT NULL PRIMARY KEY,
    licence_key ${word} NOT NULL UNIQUE,
    customer_id ${id} NOT NULL,
    plan_id ${id} NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NULL,
    grace_days INT UNSIGNED NOT NULL,
    quota_bytes BIGINT UNSIGNED NOT NULL,
    devices_max INT UNSIGNED NOT NULL,
    accepts_backups TINYINT UNSIGNED NOT NULL,
    switched_off_reason ${text(500)} NULL,
    created_at BIGINT NOT NULL,
    KEY subscriptions_by_customer (customer_id, created_at),
    CONSTRAINT subscriptions_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT subscriptions_plan FOREIGN KEY (plan_id) REFERENCES plans (id)
  ) ${tableOptions}`.execute(db)
}

/** Append-only: server/audit/audit-table.ts has no statement that changes or removes a row. */
async function createAuditTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS audit (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind ${word} NOT NULL,
    actor_id ${id} NULL,
    actor_name ${text(254)} NOT NULL,
    action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    object_id ${id} NULL,
    customer_id ${id} NULL,
    address ${text(64)} NOT NULL,
    detail TEXT NOT NULL,
    KEY audit_by_customer (customer_id, id)
  ) ${tableOptions}`.execute(db)
}

const GiB = 1024 ** 3

const defaultPlans = [
  {
    id: 'pln_bronze22222222222222',
    name: 'Bronze',
    quotaBytes: 100 * GiB,
    devicesMax: 3,
    retention: { hourly: 0, daily: 30, weekly: 8, monthly: 6, yearly: 0 },
  },
  {
    id: 'pln_silver22222222222222',
    name: 'Silver',
    quotaBytes: 500 * GiB,
    devicesMax: 10,
    retention: { hourly: 48, daily: 60, weekly: 26, monthly: 12, yearly: 1 },
  },
  {
    id: 'pln_gold2222222222222222',
    name: 'Gold',
    quotaBytes: 2048 * GiB,
    devicesMax: 50,
    retention: { hourly: 168, daily: 90, weekly: 52, monthly: 24, yearly: 7 },
  },
] as const
const validityDays = 365
const graceDays = 14

async function insertDefaultPlans(db: Kysely<unknown>): Promise<void> {
  for (const [position, plan] of defaultPlans.entries()) {
    await sql`INSERT INTO plans
      (id, name, name_folded, position, quota_bytes, devices_max, retention, validity_days, grace_days, created_at)
      VALUES (${plan.id}, ${plan.name}, ${plan.name.toLowerCase()}, ${position}, ${plan.quotaBytes}, ${plan.devicesMax},
        ${JSON.stringify(plan.retention)}, ${validityDays}, ${graceDays}, 0)
      ON DUPLICATE KEY UPDATE id = id`.execute(db)
  }
}
