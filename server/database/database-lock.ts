import { setTimeout as wait } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import type { Log } from '../runtime/log.ts'
import { connectionOptions } from './database.ts'
import type { DatabaseAddress } from './database-address.ts'
import { DatabaseError } from './database-error.ts'

/*
 * The database's own lock, `GET_LOCK('holdfast:<box id>')`, on a connection that does nothing else. It ends with the connection,
 * so the lock of a dead process ends by itself; ours is taken again when the database comes back. When somebody else took it
 * meanwhile, `onTaken` is told: two servers must not go on.
 */

/** For one that is just ending. */
const defaultPatienceSeconds = 10
const stillThereEveryMs = 30_000
const firstPauseMs = 100
const longestPauseMs = 5_000
const connectionLifetimeSeconds = 31_536_000

export type DatabaseLock = {
  readonly isHeld: () => boolean
  readonly release: () => Promise<void>
}

export async function takeDatabaseLock(options: {
  readonly address: DatabaseAddress
  readonly boxId: string
  readonly log: Log
  readonly onTaken: () => void
  readonly patienceSeconds?: number
}): Promise<DatabaseLock> {
  const wanted: Wanted = {
    address: options.address,
    name: `holdfast:${options.boxId}`,
    patienceSeconds: options.patienceSeconds ?? defaultPatienceSeconds,
  }
  const releasing = new AbortController()
  let held: Held | undefined = await take(wanted)
  const keeping = (async () => {
    while (!releasing.signal.aborted) {
      if (held !== undefined) {
        await held.ended
        held = undefined
        if (releasing.signal.aborted) return
        options.log.error('the database’s lock is lost with its connection; taking it again')
      }
      held = await takeAgain({ wanted, onTaken: options.onTaken, signal: releasing.signal })
      if (held === undefined) return
      options.log.warn('the database’s lock is held again')
    }
  })()
  return {
    isHeld: () => held !== undefined,
    release: async () => {
      releasing.abort()
      held?.close()
      await keeping
      held?.close()
    },
  }
}

type Wanted = { readonly address: DatabaseAddress; readonly name: string; readonly patienceSeconds: number }
type Held = { readonly ended: Promise<void>; readonly close: () => void }

async function take({ address, name, patienceSeconds }: Wanted): Promise<Held> {
  const connection = await mysql.createConnection(connectionOptions(address))
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  connection.on('error', () => end())
  connection.on('end', () => end())
  // The type of the promise wrapper knows fewer events than the connection has; a closed socket shows up as 'end' or 'error'.
  const close = () => {
    connection.destroy()
    end()
  }
  try {
    await connection.query(`SET SESSION wait_timeout = ${connectionLifetimeSeconds}`)
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS taken', [name, patienceSeconds])
    if (rows[0]?.taken !== 1) throw inUse()
  } catch (error) {
    close()
    throw error
  }
  // A firewall that forgets quiet connections would leave us believing in a lock that is gone.
  const timer = setInterval(() => connection.ping().catch(close), stillThereEveryMs)
  timer.unref()
  return { ended: ended.finally(() => clearInterval(timer)), close }
}

type Again = { readonly wanted: Wanted; readonly signal: AbortSignal; readonly onTaken: () => void }

async function takeAgain({ wanted, signal, onTaken }: Again): Promise<Held | undefined> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await take(wanted)
    } catch (error) {
      if (error instanceof DatabaseError && error.fault === 'in-use') {
        onTaken()
        return undefined
      }
    }
    await wait(pauseMs, undefined, { signal }).catch(() => {})
  }
  return undefined
}

function inUse(): DatabaseError {
  return new DatabaseError('in-use', 'another Holdfast uses this database', {
    hint: 'Stop it first, or give this one a database of its own in HOLDFAST_DATABASE_URL.',
  })
}
