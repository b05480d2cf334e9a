/**
 * How people come in and prove who they are: invitations, links that were mailed, second factors, what sessions and tokens tell about
 * themselves, and administrators' looks behind the glass. Of every secret in a link only its hash is here.
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db)
  await createProofTables(db)
  await createInvitationTable(db)
  await createGlassTables(db)
}

async function addColumns(db: Kysely<unknown>): Promise<void> {
  // proved_at: when its user last showed a password or a second factor in it.
  if (!(await hasColumn(db, 'sessions', 'proved_at')))
    await sql`ALTER TABLE sessions
      ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0,
      ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0`.execute(db)
  if (!(await hasColumn(db, 'tokens', 'name')))
    await sql`ALTER TABLE tokens ADD COLUMN name ${text(100)} NOT NULL DEFAULT ''`.execute(db)
}

async function hasColumn(db: Kysely<unknown>, table: string, column: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ${table} AND column_name = ${column}`.execute(db)
  return rows.length > 0
}

async function createProofTables(db: Kysely<unknown>): Promise<void> {
  // confirmed_at: null while its owner has not shown a code of it. last_step: the newest time step that was used.
  await sql`CREATE TABLE IF NOT EXISTS second_factors (
    user_id ${id} NOT NULL PRIMARY KEY,
    sealed_secret VARBINARY(255) NOT NULL,
    made_at BIGINT NOT NULL,
    confirmed_at BIGINT NULL,
    last_step BIGINT NOT NULL,
    CONSTRAINT second_factors_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS recovery_codes (
    user_id ${id} NOT NULL,
    code_hash BINARY(32) NOT NULL,
    used_at BIGINT NULL,
    PRIMARY KEY (user_id, code_hash),
    CONSTRAINT recovery_codes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
  // kind: password-reset, or address-change to email. user_id: null where nobody has the address that was asked for.
  await sql`CREATE TABLE IF NOT EXISTS mailed_links (
    secret_hash BINARY(32) NOT NULL PRIMARY KEY,
    kind ${word} NOT NULL,
    user_id ${id} NULL,
    email ${text(254)} NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NULL,
    KEY mailed_links_by_user (user_id, kind),
    KEY mailed_links_by_expiry (expires_at),
    CONSTRAINT mailed_links_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}

/** Into the staff (staff_role), or into a customer (customer_id, member_role). */
async function createInvitationTable(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS invitations (
    id ${id} NOT NULL PRIMARY KEY,
    secret_hash BINARY(32) NOT NULL UNIQUE,
    email ${text(254)} NOT NULL,
    email_folded ${text(254)} NOT NULL,
    staff_role ${word} NULL,
    customer_id ${id} NULL,
    member_role ${word} NULL,
    by_user_id ${id} NULL,
    by_name ${text(254)} NOT NULL,
    is_by_staff TINYINT UNSIGNED NOT NULL,
    made_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    end_kind ${word} NULL,
    KEY invitations_by_customer (customer_id, ended_at),
    CONSTRAINT invitations_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
  ) ${tableOptions}`.execute(db)
}

/** No key to sessions: what was looked at stays when the session is gone. */
async function createGlassTables(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS broken_glass (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    user_id ${id} NOT NULL,
    by_name ${text(254)} NOT NULL,
    session_id ${id} NOT NULL,
    reason ${text(1000)} NOT NULL,
    began_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    KEY broken_glass_by_session (session_id, ended_at),
    KEY broken_glass_by_customer (customer_id, began_at),
    KEY broken_glass_by_end (ended_at, expires_at),
    CONSTRAINT broken_glass_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
  ) ${tableOptions}`.execute(db)
  // place: a path in a version, as the address had it. The customer's owners read it, and nobody else.
  await sql`CREATE TABLE IF NOT EXISTS glass_openings (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    glass_id ${id} NOT NULL,
    at BIGINT NOT NULL,
    snapshot ${id} NOT NULL,
    kind ${word} NOT NULL,
    place VARBINARY(4096) NOT NULL,
    KEY glass_openings_by_glass (glass_id, id),
    CONSTRAINT glass_openings_glass FOREIGN KEY (glass_id) REFERENCES broken_glass (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}
