import mysql from 'mysql2/promise'
import { connectionOptions } from './database.ts'
import type { DatabaseAddress } from './database-address.ts'
import { DatabaseError } from './database-error.ts'

/**
 * Makes the database that an address names where the server has none of that name (a new server, or somebody dropped it). What should
 * be in it is then another question: a box whose files are there does not start over an empty one (server/rebuild/).
 */
export async function ensureDatabase(address: DatabaseAddress): Promise<void> {
  try {
    await (await mysql.createConnection(connectionOptions(address))).end()
  } catch (error) {
    if (!isUnknownDatabase(error)) throw error
    await createDatabase(address)
  }
}

async function createDatabase(address: DatabaseAddress): Promise<void> {
  const { database: _, ...options } = connectionOptions(address)
  const statement = `CREATE DATABASE IF NOT EXISTS \`${address.database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
  const connection = await mysql.createConnection(options)
  try {
    await connection.query(statement)
  } catch (cause) {
    throw new DatabaseError('unreachable', `the server has no database ${address.database}, and its user may not make one`, {
      hint: `Run on the server: ${statement}`,
      cause,
    })
  } finally {
    await connection.end()
  }
}

function isUnknownDatabase(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ER_BAD_DB_ERROR'
}
