import { type Generated, sql } from 'kysely'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { type Alarm, type AlarmFilter, type AlarmKey, maxAlarmDetailCharacters, type NewAlarm } from './alarm.ts'
import { type AlarmCode, alarmCodes, findAlarmEntry } from './alarm-catalogue.ts'

export interface AlarmRow {
  readonly id: Generated<number>
  readonly code: AlarmCode
  readonly subject: string
  readonly customer_id: Id<'cus'> | null
  readonly device_id: Id<'dev'> | null
  readonly detail: string
  readonly times: number
  readonly first_at: number
  readonly last_at: number
  readonly settled_at: number | null
  readonly told_first_at: Generated<number | null>
  readonly told_settled_at: Generated<number | null>
  readonly told_at: Generated<number | null>
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly alarms: AlarmRow
  }
}

/** False: there was no such alarm that is not settled. */
export async function repeatAlarm(db: Queryable, { code, subject, detail }: NewAlarm, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('alarms')
    .set({ detail: detail.slice(0, maxAlarmDetailCharacters), last_at: nowMs, times: sql`times + 1` })
    .where('code', '=', code)
    .where('subject', '=', subject)
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** A new one, or a settled one that begins again. */
export async function beginAlarm(db: Queryable, alarm: NewAlarm, nowMs: number): Promise<void> {
  const { code, subject, customerId = null, deviceId = null } = alarm
  const facts = {
    customer_id: customerId,
    device_id: deviceId,
    detail: alarm.detail.slice(0, maxAlarmDetailCharacters),
    times: 1,
    first_at: nowMs,
    last_at: nowMs,
    settled_at: null,
  }
  await db
    .insertInto('alarms')
    .values({ code, subject, ...facts })
    .onDuplicateKeyUpdate(facts)
    .execute()
}

/** False: there was nothing to settle. */
export async function settleAlarm(db: Queryable, { code, subject }: AlarmKey, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('alarms')
    .set({ settled_at: nowMs })
    .where('code', '=', code)
    .where('subject', '=', subject)
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** What has the alarm now. */
export async function listOpenSubjects(db: Queryable, code: AlarmCode): Promise<readonly string[]> {
  const query = db.selectFrom('alarms').select('subject').where('code', '=', code).where('settled_at', 'is', null)
  return (await query.execute()).map(({ subject }) => subject)
}

type AlarmsAsked = { readonly reach: CustomerReach; readonly limit: number; readonly filter?: AlarmFilter }

/** Those that wait for somebody, in the order in which they were first raised; `after`: an alarm's id. */
export async function listOpenAlarms(db: Queryable, asked: AlarmsAsked & { readonly after: number }): Promise<readonly Alarm[]> {
  const rows = await selectWithin(db, asked)
    .where('settled_at', 'is', null)
    .where('id', '>', asked.after)
    .orderBy('id')
    .limit(asked.limit)
    .execute()
  return rows.map(toAlarm)
}

export async function listSettledAlarms(db: Queryable, asked: AlarmsAsked): Promise<readonly Alarm[]> {
  const rows = await selectWithin(db, asked)
    .where('settled_at', 'is not', null)
    .orderBy('settled_at', 'desc')
    .orderBy('id', 'desc')
    .limit(asked.limit)
    .execute()
  return rows.map(toAlarm)
}

/** What belongs to no customer is the box's own: seen by whoever sees all. */
function selectWithin(db: Queryable, { reach, filter = {} }: AlarmsAsked) {
  const { severity, whose } = filter
  const codes = alarmCodes.filter((code) => severity === undefined || findAlarmEntry(code)?.severity === severity)
  let known = db.selectFrom('alarms').selectAll().where('code', 'in', codes)
  if (whose === 'box') known = known.where('customer_id', 'is', null)
  else if (whose === 'customers') known = known.where('customer_id', 'is not', null)
  else if (whose !== undefined) known = known.where('customer_id', '=', whose)
  if (reach === 'all') return known
  return reach.length === 0 ? known.where(sql<boolean>`1 = 0`) : known.where('customer_id', 'in', reach)
}

export function toAlarm(row: Omit<AlarmRow, 'id' | `told_${string}`> & { readonly id: number }): Alarm {
  const { severity, title, hint, who } = findAlarmEntry(row.code)!
  return {
    alarmId: row.id,
    code: row.code,
    subject: row.subject,
    customerId: row.customer_id ?? undefined,
    deviceId: row.device_id ?? undefined,
    severity,
    title,
    hint,
    who,
    detail: row.detail,
    times: row.times,
    firstAt: row.first_at,
    lastAt: row.last_at,
    settledAt: row.settled_at ?? undefined,
  }
}
