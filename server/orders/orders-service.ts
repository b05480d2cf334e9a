import { type ActingAs, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { afterCommit, type Database, type Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import {
  cancelLifetimeMs,
  endedOrdersKeptMs,
  maxOpenOrders,
  type Order,
  type OrderBody,
  OrderError,
  type OrderReport,
  orderLifetimeMs,
  passingOrderKinds,
  rehearseLifetimeMs,
} from './order.ts'
import { createOrderBell, type OrderBell } from './order-bell.ts'
import * as table from './orders-table.ts'

export interface OrderToGive {
  readonly deviceId: Id<'dev'>
  readonly order: OrderBody
}

export interface OrdersService {
  /**
   * With whatever else the caller's transaction does; the computer hears of it when that commits. An order that already waits and
   * says the same is given back instead of a second one. Throws OrderError `no-device`, `too-many`.
   */
  readonly give: (transaction: Transaction, order: OrderToGive, actingAs: ActingAs) => Promise<Order>
  /** The same in a transaction of its own. */
  readonly giveNow: (order: OrderToGive, actingAs: ActingAs) => Promise<Order>
  /** A computer's open orders after a number; waits up to `waitMs` while there is none. */
  readonly await: (ask: {
    readonly deviceId: Id<'dev'>
    readonly afterNumber: number
    readonly waitMs: number
    readonly gone: AbortSignal
  }) => Promise<readonly Order[]>
  readonly report: (deviceId: Id<'dev'>, orderId: Id<'ord'>, report: OrderReport) => Promise<void>
  readonly find: (orderId: Id<'ord'>) => Promise<Order | undefined>
  readonly listOpen: (deviceId: Id<'dev'>) => Promise<readonly Order[]>
  readonly listOpenOfCustomer: (customerId: Id<'cus'>) => Promise<readonly Order[]>
  /** Newest first. */
  readonly listNewest: (deviceId: Id<'dev'>, limit: number) => Promise<readonly Order[]>
  /** Until the transaction ends, nobody else gives this computer anything: whoever compares with what it has been given asks for this first. */
  readonly lock: (transaction: Transaction, deviceId: Id<'dev'>) => Promise<void>
  /** Of one that nobody has taken yet; false when it is too late for that. */
  readonly withdraw: (transaction: Transaction, orderId: Id<'ord'>) => Promise<boolean>
  /** Somebody looks at another choice: what was asked before is of no use any more. */
  readonly withdrawRehearsals: (transaction: Transaction, deviceId: Id<'dev'>) => Promise<void>
  /** A backup has ended: nobody has to stop it any more. */
  readonly endCancels: (transaction: Transaction, deviceId: Id<'dev'>) => Promise<void>
  /** Edits of a computer's jobs that it has not taken, and those it refused: they are void. */
  readonly withdrawEdits: (transaction: Transaction, deviceId: Id<'dev'>) => Promise<void>
  readonly isListening: (deviceId: Id<'dev'>) => boolean
  /** Once a minute. */
  readonly expire: () => Promise<void>
  /** Sends all who wait away, before the box closes its door. */
  readonly close: () => void
}

const maxOrdersListed = 1000
const removedAtOnce = 1000

export function createOrdersService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly bell?: OrderBell
  /** A backup shall be stopped: whoever runs it without listening for orders hears it with its next sign of progress. */
  readonly onCancel?: (deviceId: Id<'dev'>) => void
}): OrdersService {
  const { database, clock, randomness } = options
  const { kysely } = database
  const bell = options.bell ?? createOrderBell()

  const give: OrdersService['give'] = async (tx, { deviceId, order: body }, actingAs) => {
    const device = await table.lockDevice(tx, deviceId)
    if (device?.isActive !== true) throw new OrderError('no-device', 'This computer is not connected any more.')
    const open = await table.listOpenOrders(tx, { deviceId, limit: 2 * maxOpenOrders })
    const same = open.find(({ body: known, state }) => state === 'waiting' && JSON.stringify(known) === JSON.stringify(body))
    if (same !== undefined) return same
    // A list that is full still hears that something of it shall stop.
    const isPassing = ({ kind }: OrderBody) => passingOrderKinds.includes(kind)
    if (open.filter((other) => isPassing(other.body) === isPassing(body)).length >= maxOpenOrders)
      throw new OrderError('too-many', `${maxOpenOrders} orders are waiting for ${device.name} already.`)
    const givenAt = clock.now()
    const order = {
      orderId: newId('ord', randomness),
      customerId: device.customerId,
      deviceId,
      body,
      state: 'waiting',
      givenAt,
      givenBy: actorName(actingAs.actor),
      expiresAt: givenAt + lifetimeOf(body),
      takenAt: undefined,
      endedAt: undefined,
      code: undefined,
      detail: undefined,
    } as const
    const number = await table.insertOrder(tx, order)
    // Restores write rows of their own, which say more.
    if (!('restore' in body))
      await insertAudit(tx, {
        ...actingAs,
        at: givenAt,
        action: 'order.given',
        objectId: deviceId,
        customerId: device.customerId,
        detail: { order: body.kind, number, ...(body.kind === 'run-now' && body.job !== undefined ? { job: body.job } : {}) },
      })
    afterCommit(tx, () => {
      bell.ring(deviceId)
      if (body.kind === 'cancel') options.onCancel?.(deviceId)
    })
    return { ...order, number }
  }

  const listAfter = (deviceId: Id<'dev'>, afterNumber: number) =>
    table.listOpenOrders(kysely, { deviceId, afterNumber, limit: maxOpenOrders })

  return {
    give,
    giveNow: (order, actingAs) => database.transaction((tx) => give(tx, order, actingAs)),
    await: async ({ deviceId, afterNumber, waitMs, gone }) => {
      // Listening begins before the look: what is given between the two rings.
      const stop = new AbortController()
      const heard = bell.wait(deviceId, { forMs: waitMs, gone: AbortSignal.any([gone, stop.signal]) })
      try {
        const found = await listAfter(deviceId, afterNumber)
        if (found.length > 0 || waitMs === 0) return found
        await heard
        return gone.aborted ? [] : await listAfter(deviceId, afterNumber)
      } finally {
        stop.abort()
      }
    },
    report: (deviceId, orderId, report) => table.reportOrder(kysely, { deviceId, orderId, report, at: clock.now() }),
    find: (orderId) => table.findOrder(kysely, orderId),
    listOpen: (deviceId) => table.listOpenOrders(kysely, { deviceId, limit: 2 * maxOpenOrders }),
    listOpenOfCustomer: (customerId) => table.listOpenOrdersOfCustomer(kysely, customerId, maxOrdersListed),
    listNewest: (deviceId, limit) => table.listNewestOrders(kysely, deviceId, limit),
    lock: async (tx, deviceId) => {
      await table.lockDevice(tx, deviceId)
    },
    withdraw: (tx, orderId) => table.withdrawOrder(tx, orderId, clock.now()),
    withdrawRehearsals: (tx, deviceId) =>
      table.endOpenOrders(tx, { deviceId, kind: 'rehearse', state: 'withdrawn', at: clock.now() }),
    endCancels: (tx, deviceId) => table.endOpenOrders(tx, { deviceId, kind: 'cancel', state: 'done', at: clock.now() }),
    withdrawEdits: (tx, deviceId) => table.withdrawEdits(tx, deviceId, clock.now()),
    isListening: bell.isListening,
    expire: async () => {
      const at = clock.now()
      await table.expireOrders(kysely, at)
      await table.removeEndedOrders(kysely, at - endedOrdersKeptMs, removedAtOnce)
    },
    close: bell.close,
  }
}

function lifetimeOf({ kind }: OrderBody): number {
  if (kind === 'rehearse') return rehearseLifetimeMs
  return kind === 'cancel' || kind === 'cancel-restore' ? cancelLifetimeMs : orderLifetimeMs
}
