import { z } from 'zod'
import type { Queryable, Transaction } from '../database/database.ts'
import { planTermsSchema } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import type { PlanEdit, PlanEditState, RehearsedHolder } from './plan-edit.ts'

export interface PlanEditRow {
  readonly id: Id<'ple'>
  readonly plan_id: Id<'pln'>
  readonly state: PlanEditState
  readonly at: number
  readonly by_whom: string
  readonly plan_before: string
  readonly plan_after: string
  readonly holders: string
  readonly applied_at: number | null
  readonly undone_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly plan_edits: PlanEditRow
  }
}

export async function insertEdit(tx: Transaction, edit: PlanEdit): Promise<void> {
  await tx
    .insertInto('plan_edits')
    .values({
      id: edit.editId,
      plan_id: edit.planId,
      state: edit.state,
      at: edit.at,
      by_whom: edit.by,
      plan_before: JSON.stringify(edit.before),
      plan_after: JSON.stringify(edit.after),
      holders: JSON.stringify(edit.holders),
      applied_at: null,
      undone_at: null,
    })
    .execute()
}

export async function findEdit(db: Queryable, editId: Id<'ple'>): Promise<PlanEdit | undefined> {
  const row = await db.selectFrom('plan_edits').selectAll().where('id', '=', editId).executeTakeFirst()
  return row && toEdit(row)
}

/** The oldest that waits for the box. */
export async function findPendingEdit(db: Queryable): Promise<PlanEdit | undefined> {
  const row = await db
    .selectFrom('plan_edits')
    .selectAll()
    .where('state', 'in', ['rehearsing', 'applying'])
    .orderBy('at')
    .limit(1)
    .executeTakeFirst()
  return row && toEdit(row)
}

/** The newest first. */
export async function listEdits(db: Queryable, planId: Id<'pln'>, limit: number): Promise<readonly PlanEdit[]> {
  const rows = await db
    .selectFrom('plan_edits')
    .selectAll()
    .where('plan_id', '=', planId)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toEdit)
}

/** From one state only: two people who press the same button do it once. False when it was in another. */
export async function moveEdit(
  db: Queryable,
  moved: {
    readonly editId: Id<'ple'>
    readonly from: PlanEditState
    readonly to: PlanEditState
    readonly holders?: readonly RehearsedHolder[]
    readonly nowMs: number
  },
): Promise<boolean> {
  const result = await db
    .updateTable('plan_edits')
    .set({
      state: moved.to,
      ...(moved.holders === undefined ? {} : { holders: JSON.stringify(moved.holders) }),
      ...(moved.to === 'applied' ? { applied_at: moved.nowMs } : {}),
      ...(moved.to === 'undone' ? { undone_at: moved.nowMs } : {}),
    })
    .where('id', '=', moved.editId)
    .where('state', '=', moved.from)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

const wordsSchema = planTermsSchema.unwrap().extend({
  name: z.string(),
  validityDays: z
    .number()
    .optional()
    .transform((days) => days),
})
const beforeSchema = wordsSchema.extend({ revision: z.number() })
const holdersSchema = z.array(z.custom<RehearsedHolder>((value) => typeof value === 'object' && value !== null))

function toEdit(row: PlanEditRow): PlanEdit {
  const before = beforeSchema.parse(JSON.parse(row.plan_before))
  const after = wordsSchema.parse(JSON.parse(row.plan_after))
  return {
    editId: row.id,
    planId: row.plan_id,
    state: row.state,
    at: row.at,
    by: row.by_whom,
    before: { ...before, validityDays: before.validityDays },
    after: { ...after, validityDays: after.validityDays },
    holders: holdersSchema.parse(JSON.parse(row.holders)),
    appliedAt: row.applied_at ?? undefined,
    undoneAt: row.undone_at ?? undefined,
  }
}
