/**
 * What leaves the box by itself: letters and events that wait, programs that are told, who wants which letters, and how far what happened
 * has been told. Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createOutbox(db)
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
    KEY outbox_by_end (state, ended_at)
  ) ${tableOptions}`.execute(db)
}
