/**
 * Computers that come, change and are doubted: links that let one in, what each said of itself in the course of time, and questions
 * about identity that wait for a person. Every statement stands a second run.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await createEnrolmentTables(db)
  await createIdentityTables(db)
}

async function createEnrolmentTables(db: Kysely<unknown>): Promise<void> {
  // Link and code are two ways in with one count of uses; of both only the hash is here.
  await sql`CREATE TABLE IF NOT EXISTS enrolments (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    subscription_id ${id} NOT NULL,
    device_id ${id} NULL,
    secret_hash BINARY(32) NOT NULL UNIQUE,
    code_hash BINARY(32) NOT NULL UNIQUE,
    uses_max SMALLINT UNSIGNED NOT NULL,
    uses SMALLINT UNSIGNED NOT NULL,
    created_by ${id} NOT NULL,
    created_by_name ${text(320)} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NULL,
    KEY enrolments_by_customer (customer_id, id),
    KEY enrolments_by_expiry (expires_at)
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS enrolment_uses (
    enrolment_id ${id} NOT NULL,
    use_number SMALLINT UNSIGNED NOT NULL,
    device_id ${id} NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (enrolment_id, use_number)
  ) ${tableOptions}`.execute(db)
}

async function createIdentityTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS device_fingerprints (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    device_id ${id} NOT NULL,
    cause ${word} NOT NULL,
    fingerprint TEXT NOT NULL,
    agent_version ${text(64)} NOT NULL,
    address ${text(64)} NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    KEY device_fingerprints_by_device (device_id, id)
  ) ${tableOptions}`.execute(db)
  // kind: changed or cloned. fingerprint: of the other computer, as far as it told. instance: the value that it showed.
  await sql`CREATE TABLE IF NOT EXISTS device_doubts (
    device_id ${id} NOT NULL,
    kind ${word} NOT NULL,
    customer_id ${id} NOT NULL,
    known_fingerprint TEXT NOT NULL,
    other_print ${word} NOT NULL,
    other_fingerprint TEXT NULL,
    other_instance ${word} NULL,
    other_address ${text(64)} NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times INT UNSIGNED NOT NULL,
    answer ${word} NULL,
    answered_at BIGINT NULL,
    PRIMARY KEY (device_id, kind)
  ) ${tableOptions}`.execute(db)
  // A computer that wants in and looks like one that is known. By its print: the same computer that asks again asks the same.
  await sql`CREATE TABLE IF NOT EXISTS connect_questions (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    print ${word} NOT NULL,
    device_id ${id} NOT NULL,
    enrolment_id ${id} NULL,
    verdict ${word} NOT NULL,
    likeness TINYINT UNSIGNED NOT NULL,
    name ${text(200)} NOT NULL,
    fingerprint TEXT NOT NULL,
    address ${text(64)} NOT NULL,
    asked_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    answer ${word} NULL,
    answered_at BIGINT NULL,
    UNIQUE KEY connect_questions_by_print (customer_id, print)
  ) ${tableOptions}`.execute(db)
}
