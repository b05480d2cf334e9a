/**
 * Rules that are asked besides the ones that hold: until a change can no longer be undone, nothing goes that the rules before it keep.
 * They belong to a plan of a customer, or to one computer.
 */
import type { Generated } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import { type Retention, retentionSchema } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'

export interface HeldRulesRow {
  readonly id: Generated<number>
  readonly object_id: Id<'sub'> | Id<'dev'>
  readonly change_id: Id<'chg'> | null
  /** Of a computer that was moved here and can be moved back. */
  readonly moved_from: Generated<Id<'sub'> | null>
  readonly rules: string
  readonly until_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly held_rules: HeldRulesRow
  }
}

/** More changes than this in a week are somebody's script; the newest are held. */
const maxHeld = 100

export async function listHeldRules(
  db: Queryable,
  of: { readonly objectIds: readonly (Id<'sub'> | Id<'dev'>)[]; readonly nowMs: number },
): Promise<readonly { readonly rules: Retention; readonly untilMs: number }[]> {
  const rows = await db
    .selectFrom('held_rules')
    .select(['rules', 'until_at'])
    .where('object_id', 'in', of.objectIds)
    .where('until_at', '>', of.nowMs)
    .orderBy('id', 'desc')
    .limit(maxHeld)
    .execute()
  return rows.map((row) => ({ rules: retentionSchema.parse(JSON.parse(row.rules)), untilMs: row.until_at }))
}

/** Whoever moves a computer to other rules, or changes those it has, holds the ones before. */
export async function holdRules(
  tx: Transaction,
  held: {
    readonly objectId: Id<'sub'> | Id<'dev'>
    readonly changeId: Id<'chg'> | undefined
    readonly movedFrom?: Id<'sub'>
    readonly rules: Retention
    readonly untilMs: number
  },
): Promise<void> {
  const { changeId = null, movedFrom = null } = held
  const row = { object_id: held.objectId, change_id: changeId, moved_from: movedFrom, rules: JSON.stringify(held.rules) }
  await tx
    .insertInto('held_rules')
    .values({ ...row, until_at: held.untilMs })
    .execute()
}

/** The newest move of a computer that can still be taken back. */
export async function findOpenMove(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly nowMs: number },
): Promise<{ readonly changeId: Id<'chg'>; readonly fromId: Id<'sub'>; readonly untilMs: number } | undefined> {
  const row = await db
    .selectFrom('held_rules')
    .select(['change_id', 'moved_from', 'until_at'])
    .where('object_id', '=', of.deviceId)
    .where('until_at', '>', of.nowMs)
    .where('moved_from', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.change_id === null || row.moved_from === null) return undefined
  return { changeId: row.change_id, fromId: row.moved_from, untilMs: row.until_at }
}

/** It was taken back. Its rules stay: a run of the night that asked just before still finds them. */
export async function closeMove(tx: Transaction, changeId: Id<'chg'>): Promise<void> {
  await tx.updateTable('held_rules').set({ moved_from: null }).where('change_id', '=', changeId).execute()
}

/** Those that are over are of no use to anybody. */
export async function deleteHeldBefore(db: Queryable, beforeMs: number): Promise<void> {
  await db.deleteFrom('held_rules').where('until_at', '<=', beforeMs).execute()
}

export async function deleteHeldOfChange(tx: Transaction, changeId: Id<'chg'>): Promise<void> {
  await tx.deleteFrom('held_rules').where('change_id', '=', changeId).execute()
}
