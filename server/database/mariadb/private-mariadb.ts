import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import type { Clock } from '../../runtime/clock.ts'
import type { Log } from '../../runtime/log.ts'
import { openSocketPlace } from '../../runtime/socket-place.ts'
import type { DatabaseAddress } from '../database-address.ts'
import { createServerFolder } from './server-folder.ts'
import { poolBytes, type ServerOptions } from './server-options.ts'
import { openServerProcess, type ServerProcess } from './server-process.ts'
import { getServerProgram } from './server-program.ts'

/*
 * The box's own MariaDB (or MySQL): a child process over `mysql/` in the data folder that listens on a unix socket only, which
 * nobody but the folder's owner can reach. It is kept running: when it dies it is started again, at ever longer pauses, until
 * `stop`. It outlives a killed Holdfast, whose next start takes it over. The caller holds the data folder's lock.
 */

const databaseName = 'holdfast'
const firstPauseMs = 100
const longestPauseMs = 5_000
/** A server that ran this long was well; the next failure is a new one. */
const wellAfterMs = 10_000

export type PrivateMariaDbOptions = {
  readonly dataFolder: string
  readonly searchPath: string
  readonly temporaryFolders: readonly string[]
  readonly memoryBytes: number
  readonly isRoot: boolean
  readonly clock: Clock
  readonly log: Log
}

export type PrivateMariaDb = AsyncDisposable & {
  readonly address: DatabaseAddress
  readonly version: string
  /** The process that runs now; undefined while it is being started again. */
  readonly pid: () => number | undefined
  readonly stop: () => Promise<void>
}

export async function openPrivateMariaDb(options: PrivateMariaDbOptions): Promise<PrivateMariaDb> {
  const { dataFolder, log } = options
  const program = await getServerProgram(options.searchPath)
  const serverOptions: ServerOptions = {
    program,
    folder: join(dataFolder, 'mysql'),
    temporaryFolder: join(dataFolder, 'tmp', 'mysql'),
    socketPath: openSocketPlace({ dataFolder, name: 'mysql', temporaryFolders: options.temporaryFolders }),
    pidFile: join(dataFolder, 'mysql.pid'),
    poolBytes: poolBytes(options.memoryBytes),
    isRoot: options.isRoot,
  }
  for (const folder of [serverOptions.temporaryFolder, join(dataFolder, 'logs')])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  await createServerFolder(program, serverOptions.folder, options.isRoot)
  const openProcess = () => openServerProcess(serverOptions, join(dataFolder, 'logs', 'database.log'))
  const first = await openProcess()
  log.info({ pid: first.pid, origin: first.origin, version: program.version }, 'database server is up')
  await createDatabase(serverOptions.socketPath)
  const keeper = keepRunning({ first, openProcess, clock: options.clock, log })
  return {
    address: { endpoint: { socketPath: serverOptions.socketPath }, user: 'root', password: '', database: databaseName },
    version: program.version,
    pid: keeper.pid,
    stop: keeper.stop,
    [Symbol.asyncDispose]: keeper.stop,
  }
}

async function createDatabase(socketPath: string): Promise<void> {
  const connection = await mysql.createConnection({ socketPath, user: 'root' })
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${databaseName} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  await connection.end()
}

type Keeping = {
  readonly first: ServerProcess
  readonly openProcess: () => Promise<ServerProcess>
  readonly clock: Clock
  readonly log: Log
}

function keepRunning({ first, openProcess, clock, log }: Keeping): Pick<PrivateMariaDb, 'pid' | 'stop'> {
  const stopping = new AbortController()
  let current: ServerProcess | undefined = first
  const keeping = (async () => {
    let pauseMs = firstPauseMs
    while (!stopping.signal.aborted) {
      if (current !== undefined) {
        const startedAtMs = clock.now()
        await current.ended
        current = undefined
        if (stopping.signal.aborted) return
        if (clock.now() - startedAtMs > wellAfterMs) pauseMs = firstPauseMs
        log.error('database server ended by itself; starting it again')
      }
      await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => {})
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
      if (stopping.signal.aborted) return
      current = await openProcess().catch((error: unknown) => {
        log.error({ err: error, nextTryInMs: pauseMs }, 'database server did not start')
        return undefined
      })
      if (current !== undefined) log.warn({ pid: current.pid }, 'database server is up again')
    }
  })()
  return {
    pid: () => current?.pid,
    stop: async () => {
      stopping.abort()
      await current?.stop()
      await keeping
      // A server that was just being started when the stop came.
      await current?.stop()
    },
  }
}
