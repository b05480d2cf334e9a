/** How far alarms have been told: what was raised and not told yet, and what is over and was told when it began. */
import { sql } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Alarm } from './alarm.ts'
import { type AlarmCode, alarmCodes } from './alarm-catalogue.ts'
import { toAlarm } from './alarms-table.ts'

/** One that comes and goes is told again only after `quietMs`. */
export async function listUntoldRaised(
  db: Queryable,
  asked: { readonly nowMs: number; readonly quietMs: number; readonly limit: number },
): Promise<readonly Alarm[]> {
  const rows = await db
    .selectFrom('alarms')
    .selectAll()
    .where('code', 'in', alarmCodes as readonly AlarmCode[])
    .where('settled_at', 'is', null)
    .where(sql<boolean>`(told_first_at IS NULL OR (told_first_at <> first_at AND told_at <= ${asked.nowMs - asked.quietMs}))`)
    .orderBy('id')
    .limit(asked.limit)
    .execute()
  return rows.map(toAlarm)
}

/** Over, and people were told that it began. What came and went before anybody was told is not worth a letter. */
export async function listUntoldSettled(db: Queryable, limit: number): Promise<readonly Alarm[]> {
  const rows = await db
    .selectFrom('alarms')
    .selectAll()
    .where('code', 'in', alarmCodes as readonly AlarmCode[])
    .where('settled_at', 'is not', null)
    .where(sql<boolean>`told_first_at = first_at AND (told_settled_at IS NULL OR told_settled_at <> settled_at)`)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toAlarm)
}

export async function markRaisedTold(tx: Transaction, { alarmId, firstAt }: Alarm, nowMs: number): Promise<void> {
  await tx.updateTable('alarms').set({ told_first_at: firstAt, told_at: nowMs }).where('id', '=', alarmId).execute()
}

export async function markSettledTold(tx: Transaction, { alarmId, settledAt }: Alarm): Promise<void> {
  await tx
    .updateTable('alarms')
    .set({ told_settled_at: settledAt ?? null })
    .where('id', '=', alarmId)
    .execute()
}

/** When anything was told last. */
export async function findLastTold(db: Queryable): Promise<number | undefined> {
  const row = await db
    .selectFrom('alarms')
    .select(({ fn }) => fn.max<number | null>('told_at').as('at'))
    .executeTakeFirst()
  return row?.at ?? undefined
}

export async function findCustomerNames(db: Queryable, ids: readonly Id<'cus'>[]): Promise<ReadonlyMap<Id<'cus'>, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('customers').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
