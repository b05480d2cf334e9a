import { z } from 'zod'
import { switchCauses } from '../backup-switches/backup-switch.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { planTermsSchema } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import { type ChangeKind, type SubscriptionChange, type SubscriptionTerms, undoStateAt } from './subscription-change.ts'

export interface SubscriptionChangeRow {
  readonly id: Id<'chg'>
  readonly subscription_id: Id<'sub'>
  readonly customer_id: Id<'cus'>
  readonly kind: ChangeKind
  readonly plan_edit: Id<'ple'> | null
  readonly at: number
  readonly by_whom: string
  readonly terms_before: string | null
  readonly terms_after: string
  readonly computers: string
  readonly undo_until: number | null
  readonly undone_at: number | null
  readonly undone_by: string | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly subscription_changes: SubscriptionChangeRow
  }
}

export type NewChange = Omit<SubscriptionChange, 'undo'> & { readonly undoUntil: number | undefined }

export async function insertChange(tx: Transaction, change: NewChange): Promise<void> {
  await tx
    .insertInto('subscription_changes')
    .values({
      id: change.changeId,
      subscription_id: change.subscriptionId,
      customer_id: change.customerId,
      kind: change.kind,
      plan_edit: change.planEdit ?? null,
      at: change.at,
      by_whom: change.by,
      terms_before: change.before === undefined ? null : JSON.stringify(change.before),
      terms_after: JSON.stringify(change.after),
      computers: JSON.stringify(change.computers),
      undo_until: change.undoUntil ?? null,
      undone_at: null,
      undone_by: null,
    })
    .execute()
}

/** False when it had been undone already. */
export async function markUndone(
  tx: Transaction,
  undone: { readonly changeId: Id<'chg'>; readonly at: number; readonly by: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('subscription_changes')
    .set({ undone_at: undone.at, undone_by: undone.by })
    .where('id', '=', undone.changeId)
    .where('undone_at', 'is', null)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

export async function findChange(db: Queryable, changeId: Id<'chg'>, nowMs: number): Promise<SubscriptionChange | undefined> {
  const row = await db.selectFrom('subscription_changes').selectAll().where('id', '=', changeId).executeTakeFirst()
  return row && toChange(row, nowMs)
}

/** The newest first. */
export async function listChanges(
  db: Queryable,
  asked: { readonly subscriptionId: Id<'sub'>; readonly limit: number; readonly nowMs: number },
): Promise<readonly SubscriptionChange[]> {
  const rows = await db
    .selectFrom('subscription_changes')
    .selectAll()
    .where('subscription_id', '=', asked.subscriptionId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(asked.limit)
    .execute()
  return rows.map((row) => toChange(row, asked.nowMs))
}

/** What an edit of a plan did to those who hold it. */
export async function listChangesOfEdit(
  db: Queryable,
  planEdit: Id<'ple'>,
  nowMs: number,
): Promise<readonly SubscriptionChange[]> {
  const rows = await db
    .selectFrom('subscription_changes')
    .selectAll()
    .where('plan_edit', '=', planEdit)
    .orderBy('id')
    .limit(maxChangesOfEdit)
    .execute()
  return rows.map((row) => toChange(row, nowMs))
}

const maxChangesOfEdit = 10_000

const termsSchema = planTermsSchema.unwrap().extend({
  planId: z.custom<Id<'pln'>>((value) => typeof value === 'string'),
  planName: z.string(),
  validFrom: z.number(),
  validUntil: z.number().optional(),
  timeZone: z.string(),
})

const deviceId = z.custom<Id<'dev'>>((value) => typeof value === 'string')
const switchSchema = z.object({
  kind: z.literal('off'),
  deviceId,
  cause: z.enum(switchCauses),
  reason: z.string(),
  sinceMs: z.number(),
  untilMs: z
    .number()
    .optional()
    .transform((untilMs) => untilMs),
  by: z.string(),
})
const computersSchema = z.object({
  stopped: z.array(z.object({ deviceId, before: switchSchema.nullable() })),
  resumed: z.array(switchSchema),
})

function toChange(row: SubscriptionChangeRow, nowMs: number): SubscriptionChange {
  const undone = row.undone_at === null ? undefined : { at: row.undone_at, by: row.undone_by ?? '' }
  return {
    changeId: row.id,
    subscriptionId: row.subscription_id,
    customerId: row.customer_id,
    kind: row.kind,
    planEdit: row.plan_edit ?? undefined,
    at: row.at,
    by: row.by_whom,
    before: row.terms_before === null ? undefined : readTerms(row.terms_before),
    after: readTerms(row.terms_after),
    computers: computersSchema.parse(JSON.parse(row.computers)),
    undo: undoStateAt({ undoUntil: row.undo_until ?? undefined, undone }, nowMs),
  }
}

function readTerms(json: string): SubscriptionTerms {
  const { validUntil, ...terms } = termsSchema.parse(JSON.parse(json))
  return { ...terms, validUntil }
}
