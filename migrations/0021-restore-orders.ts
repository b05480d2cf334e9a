/**
 * What people asked computers to get back: files of a version to their computer or another one, or a folder as it was.
 * Times are milliseconds UTC. Every statement stands a second run (DDL cannot roll back).
 */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const text = (characters: number) => sql.raw(`VARCHAR(${characters}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/**
 * `paths`: bytes, a NUL between each two. `folder`: bytes of the place that was chosen; NULL is the original one. `counters` and
 * `proof`: JSON as the computer told it; `proof` names files. `order_id` has no key to orders: those go after 90 days.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS restore_orders (
    id ${id} NOT NULL PRIMARY KEY,
    customer_id ${id} NOT NULL,
    device_id ${id} NOT NULL,
    source_device_id ${id} NOT NULL,
    snapshot ${id} NOT NULL,
    job ${text(100)} NOT NULL,
    version_at BIGINT NOT NULL,
    order_id ${id} NOT NULL,
    mode ${word} NOT NULL,
    paths MEDIUMBLOB NOT NULL,
    folder BLOB NULL,
    is_stripped TINYINT UNSIGNED NOT NULL,
    rule ${word} NOT NULL,
    state ${word} NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by ${text(254)} NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    files BIGINT UNSIGNED NOT NULL,
    bytes BIGINT UNSIGNED NOT NULL,
    counters TEXT NULL,
    proof MEDIUMTEXT NULL,
    code ${word} NULL,
    detail ${text(1000)} NULL,
    before_snapshot ${id} NULL,
    undoes ${id} NULL,
    is_told TINYINT UNSIGNED NOT NULL DEFAULT 0,
    KEY restore_orders_of_customer (customer_id, asked_at, id),
    KEY restore_orders_of_device (device_id, state),
    KEY restore_orders_by_state (state, asked_at),
    KEY restore_orders_to_tell (is_told, ended_at),
    KEY restore_orders_by_end (ended_at),
    CONSTRAINT restore_orders_device FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}
