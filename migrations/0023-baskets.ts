/** What people have put aside to get back together: paths of versions, for each person and account. Times are milliseconds UTC. */
import { type Kysely, sql } from 'kysely'

const id = sql.raw('VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin')
const word = sql.raw('VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin')
const tableOptions = sql.raw('ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC')

/** `kind` and `size_bytes` are what the path is in that version, which never changes. A version may go while it is here. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS basket_items (
    user_id ${id} NOT NULL,
    customer_id ${id} NOT NULL,
    snapshot ${id} NOT NULL,
    path_hash BINARY(16) NOT NULL,
    path VARBINARY(8192) NOT NULL,
    kind ${word} NOT NULL,
    size_bytes BIGINT UNSIGNED NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, customer_id, snapshot, path_hash),
    KEY basket_items_of_customer (customer_id),
    CONSTRAINT basket_items_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT basket_items_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
  ) ${tableOptions}`.execute(db)
}
