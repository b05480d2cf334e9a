import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { countHolders } from '../subscriptions/subscriptions-table.ts'
import { foldText, parseDisplayText } from '../text/display-text.ts'
import { type Plan, type PlanTerms, sortedFeatures, termsLimits } from './plan.ts'
import { PlanError } from './plan-error.ts'
import * as table from './plans-table.ts'

/** What a person types of a plan. */
export interface PlanWords extends PlanTerms {
  readonly name: string
  readonly validityDays: number | undefined
}

export interface HeldPlan {
  readonly plan: Plan
  /** Subscriptions that hold it, ended ones too. */
  readonly holders: number
}

export interface PlansService {
  readonly find: (planId: Id<'pln'>) => Promise<Plan | undefined>
  /** Whatever its case: `gold` is Gold. */
  readonly findNamed: (name: string) => Promise<Plan | undefined>
  readonly list: (page: { readonly afterPosition: number; readonly limit: number }) => Promise<readonly Plan[]>
  /** All of them, in their order. */
  readonly listHeld: () => Promise<readonly HeldPlan[]>
  /** At the end of the list. Throws PlanError `invalid-name`, `name-taken`, `too-many`. */
  readonly create: (words: PlanWords, actingAs: ActingAs) => Promise<Plan>
  /** For new sales; within the transaction of whoever changes it for holders, too. Throws PlanError. */
  readonly change: (
    tx: Transaction,
    change: { readonly planId: Id<'pln'>; readonly seenRevision: number; readonly words: PlanWords },
    actingAs: ActingAs,
  ) => Promise<Plan>
  /** No new sales, or sales again. Whoever has it keeps it. */
  readonly retire: (planId: Id<'pln'>, isRetired: boolean, actingAs: ActingAs) => Promise<void>
  /** One place up or down in the list. */
  readonly move: (planId: Id<'pln'>, direction: 'up' | 'down', actingAs: ActingAs) => Promise<void>
}

export function createPlansService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
}): PlansService {
  const { database, clock, randomness } = options
  const { kysely } = database

  const demandFreeName = async (tx: Transaction, typed: string, own?: Id<'pln'>): Promise<string> => {
    const name = parseDisplayText(typed, { maxCharacters: termsLimits.nameCharacters })
    if (name === undefined)
      throw new PlanError('invalid-name', `A name has 1 to ${termsLimits.nameCharacters} characters, all on one line.`)
    const other = await table.findPlanNamed(tx, name)
    if (other !== undefined && other.planId !== own) throw new PlanError('name-taken', `There is a plan ${other.name} already.`)
    return name
  }

  const getLocked = async (tx: Transaction, planId: Id<'pln'>): Promise<Plan> => {
    const plan = await table.findLockedPlan(tx, planId)
    if (plan === undefined) throw new PlanError('not-found', 'There is no such plan.')
    return plan
  }

  const audit = (
    tx: Transaction,
    plan: Plan,
    action: 'plan.created' | 'plan.changed' | 'plan.retired' | 'plan.sold-again' | 'plan.moved',
    actingAs: ActingAs,
  ) => {
    const { name, quotaBytes, devicesMax } = plan
    const detail = { name, quotaBytes, devicesMax, rules: JSON.stringify(plan.retention) }
    return insertAudit(tx, { ...actingAs, at: clock.now(), action, objectId: plan.planId, detail })
  }

  return {
    find: (planId) => table.findPlan(kysely, planId),
    findNamed: (name) => table.findPlanNamed(kysely, foldText(name)),
    list: (page) => table.listPlans(kysely, page),
    listHeld: async () => {
      const [plans, holders] = [await table.listAllPlans(kysely), await countHolders(kysely)]
      return plans.map((plan) => ({ plan, holders: holders.get(plan.planId) ?? 0 }))
    },
    create: (words, actingAs) =>
      database.transaction(async (tx) => {
        const all = await table.listAllPlans(tx)
        if (all.length >= table.maxPlans) throw new PlanError('too-many', `A box has at most ${table.maxPlans} plans.`)
        const plan: Plan = {
          ...words,
          name: await demandFreeName(tx, words.name),
          features: sortedFeatures(words.features),
          planId: newId('pln', randomness),
          position: Math.max(-1, ...all.map(({ position }) => position)) + 1,
          retiredAt: undefined,
          revision: 1,
        }
        await table.insertPlan(tx, plan, clock.now())
        await audit(tx, plan, 'plan.created', actingAs)
        return plan
      }),
    change: async (tx, { planId, seenRevision, words }, actingAs) => {
      const before = await getLocked(tx, planId)
      if (before.revision !== seenRevision)
        throw new PlanError(
          'changed-meanwhile',
          `The plan ${before.name} was changed by somebody else meanwhile. Look at it again.`,
        )
      const name = await demandFreeName(tx, words.name, planId)
      const after = { ...before, ...words, name, features: sortedFeatures(words.features), revision: before.revision + 1 }
      await table.updatePlan(tx, after)
      await audit(tx, after, 'plan.changed', actingAs)
      return after
    },
    retire: (planId, isRetired, actingAs) =>
      database.transaction(async (tx) => {
        const before = await getLocked(tx, planId)
        if ((before.retiredAt !== undefined) === isRetired) return
        const after = { ...before, retiredAt: isRetired ? clock.now() : undefined, revision: before.revision + 1 }
        await table.updatePlan(tx, after)
        await audit(tx, after, isRetired ? 'plan.retired' : 'plan.sold-again', actingAs)
      }),
    move: (planId, direction, actingAs) =>
      database.transaction(async (tx) => {
        const all = await table.listAllPlans(tx)
        const from = all.findIndex((plan) => plan.planId === planId)
        const plan = all[from]
        if (plan === undefined) throw new PlanError('not-found', 'There is no such plan.')
        const to = direction === 'up' ? from - 1 : from + 1
        if (to < 0 || to >= all.length) return
        const order = all.toSpliced(from, 1).toSpliced(to, 0, plan)
        for (const [position, one] of order.entries())
          if (one.position !== position) await table.putPosition(tx, one.planId, position)
        await audit(tx, plan, 'plan.moved', actingAs)
      }),
  }
}
