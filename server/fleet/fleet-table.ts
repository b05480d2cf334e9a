import { type RawBuilder, sql } from 'kysely'
import { findCustomerNumber } from '../customers/customer.ts'
import type { Queryable } from '../database/database.ts'
import { findDeviceNumber } from '../devices/device.ts'
import type { Id } from '../runtime/ids.ts'
import { type StandingKind, standingKinds } from '../standings/standing.ts'
import { devicesWithStandings, kindSql } from '../standings/standing-kind-table.ts'
import { type ListedStanding, standingColumns, toStanding } from '../standings/standings-table.ts'
import type { FleetComputer, FleetCounts, FleetDay, FleetFilter, FleetOrder } from './fleet.ts'

/** Computers that may send, of customers who stay. */
const joined = sql`FROM ${devicesWithStandings}
  JOIN plans ON plans.id = subscriptions.plan_id
  LEFT JOIN told_jobs ON told_jobs.device_id = devices.id`
const isInFleet = sql`devices.state = 'active' AND customers.state IN ('active', 'suspended')`

type FleetRow = ListedStanding & {
  readonly device_id: Id<'dev'>
  readonly number: number
  readonly name: string
  readonly customer_id: Id<'cus'>
  readonly customer_number: number
  readonly customer_name: string
  readonly subscription_id: Id<'sub'>
  readonly plan_name: string
  readonly kind: StandingKind
  readonly next_at: number | null
  readonly stored_bytes: number
  readonly address: string
  readonly agent_version: string
  readonly connected_at: number
  readonly last_seen_at: number
}

export interface FleetPage {
  readonly filter: FleetFilter
  readonly order: FleetOrder
  readonly offset: number
  readonly limit: number
  readonly nowMs: number
}

export async function listFleet(db: Queryable, page: FleetPage): Promise<readonly FleetComputer[]> {
  const { kind } = kindSql(page.nowMs)
  const { rows } = await sql<FleetRow>`SELECT ${columns(kind, page.nowMs)} ${joined} WHERE ${matching(page.filter, page.nowMs)}
    ORDER BY ${orderOf(page.order, kind)}, devices.number LIMIT ${page.limit} OFFSET ${page.offset}`.execute(db)
  return rows.map(toComputer)
}

/** Those of these that are in the fleet, in the order of their numbers. */
export async function findInFleet(
  db: Queryable,
  deviceIds: readonly Id<'dev'>[],
  nowMs: number,
): Promise<readonly FleetComputer[]> {
  if (deviceIds.length === 0) return []
  const { kind } = kindSql(nowMs)
  const { rows } = await sql<FleetRow>`SELECT ${columns(kind, nowMs)} ${joined}
    WHERE ${isInFleet} AND devices.id IN (${sql.join(deviceIds)}) ORDER BY devices.number`.execute(db)
  return rows.map(toComputer)
}

/** Of all computers that the filter leaves, whatever state it asks for. */
export async function countFleet(db: Queryable, filter: FleetFilter, nowMs: number): Promise<FleetCounts> {
  const { kind, resting } = kindSql(nowMs)
  const { rows } = await sql<{ readonly kind: StandingKind; readonly count: number; readonly safe: number }>`
    SELECT kind, COUNT(*) AS count, CAST(SUM(resting = 'ok') AS UNSIGNED) AS safe
    FROM (SELECT ${kind} AS kind, ${resting} AS resting ${joined} WHERE ${matching({ ...filter, kind: undefined }, nowMs)}) AS fleet
    GROUP BY kind`.execute(db)
  const counts = new Map(rows.map(({ kind: of, count }) => [of, count]))
  return {
    all: rows.reduce((sum, { count }) => sum + count, 0),
    of: Object.fromEntries(standingKinds.map((of) => [of, counts.get(of) ?? 0])) as Record<StandingKind, number>,
    safe: rows.reduce((sum, { safe }) => sum + safe, 0),
  }
}

/** A day is as good as the best that was had of it. One look into an index per computer. */
export async function listFleetDays(
  db: Queryable,
  asked: { readonly deviceIds: readonly Id<'dev'>[]; readonly dayStartsMs: readonly number[] },
): Promise<readonly FleetDay[]> {
  const [first] = asked.dayStartsMs
  if (first === undefined || asked.deviceIds.length === 0) return []
  const { rows } = await sql<{ readonly device_id: Id<'dev'>; readonly day: number; readonly best: number }>`
    SELECT device_id, INTERVAL(ended_at, ${sql.join(asked.dayStartsMs)}) - 1 AS day,
      MIN(FIELD(standing, 'ok', 'partial', 'failed')) AS best
    FROM runs WHERE device_id IN (${sql.join(asked.deviceIds)}) AND ended_at >= ${first} AND standing IN ('ok', 'partial', 'failed')
    GROUP BY device_id, day`.execute(db)
  return rows.map((row) => ({ deviceId: row.device_id, dayIndex: row.day, verdict: bestFirst[row.best - 1] ?? 'failed' }))
}

