import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { foldText } from '../text/display-text.ts'
import { type Plan, retentionSchema } from './plan.ts'

export interface PlanRow {
  readonly id: Id<'pln'>
  readonly name: string
  readonly name_folded: string
  readonly position: number
  readonly quota_bytes: number
  readonly devices_max: number
  readonly retention: string
  readonly validity_days: number | null
  readonly grace_days: number
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly plans: PlanRow
  }
}

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

function toPlan(row: PlanRow | undefined): Plan | undefined {
  if (row === undefined) return undefined
  return {
    planId: row.id,
    name: row.name,
    position: row.position,
    quotaBytes: row.quota_bytes,
    devicesMax: row.devices_max,
    retention: retentionSchema.parse(JSON.parse(row.retention)),
    validityDays: row.validity_days ?? undefined,
    graceDays: row.grace_days,
  }
}
