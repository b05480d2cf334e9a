/** Whole tables, read and written as they are: the one place that knows columns only by their names. */
import { type Kysely, sql } from 'kysely'
import type { Database, Queryable, Transaction } from '../database/database.ts'
import type { CellValue, TableDump } from './box-document.ts'
import type { DumpedTable } from './dumped-tables.ts'
import { SelfBackupError } from './self-backup-error.ts'

const rowsAtOnce = 200

/** All as of one moment: a user without their membership, or a slot without its repository, must not come out. */
export async function dumpTables(
  database: Database,
  tables: readonly DumpedTable[],
): Promise<{ readonly tables: readonly TableDump[]; readonly migrations: readonly string[] }> {
  return database.kysely
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const applied = await transaction.selectFrom('schema_migrations').select('name').orderBy('name').execute()
      const present = new Set(await listTables(transaction))
      const dumps: TableDump[] = []
      for (const table of tables) if (present.has(table.name)) dumps.push(await dumpTable(transaction, table))
      return { tables: dumps, migrations: applied.map(({ name }) => name) }
    })
}

async function dumpTable(db: Queryable, { name, key, withoutColumns = [], newest }: DumpedTable): Promise<TableDump> {
  const columns = (await listColumns(db, name)).filter((column) => !withoutColumns.includes(column))
  // By columns that may themselves be left out: an audit row is given a new number where it comes back.
  const order = (direction: 'asc' | 'desc') => sql.join(key.map((column) => sql`${sql.ref(column)} ${sql.raw(direction)}`))
  const fields = sql.join(columns.map((column) => sql.ref(column)))
  const all = sql<Record<string, CellValue>>`SELECT ${fields} FROM ${sql.table(name)}`
  const query =
    newest === undefined ? sql`${all} ORDER BY ${order('asc')}` : sql`${all} ORDER BY ${order('desc')} LIMIT ${newest}`
  const { rows } = await (query as typeof all).execute(db)
  const inOrder = newest === undefined ? rows : rows.toReversed()
  return { name, columns, rows: inOrder.map((row) => columns.map((column) => row[column] ?? null)) }
}

/**
 * Puts dumped rows into tables that hold nothing but what migrations put there, which goes.
 * @throws SelfBackupError `people-present`, `newer-program` for a table or column that this program does not have
 */
export async function restoreTables(
  transaction: Transaction,
  dumps: readonly TableDump[],
  tables: readonly DumpedTable[],
): Promise<number> {
  await demandNoPeople(transaction)
  // The audit log only grows, and has nothing of the migrations in it.
  for (const { name } of tables.filter(({ name }) => name !== 'audit').toReversed())
    if ((await listColumns(transaction, name)).length > 0) await sql`DELETE FROM ${sql.table(name)}`.execute(transaction)
  let rows = 0
  for (const { name } of tables) {
    const dump = dumps.find((one) => one.name === name)
    if (dump !== undefined) rows += await insertRows(transaction, dump)
  }
  return rows
}

async function demandNoPeople(db: Queryable): Promise<void> {
  const user = await db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  const customer = await db.selectFrom('customers').select('id').limit(1).executeTakeFirst()
  if (user !== undefined || customer !== undefined)
    throw new SelfBackupError('people-present', 'This box has people of its own; a self-backup fills an empty one.')
}

async function insertRows(db: Queryable, { name, columns, rows }: TableDump): Promise<number> {
  const known = await listColumns(db, name)
  const unknown = columns.find((column) => !known.includes(column))
  if (unknown !== undefined)
    throw new SelfBackupError('newer-program', `It has ${name}.${unknown}, which this version of Holdfast does not know.`)
  const fields = sql.join(columns.map((column) => sql.ref(column)))
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const values = rows.slice(start, start + rowsAtOnce).map((row) => sql`(${sql.join(row)})`)
    await sql`INSERT INTO ${sql.table(name)} (${fields}) VALUES ${sql.join(values)}`.execute(db)
  }
  return rows.length
}

/**
 * What was promised about these files before the loss may not hold any more. The seconds of the clock are beyond every epoch that was
 * ever counted up to, so no agent takes the new one for one that it knows.
 */
export async function raiseClosureEpochs(transaction: Transaction, nowMs: number): Promise<void> {
  const beyond = Math.floor(nowMs / 1_000)
  await transaction
    .updateTable('repositories')
    .set({ closure_epoch: sql`GREATEST(closure_epoch + 1, ${beyond})` })
    .execute()
}

export async function listTables(db: Queryable): Promise<readonly string[]> {
  const query = sql<{ name: string }>`SELECT TABLE_NAME AS name FROM information_schema.tables
    WHERE table_schema = DATABASE() ORDER BY TABLE_NAME`
  return (await query.execute(db as Kysely<unknown>)).rows.map(({ name }) => name)
}

async function listColumns(db: Queryable, table: string): Promise<readonly string[]> {
  const query = sql<{ name: string }>`SELECT COLUMN_NAME AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND TABLE_NAME = ${table} ORDER BY ORDINAL_POSITION`
  return (await query.execute(db as Kysely<unknown>)).rows.map(({ name }) => name)
}
