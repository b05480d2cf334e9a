import { Kysely, MysqlDialect, sql } from 'kysely'
import mysql from 'mysql2'
import type { Randomness } from '../runtime/randomness.ts'
import type { DatabaseAddress } from './database-address.ts'
import type { Tables } from './tables.ts'
import { runTransaction, type Transaction } from './transaction.ts'

export type { Tables } from './tables.ts'
export { afterCommit, type Transaction } from './transaction.ts'

/** What a table function runs its statements on: the pool, or a transaction. */
export type Queryable = Kysely<Tables>

export type Database = {
  readonly kysely: Queryable
  readonly transaction: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
  readonly close: () => Promise<void>
}

export type OpenDatabaseOptions = {
  readonly address: DatabaseAddress
  readonly randomness: Randomness
  readonly poolConnections?: number
}

const defaultPoolConnections = 12
const maxWaitingForConnection = 1000
const connectTimeoutMs = 10_000
const idleConnectionMs = 60_000

/** Opens a bounded pool. Connects on the first statement; a lost connection is replaced by the next statement, never retried here. */
export function openDatabase(options: OpenDatabaseOptions): Database {
  const pool = mysql.createPool({
    ...connectionOptions(options.address),
    connectionLimit: options.poolConnections ?? defaultPoolConnections,
    queueLimit: maxWaitingForConnection,
    idleTimeout: idleConnectionMs,
  })
  const kysely = new Kysely<Tables>({
    dialect: new MysqlDialect({
      pool,
      onCreateConnection: async (connection) => {
        for (const statement of sessionStatements) await connection.executeQuery(statement.compile(kysely))
      },
    }),
  })
  return {
    kysely,
    transaction: (work) => runTransaction(kysely, options.randomness, work),
    close: async () => {
      // Kysely closes the pool only when it has run a statement; ending it twice is harmless, leaving it open is not.
      await kysely.destroy()
      await new Promise<void>((resolve) => pool.end(() => resolve()))
    },
  }
}

/** What every connection to the database uses, pooled or not. Numbers come back as numbers while they are exact, as strings beyond 2^53. */
export function connectionOptions(address: DatabaseAddress): mysql.ConnectionOptions {
  const { endpoint } = address
  return {
    user: address.user,
    password: address.password,
    database: address.database,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    decimalNumbers: true,
    connectTimeout: connectTimeoutMs,
    ...('socketPath' in endpoint
      ? { socketPath: endpoint.socketPath }
      : { host: endpoint.host, port: endpoint.port, ...(endpoint.tls ? { ssl: {} } : {}) }),
  }
}

/** One dialect whatever the server's own settings: strict, UTC, and locks that do not reach beyond the rows touched. */
const sessionStatements = [
  sql`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`,
  sql`SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY', time_zone = '+00:00'`,
]
