import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { foldText } from '../text/display-text.ts'
import type { Plan } from './plan.ts'
import { columnsOfTerms, type TermsColumns, termsOfColumns } from './terms-columns.ts'

export interface PlanRow extends TermsColumns {
  readonly id: Id<'pln'>
  readonly name: string
  readonly name_folded: string
  readonly position: number
  readonly validity_days: number | null
  readonly retired_at: number | null
  readonly revision: number
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly plans: PlanRow
  }
}

/** An office sells a handful; a list of more would help nobody. */
export const maxPlans = 200

export async function findPlan(db: Queryable, planId: Id<'pln'>): Promise<Plan | undefined> {
  return toPlan(await db.selectFrom('plans').selectAll().where('id', '=', planId).executeTakeFirst())
}

export async function findPlanNamed(db: Queryable, name: string): Promise<Plan | undefined> {
  return toPlan(await db.selectFrom('plans').selectAll().where('name_folded', '=', foldText(name)).executeTakeFirst())
}

export async function listPlans(
  db: Queryable,
  page: { readonly afterPosition: number; readonly limit: number },
): Promise<readonly Plan[]> {
  const query = db
    .selectFrom('plans')
    .selectAll()
    .where('position', '>', page.afterPosition)
    .orderBy('position')
    .limit(page.limit)
  return (await query.execute()).flatMap((row) => toPlan(row) ?? [])
}

/** Holds the row until the transaction ends. */
export async function findLockedPlan(tx: Transaction, planId: Id<'pln'>): Promise<Plan | undefined> {
  return toPlan(await tx.selectFrom('plans').selectAll().where('id', '=', planId).forUpdate().executeTakeFirst())
}

/** Every plan there is, in its order: those not sold any more too. */
export async function listAllPlans(db: Queryable): Promise<readonly Plan[]> {
  const rows = await db.selectFrom('plans').selectAll().orderBy('position').orderBy('id').limit(maxPlans).execute()
  return rows.flatMap((row) => toPlan(row) ?? [])
}

export async function insertPlan(tx: Transaction, plan: Plan, createdAt: number): Promise<void> {
  await tx
    .insertInto('plans')
    .values({ id: plan.planId, position: plan.position, created_at: createdAt, ...columnsOfPlan(plan) })
    .execute()
}

export async function updatePlan(tx: Transaction, plan: Plan): Promise<void> {
  await tx.updateTable('plans').set(columnsOfPlan(plan)).where('id', '=', plan.planId).execute()
}

export async function putPosition(tx: Transaction, planId: Id<'pln'>, position: number): Promise<void> {
  await tx.updateTable('plans').set({ position }).where('id', '=', planId).execute()
}

function columnsOfPlan(plan: Plan) {
  return {
    name: plan.name,
    name_folded: foldText(plan.name),
    validity_days: plan.validityDays ?? null,
    retired_at: plan.retiredAt ?? null,
    revision: plan.revision,
    ...columnsOfTerms(plan),
  }
}

function toPlan(row: PlanRow | undefined): Plan | undefined {
  if (row === undefined) return undefined
  return {
    planId: row.id,
    name: row.name,
    position: row.position,
    validityDays: row.validity_days ?? undefined,
    retiredAt: row.retired_at ?? undefined,
    revision: row.revision,
    ...termsOfColumns(row),
  }
}
