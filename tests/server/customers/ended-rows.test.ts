/** No table that tells of a customer is forgotten when one ends. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endedRows, lastRows } from '../../../server/customers/ending/ended-rows.ts'
import { type TestDatabase, testDatabase } from '../../support/test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** Why a table with such a column is on neither list. */
const argued: Readonly<Record<string, string>> = {
  audit: 'stays, with the customer’s number',
  memberships: 'go in the step of people, with those who belong to nothing else',
  key_slots: 'destroyed first of all',
  customer_ends: 'says that it ends; goes last',
  customer_end_copies: 'goes last',
}
const telling = ['customer_id', 'device_id', 'subscription_id', 'job_id', 'repository_id', 'run_id']

test('each goes by name, by a foreign key, or has a reason to stay', async () => {
  const columns = await sql<{ name: string }>`SELECT DISTINCT table_name AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND column_name IN (${sql.join(telling)})`.execute(database.kysely)
  const cascades = await sql<{ name: string }>`SELECT DISTINCT table_name AS name FROM information_schema.referential_constraints
    WHERE constraint_schema = DATABASE() AND delete_rule = 'CASCADE'`.execute(database.kysely)
  const listed = new Set([...endedRows, ...lastRows].map(({ table }) => table))
  const known = new Set([...listed, ...cascades.rows.map(({ name }) => name), ...Object.keys(argued)])
  expect(columns.rows.length).toBeGreaterThan(25)
  expect(columns.rows.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([])
})

test('every line of the lists is a table with that column', async () => {
  const columns = await sql<{
    key: string
  }>`SELECT CONCAT(table_name, '.', column_name) AS \`key\` FROM information_schema.columns
    WHERE table_schema = DATABASE()`.execute(database.kysely)
  const present = new Set(columns.rows.map(({ key }) => key))
  expect([...endedRows, ...lastRows].map(({ table, column }) => `${table}.${column}`).filter((key) => !present.has(key))).toEqual(
    [],
  )
})
