import type { Database } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Plan } from './plan.ts'
import * as table from './plans-table.ts'

export interface PlansService {
  readonly find: (planId: Id<'pln'>) => Promise<Plan | undefined>
  /** Whatever its case: `gold` is Gold. */
  readonly findNamed: (name: string) => Promise<Plan | undefined>
  readonly list: (page: { readonly afterPosition: number; readonly limit: number }) => Promise<readonly Plan[]>
}

export function createPlansService({ database }: { readonly database: Database }): PlansService {
  const { kysely } = database
  return {
    find: (planId) => table.findPlan(kysely, planId),
    findNamed: (name) => table.findPlanNamed(kysely, name),
    list: (page) => table.listPlans(kysely, page),
  }
}