const bestFirst = ['ok', 'partial', 'failed'] as const

export interface FleetChoice {
  readonly customers: readonly { readonly customerId: Id<'cus'>; readonly name: string }[]
  readonly plans: readonly { readonly planId: Id<'pln'>; readonly name: string }[]
}

/** What the table can be narrowed to: customers and plans that have computers. */
export async function listFleetChoices(db: Queryable): Promise<FleetChoice> {
  const customers = await sql<{ readonly id: Id<'cus'>; readonly name: string }>`SELECT id, name FROM customers
    WHERE state IN ('active', 'suspended')
      AND EXISTS (SELECT 1 FROM devices WHERE devices.customer_id = customers.id AND devices.state = 'active')
    ORDER BY name, id LIMIT ${maxChoices}`.execute(db)
  const plans = await sql<{ readonly id: Id<'pln'>; readonly name: string }>`SELECT id, name FROM plans
    WHERE (SELECT devices.id FROM subscriptions JOIN devices ON devices.subscription_id = subscriptions.id
        JOIN customers ON customers.id = devices.customer_id
      WHERE subscriptions.plan_id = plans.id AND ${isInFleet} LIMIT 1) IS NOT NULL
    ORDER BY position, id LIMIT ${maxChoices}`.execute(db)
  return {
    customers: customers.rows.map(({ id, name }) => ({ customerId: id, name })),
    plans: plans.rows.map(({ id, name }) => ({ planId: id, name })),
  }
}

/** A list to choose from that is longer is no help: whoever has more customers searches. */
const maxChoices = 1000

function columns(kind: RawBuilder<StandingKind>, nowMs: number) {
  return sql`devices.id AS device_id, devices.number, devices.name, devices.customer_id,
      customers.number AS customer_number, customers.name AS customer_name, devices.subscription_id, plans.name AS plan_name,
      ${kind} AS kind, IF(told_jobs.keeps_schedule = 1, told_jobs.next_at, NULL) AS next_at, devices.stored_bytes, devices.address, devices.agent_version, devices.connected_at,
      devices.last_seen_at, ${standingColumns(nowMs)}`
}

function matching(filter: FleetFilter, nowMs: number): RawBuilder<unknown> {
  const { customerId, planId } = filter
  const { kind, isRunning } = kindSql(nowMs)
  const conditions = [
    isInFleet,
    ...(filter.kind === undefined ? [] : [filter.kind === 'running' ? isRunning : sql`${kind} = ${filter.kind}`]),
    ...(customerId === undefined ? [] : [sql`devices.customer_id = ${customerId}`]),
    ...(planId === undefined ? [] : [sql`subscriptions.plan_id = ${planId}`]),
    ...(filter.search === '' ? [] : [found(filter.search)]),
  ]
  return sql.join(conditions, sql` AND `)
}

/** As people compare: case and marks do not matter. */
function found(search: string): RawBuilder<unknown> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  const [device, customer] = [findDeviceNumber(search), findCustomerNumber(search)]
  const alike = (column: string) => sql`${sql.ref(column)} COLLATE utf8mb4_unicode_ci LIKE ${pattern}`
  const ways = [
    alike('devices.name'),
    alike('customers.name'),
    sql`devices.address LIKE ${pattern}`,
    ...(device === undefined ? [] : [sql`devices.number = ${device}`]),
    ...(customer === undefined ? [] : [sql`customers.number = ${customer}`]),
  ]
  return sql`(${sql.join(ways, sql` OR `)})`
}

function orderOf({ sort, isDescending }: FleetOrder, kind: RawBuilder<StandingKind>): RawBuilder<unknown> {
  const by = {
    name: sql`devices.name COLLATE utf8mb4_unicode_ci`,
    customer: sql`customers.name COLLATE utf8mb4_unicode_ci`,
    state: sql`FIELD(${kind}, ${sql.join(standingKinds)})`,
    good: sql`COALESCE(standings.good_at, 0)`,
    next: sql`next_at IS NULL, next_at`,
    stored: sql`devices.stored_bytes`,
  } satisfies Record<FleetOrder['sort'], RawBuilder<unknown>>
  return sql`${by[sort]} ${isDescending ? sql`DESC` : sql`ASC`}`
}

function toComputer(row: FleetRow): FleetComputer {
  return {
    deviceId: row.device_id,
    number: row.number,
    name: row.name,
    customer: { customerId: row.customer_id, number: row.customer_number, name: row.customer_name },
    subscriptionId: row.subscription_id,
    planName: row.plan_name,
    kind: row.kind,
    standing: toStanding(row),
    nextAt: row.next_at ?? undefined,
    storedBytes: row.stored_bytes,
    address: row.address,
    agentVersion: row.agent_version,
    connectedAt: row.connected_at,
    lastSeenAt: row.last_seen_at,
  }
}
