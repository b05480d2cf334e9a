import type { Generated } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { type Order, type OrderBody, type OrderReport, type OrderState, openOrderStates, orderLifetimeMs } from './order.ts'

export interface OrderRow {
  readonly number: Generated<number>
  readonly id: Id<'ord'>
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly kind: OrderBody['kind']
  readonly body: string
  readonly state: OrderState
  readonly given_at: number
  readonly given_by: string
  readonly expires_at: number
  readonly taken_at: number | null
  readonly ended_at: number | null
  readonly code: string | null
  readonly detail: string | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly orders: OrderRow
  }
}

const maxCodeCharacters = 64
const maxDetailCharacters = 1000

export async function insertOrder(tx: Transaction, order: Omit<Order, 'number'>): Promise<number> {
  const result = await tx
    .insertInto('orders')
    .values({
      id: order.orderId,
      customer_id: order.customerId,
      device_id: order.deviceId,
      kind: order.body.kind,
      body: JSON.stringify(order.body),
      state: order.state,
      given_at: order.givenAt,
      given_by: order.givenBy,
      expires_at: order.expiresAt,
      taken_at: null,
      ended_at: null,
      code: null,
      detail: null,
    })
    .executeTakeFirstOrThrow()
  return Number(result.insertId)
}

/** Whose it is, locked; what is no computer hears no orders: so that two givers count the open orders one after the other. */
export async function lockDevice(
  tx: Transaction,
  deviceId: Id<'dev'>,
): Promise<{ readonly customerId: Id<'cus'>; readonly name: string; readonly isActive: boolean } | undefined> {
  const query = tx.selectFrom('devices').select(['customer_id', 'name', 'state', 'kind']).where('id', '=', deviceId).forUpdate()
  const row = await query.executeTakeFirst()
  return row && { customerId: row.customer_id, name: row.name, isActive: row.state === 'active' && row.kind === 'agent' }
}

export async function listOpenOrders(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly afterNumber?: number; readonly limit: number },
): Promise<readonly Order[]> {
  const rows = await db
    .selectFrom('orders')
    .selectAll()
    .where('device_id', '=', of.deviceId)
    .where('state', 'in', [...openOrderStates])
    .where('number', '>', of.afterNumber ?? 0)
    .orderBy('number')
    .limit(of.limit)
    .execute()
  return rows.map(toOrder)
}

/** Of all a customer's computers: what its pages say is waiting. */
export async function listOpenOrdersOfCustomer(db: Queryable, customerId: Id<'cus'>, limit: number): Promise<readonly Order[]> {
  const rows = await db
    .selectFrom('orders')
    .innerJoin('devices', 'devices.id', 'orders.device_id')
    .selectAll('orders')
    .where('devices.customer_id', '=', customerId)
    .where('orders.state', 'in', [...openOrderStates])
    .orderBy('orders.number')
    .limit(limit)
    .execute()
  return rows.map(toOrder)
}

export async function listNewestOrders(db: Queryable, deviceId: Id<'dev'>, limit: number): Promise<readonly Order[]> {
  const rows = await db
    .selectFrom('orders')
    .selectAll()
    .where('device_id', '=', deviceId)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toOrder)
}

export async function findOrder(db: Queryable, orderId: Id<'ord'>): Promise<Order | undefined> {
  const row = await db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirst()
  return row && toOrder(row)
}

/** Only what is still open changes: an ended order stays as it ended. */
export async function reportOrder(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly orderId: Id<'ord'>; readonly report: OrderReport; readonly at: number },
): Promise<void> {
  const { report, at } = of
  const update = db.updateTable('orders').where('id', '=', of.orderId).where('device_id', '=', of.deviceId)
  if (report.state === 'taken') {
    await update.set({ state: 'taken', taken_at: at }).where('state', '=', 'waiting').execute()
    return
  }
  const why =
    report.state === 'failed'
      ? { code: report.code.slice(0, maxCodeCharacters), detail: [...report.detail].slice(0, maxDetailCharacters).join('') }
      : {}
  await update
    .set({ state: report.state, ended_at: at, ...why })
    .where('state', 'in', [...openOrderStates])
    .execute()
}

/**
 * Those that nobody took in time, and of these that were taken and never ended. A restore that was taken may take its time: it goes on for
 * as long as its computer is heard of.
 */
export async function expireOrders(db: Queryable, at: number): Promise<void> {
  await db
    .updateTable('orders')
    .set({ state: 'expired', ended_at: at })
    .where('state', 'in', [...openOrderStates])
    .where('expires_at', '<=', at)
    .where(({ eb, or, exists, not, selectFrom }) =>
      or([
        eb('state', '=', 'waiting'),
        eb('kind', '!=', 'restore'),
        not(
          exists(
            selectFrom('devices')
              .select('devices.id')
              .whereRef('devices.id', '=', 'orders.device_id')
              .where('devices.last_seen_at', '>', at - orderLifetimeMs),
          ),
        ),
      ]),
    )
    .execute()
}

/** Of a computer that is connected no more: nobody will do them. */
export async function withdrawOrdersOf(db: Queryable, deviceId: Id<'dev'>, at: number): Promise<void> {
  await db
    .updateTable('orders')
    .set({ state: 'withdrawn', ended_at: at })
    .where('device_id', '=', deviceId)
    .where('state', 'in', [...openOrderStates])
    .execute()
}

export async function endOpenOrders(
  db: Queryable,
  which: {
    readonly deviceId: Id<'dev'>
    readonly kind: OrderBody['kind']
    readonly state: 'done' | 'withdrawn'
    readonly at: number
  },
): Promise<void> {
  await db
    .updateTable('orders')
    .set({ state: which.state, ended_at: which.at })
    .where('device_id', '=', which.deviceId)
    .where('kind', '=', which.kind)
    .where('state', 'in', [...openOrderStates])
    .execute()
}

export async function withdrawOrder(db: Queryable, orderId: Id<'ord'>, at: number): Promise<boolean> {
  const update = db.updateTable('orders').set({ state: 'withdrawn', ended_at: at }).where('id', '=', orderId)
  return (await update.where('state', '=', 'waiting').executeTakeFirstOrThrow()).numUpdatedRows > 0n
}

export async function withdrawEdits(db: Queryable, deviceId: Id<'dev'>, at: number): Promise<void> {
  await db
    .updateTable('orders')
    .set({ state: 'withdrawn', ended_at: at })
    .where('device_id', '=', deviceId)
    .where('kind', '=', 'jobs-changed')
    .where('state', 'in', ['waiting', 'failed'])
    .execute()
}

export async function removeEndedOrders(db: Queryable, before: number, limit: number): Promise<number> {
  const result = await db.deleteFrom('orders').where('ended_at', '<', before).limit(limit).executeTakeFirstOrThrow()
  return Number(result.numDeletedRows)
}

function toOrder(row: { readonly [Column in keyof OrderRow]: Column extends 'number' ? number : OrderRow[Column] }): Order {
  return {
    number: row.number,
    orderId: row.id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    body: JSON.parse(row.body) as OrderBody,
    state: row.state,
    givenAt: row.given_at,
    givenBy: row.given_by,
    expiresAt: row.expires_at,
    takenAt: row.taken_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
  }
}
