import mysql from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { claimForBox } from '../../../server/database/box-record.ts'
import { connectionOptions } from '../../../server/database/database.ts'
import { formatDatabaseUrl, parseDatabaseUrl } from '../../../server/database/database-address.ts'
import { checkDatabase } from '../../../server/database/database-check.ts'
import { takeDatabaseLock } from '../../../server/database/database-lock.ts'
import { isConnectionLoss } from '../../../server/database/database-problems.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { eventually } from '../../support/eventually.ts'
import { emptyTestDatabase, type TestDatabase } from '../../support/test-database.ts'

describe('a database', () => {
  test('belongs to the box that came first', async () => {
    await using database = await emptyTestDatabase()
    await claimForBox(database.kysely, 'box_one')
    await claimForBox(database.kysely, 'box_one')
    await expect(claimForBox(database.kysely, 'box_two')).rejects.toMatchObject({
      fault: 'other-box',
      message: 'the database belongs to the box box_one, and this data folder to box_two',
    })
  })
})

describe('the lock on the database', () => {
  const take = (database: TestDatabase, boxId: string, onTaken: () => void = fail) =>
    takeDatabaseLock({ address: database.address, boxId, log: silentLog, onTaken, patienceSeconds: 1 })

  test('is held by one at a time, and free again after release', async () => {
    await using database = await emptyTestDatabase()
    const boxId = database.address.database
    const lock = await take(database, boxId)
    expect(lock.isHeld()).toBe(true)
    await expect(take(database, boxId)).rejects.toMatchObject({ fault: 'in-use' })
    await lock.release()
    expect(lock.isHeld()).toBe(false)
    const next = await take(database, boxId)
    await next.release()
  })

  test('is taken again when its connection is cut', async () => {
    await using database = await emptyTestDatabase()
    const boxId = database.address.database
    const lock = await take(database, boxId)
    const first = await holderOf(database, boxId)
    await onServer(database, `KILL ${first}`)
    await eventually(async () => expect(await holderOf(database, boxId)).not.toBe(first))
    await eventually(() => expect(lock.isHeld()).toBe(true))
    await expect(take(database, boxId)).rejects.toMatchObject({ fault: 'in-use' })
    await expect(checkDatabase(database.kysely, lock), 'its tables are gone').rejects.toThrow('it does not answer')
    await claimForBox(database.kysely, boxId)
    await checkDatabase(database.kysely, lock)
    await lock.release()
  })

  test('that another got meanwhile is told to its former holder', async () => {
    await using database = await emptyTestDatabase()
    const boxId = database.address.database
    await claimForBox(database.kysely, boxId)
    const { promise: taken, resolve } = Promise.withResolvers<void>()
    const lock = await take(database, boxId, resolve)
    const other = await mysql.createConnection(connectionOptions(database.address))
    const waiting = other.query('SELECT GET_LOCK(?, 30)', [`holdfast:${boxId}`])
    await eventually(async () => expect(await countWaiting(database)).toBe(1))
    await onServer(database, `KILL ${await holderOf(database, boxId)}`)
    await waiting
    await taken
    expect(lock.isHeld()).toBe(false)
    await expect(checkDatabase(database.kysely, lock)).rejects.toThrow('its lock is being taken again')
    await lock.release()
    await other.end()
  })
})

test('a database that is gone is told from other failures', async () => {
  await using database = await emptyTestDatabase()
  const nowhere = { ...database.address, endpoint: { socketPath: '/nowhere/mysql.sock' } }
  const gone = await mysql.createConnection(connectionOptions(nowhere)).catch((error: unknown) => error)
  expect(isConnectionLoss(gone)).toBe(true)
  const wrong = await onServer(database, 'SELECT nonsense').catch((error: unknown) => error)
  expect(isConnectionLoss(wrong)).toBe(false)
  const afterLoss = Object.assign(new Error("Can't add new command when connection is in closed state"), { fatal: true })
  expect(isConnectionLoss(afterLoss)).toBe(true)
  expect(isConnectionLoss(Object.assign(new Error('a file'), { code: 'ENOENT' }))).toBe(false)
})

test.each([
  'mysql://root@db:3306/holdfast',
  'mysql://root@db:3306/holdfast?tls=true',
  'mysql://us%2Fer:p%40ss%3A@[fd00::1]:3307/holdfast',
  'mysql://root@localhost/holdfast?socket=%2Frun%2Fa%20b%2Fm.sock',
])('%s is written as it is read', (url) => {
  expect(formatDatabaseUrl(parseDatabaseUrl(url))).toBe(url)
})

async function onServer({ address }: TestDatabase, statement: string): Promise<unknown> {
  const connection = await mysql.createConnection(connectionOptions(address))
  try {
    return (await connection.query(statement))[0]
  } finally {
    await connection.end()
  }
}

async function holderOf(database: TestDatabase, boxId: string): Promise<number> {
  const [row] = (await onServer(database, `SELECT IS_USED_LOCK('holdfast:${boxId}') AS id`)) as [{ id: number | null }]
  expect(row.id).not.toBeNull()
  return row.id!
}

async function countWaiting(database: TestDatabase): Promise<number> {
  const [row] = (await onServer(
    database,
    `SELECT COUNT(*) AS count FROM information_schema.processlist WHERE state = 'User lock' AND db = '${database.address.database}'`,
  )) as [{ count: number }]
  return row.count
}

function fail(): never {
  throw new Error('nobody took this lock')
}
