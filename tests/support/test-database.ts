import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { inject } from 'vitest'
import { connectionOptions, type Database, openDatabase } from '../../server/database/database.ts'
import { type DatabaseAddress, parseDatabaseUrl } from '../../server/database/database-address.ts'
import { systemRandomness } from '../../server/runtime/randomness.ts'

export const migrationsFolder = join(import.meta.dirname, '../../migrations')

export type TestDatabase = Database & AsyncDisposable & { readonly address: DatabaseAddress }

/** A fresh database with every migration applied, on the server of this test run. `close` drops it: `await using` or afterEach. */
export async function testDatabase(): Promise<TestDatabase> {
  const empty = await emptyTestDatabase()
  await migrate(empty.address)
  return empty
}

/** The same before any migration. */
export async function emptyTestDatabase(): Promise<TestDatabase> {
  const address = await createTestDatabase()
  const database = openDatabase({ address, randomness: systemRandomness })
  const close = async () => {
    await database.close()
    await onServer(`DROP DATABASE IF EXISTS ${address.database}`)
  }
  return { ...database, address, close, [Symbol.asyncDispose]: close }
}

/** A migrated database's address, for a box that shall use it as HOLDFAST_DATABASE_URL. */
export async function createMigratedDatabase(): Promise<DatabaseAddress> {
  const address = await createTestDatabase()
  await migrate(address)
  return address
}

/** The same, empty. */
export async function createTestDatabase(): Promise<DatabaseAddress> {
  const database = `test_${randomBytes(8).toString('hex')}`
  await onServer(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  return { ...serverAddress(), database }
}

async function migrate({ database }: DatabaseAddress): Promise<void> {
  await onServer(`USE ${database};\n${inject('databaseTemplate')}`)
}

function serverAddress(): DatabaseAddress {
  return parseDatabaseUrl(inject('databaseServerUrl'))
}

async function onServer(statement: string): Promise<void> {
  const connection = await mysql.createConnection({ ...connectionOptions(serverAddress()), multipleStatements: true })
  await connection.query(statement)
  await connection.end()
}
