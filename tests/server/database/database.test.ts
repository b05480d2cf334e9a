import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { maxDeadlockRetries } from '../../../server/database/transaction.ts'
import { emptyTestDatabase, type TestDatabase } from '../../support/test-database.ts'

describe('a connection', () => {
  test('is strict, UTC, utf8mb4 and READ COMMITTED', async () => {
    await using database = await emptyTestDatabase()
    const { rows } = await sql<Record<string, unknown>>`
      SELECT @@tx_isolation AS isolation, @@time_zone AS zone, @@character_set_connection AS charset, @@sql_mode AS mode
    `.execute(database.kysely)
    expect(rows[0]).toMatchObject({ isolation: 'READ-COMMITTED', zone: '+00:00', charset: 'utf8mb4' })
    expect(rows[0]?.mode).toContain('STRICT_ALL_TABLES')
  })

  test('gives numbers for counts and sums, bytes for VARBINARY', async () => {
    await using database = await emptyTestDatabase()
    await sql`CREATE TABLE files (name VARBINARY(255), size BIGINT)`.execute(database.kysely)
    const name = Buffer.from('4c6174696e2d31ff0a27', 'hex')
    await sql`INSERT INTO files VALUES (${name}, 9007199254740991), (${Buffer.from('b')}, 0)`.execute(database.kysely)
    const { rows } = await sql`SELECT COUNT(*) AS count, SUM(size) AS bytes, MAX(size) AS most FROM files`.execute(
      database.kysely,
    )
    expect(rows).toEqual([{ count: 2, bytes: 9007199254740991, most: 9007199254740991 }])
    const { rows: names } = await sql`SELECT name FROM files WHERE size > 0`.execute(database.kysely)
    expect(names).toEqual([{ name }])
  })
})

describe('transaction', () => {
  test('rolls back all of it when the work throws', async () => {
    await using database = await counters()
    const work = database.transaction(async (tx) => {
      await sql`UPDATE counters SET value = 7 WHERE id = 1`.execute(tx)
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await counterValue(database, 1)).toBe(0)
  })

  test('runs again when it was the victim of a deadlock', async () => {
    await using database = await counters()
    let attempts = 0
    const bothHoldTheirFirst = meeting(2)
    const inOrder = (first: number, second: number) =>
      database.transaction(async (tx) => {
        attempts += 1
        await sql`UPDATE counters SET value = value + 1 WHERE id = ${first}`.execute(tx)
        await bothHoldTheirFirst()
        await sql`UPDATE counters SET value = value + 1 WHERE id = ${second}`.execute(tx)
      })
    await Promise.all([inOrder(1, 2), inOrder(2, 1)])
    expect([await counterValue(database, 1), await counterValue(database, 2)]).toEqual([2, 2])
    expect(attempts).toBe(3)
  })

  test('gives up after the bounded number of retries', async () => {
    await using database = await counters()
    let attempts = 0
    const work = database.transaction(async () => {
      attempts += 1
      throw Object.assign(new Error('Deadlock found'), { code: 'ER_LOCK_DEADLOCK' })
    })
    await expect(work).rejects.toThrow('Deadlock found')
    expect(attempts).toBe(maxDeadlockRetries + 1)
  })
})

async function counters(): Promise<TestDatabase> {
  const database = await emptyTestDatabase()
  await sql`CREATE TABLE counters (id INT PRIMARY KEY, value INT NOT NULL) ENGINE=InnoDB`.execute(database.kysely)
  await sql`INSERT INTO counters VALUES (1, 0), (2, 0)`.execute(database.kysely)
  return database
}

async function counterValue(database: TestDatabase, id: number): Promise<unknown> {
  const { rows } = await sql<{ value: number }>`SELECT value FROM counters WHERE id = ${id}`.execute(database.kysely)
  return rows[0]?.value
}

/** Resolves for everyone once `size` have come, and at once for whoever comes later. */
function meeting(size: number): () => Promise<void> {
  let came = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  return () => {
    came += 1
    if (came >= size) resolve()
    return promise
  }
}
