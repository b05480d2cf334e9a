/**
 * What is done with licences: sold, renewed, ended, moved to another plan, and had back. Each act is one transaction: the
 * subscription, its history, the rules that are held, the computers that are stopped, the audit and the letters, or nothing of it.
 */
import { type ActingAs, type AuditAction, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import { type Plan, type PlanTerms, termsOf } from '../plans/plan.ts'
import { findPlan } from '../plans/plans-table.ts'
import { deleteHeldOfChange, holdRules } from '../retention/held-rules-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { listOwnersOf, listStaff } from './addressees-table.ts'
import { startOfDay } from './calendar-days.ts'
import { demandPlaces, resumeComputers, stopComputers, turnBack } from './change-computers.ts'
import { LicenceError } from './licence-error.ts'
import { askedLetter, changedLetter, renewedLetter, undoneLetter } from './licence-letters.ts'
import { renewedUntil, type Subscription } from './subscription.ts'
import {
  type ChangedComputers,
  type ChangeKind,
  noComputers,
  type SubscriptionChange,
  termsOfSubscription,
  undoWindowMs,
} from './subscription-change.ts'
import * as changes from './subscription-changes-table.ts'
import type { SubscriptionsService } from './subscriptions-service.ts'
import * as table from './subscriptions-table.ts'
import type { TimeZoneOf } from './time-zone-of.ts'

export type RenewalWish =
  /** For the plan's days, or a year where it has none. */
  | { readonly kind: 'extend' }
  /** Through that day of the customer's calendar, `2027-03-14`. */
  | { readonly kind: 'through'; readonly day: string }
  | { readonly kind: 'without-end' }

export interface PlanChange {
  readonly planId: Id<'pln'>
  /** What was rehearsed; another revision of the plan since then is refused. */
  readonly seenRevision: number
  /** Computers that stop, where the plan has no place for all. */
  readonly stop: readonly Id<'dev'>[]
  readonly writeToOwners: boolean
  /** What the rehearsal told, for the letter. */
  readonly told: { readonly going: number; readonly freedBytes: number | undefined }
}

export interface Licences {
  readonly sell: (
    sale: {
      readonly customerId: Id<'cus'>
      readonly planId: Id<'pln'>
      /** Instead of the plan's days. */
      readonly validity: RenewalWish
    },
    actingAs: ActingAs,
  ) => Promise<Subscription>
  readonly renew: (subscriptionId: Id<'sub'>, wish: RenewalWish, actingAs: ActingAs) => Promise<Subscription>
  /** At the end of today, without grace; or at once. Nothing is removed. */
  readonly end: (subscriptionId: Id<'sub'>, when: 'today' | 'now', actingAs: ActingAs) => Promise<Subscription>
  /** Throws LicenceError. */
  readonly changePlan: (subscriptionId: Id<'sub'>, change: PlanChange, actingAs: ActingAs) => Promise<SubscriptionChange>
  /** For a part of an edit of the plan itself; nothing where it was done already. */
  readonly changeTerms: (
    tx: Transaction,
    change: { readonly subscriptionId: Id<'sub'>; readonly planEdit: Id<'ple'>; readonly after: PlanTerms; readonly by: string },
  ) => Promise<void>
  /** Throws LicenceError `undo-over`, `undo-newer-first`. */
  readonly undo: (changeId: Id<'chg'>, actingAs: ActingAs) => Promise<void>
  /** An owner asks the staff for another plan. */
  readonly ask: (
    asked: {
      readonly subscription: Subscription
      readonly plan: Plan
      readonly customer: { readonly name: string; readonly number: string }
    },
    actingAs: ActingAs,
  ) => Promise<void>
  readonly listChanges: (subscriptionId: Id<'sub'>, limit: number) => Promise<readonly SubscriptionChange[]>
  readonly findChange: (changeId: Id<'chg'>) => Promise<SubscriptionChange | undefined>
  readonly listChangesOfEdit: (planEdit: Id<'ple'>) => Promise<readonly SubscriptionChange[]>
}

export interface LicencesOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly letters: LettersService
  readonly subscriptions: Pick<SubscriptionsService, 'insert'>
  readonly timeZoneOf: TimeZoneOf
}

/** What a renewal is where the plan has no days. */
const usualDays = 365
/** Enough to find a change that came after another within a week. */
const changesLookedAt = 200

export function createLicences(options: LicencesOptions): Licences {
  const { database, clock, randomness, letters, timeZoneOf } = options

  const getLocked = async (tx: Transaction, subscriptionId: Id<'sub'>): Promise<Subscription> => {
    const subscription = await table.findLockedSubscription(tx, subscriptionId)
    if (subscription === undefined) throw new LicenceError('not-found', 'There is no such subscription.')
    return subscription
  }

  const getPlan = async (tx: Transaction, planId: Id<'pln'>): Promise<Plan> => {
    const plan = await findPlan(tx, planId)
    if (plan === undefined) throw new LicenceError('plan-not-found', 'There is no such plan.')
    return plan
  }

  const getSold = async (tx: Transaction, planId: Id<'pln'>): Promise<Plan> => {
    const plan = await getPlan(tx, planId)
    if (plan.retiredAt !== undefined) throw new LicenceError('plan-retired', `The plan ${plan.name} is not sold any more.`)
    return plan
  }

  /** Saves what a subscription says now, with the row that tells of it. */
  const save = async (
    tx: Transaction,
    saved: {
      readonly before: Subscription
      readonly after: Subscription
      readonly kind: ChangeKind
      readonly by: string
      readonly planEdit?: Id<'ple'>
      readonly computers?: ChangedComputers
      readonly undoUntil?: number
    },
  ): Promise<Id<'chg'>> => {
    const { before, after } = saved
    const changeId = newId('chg', randomness)
    await table.updateSubscription(tx, after)
    await changes.insertChange(tx, {
      changeId,
      subscriptionId: after.subscriptionId,
      customerId: after.customerId,
      kind: saved.kind,
      planEdit: saved.planEdit,
      at: clock.now(),
      by: saved.by,
      before: termsOfSubscription(before),
      after: termsOfSubscription(after),
      computers: saved.computers ?? noComputers,
      undoUntil: saved.undoUntil,
    })
    return changeId
  }

  const audit = (
    tx: Transaction,
    subscription: Pick<Subscription, 'subscriptionId' | 'customerId'>,
    action: AuditAction,
    detail: Readonly<Record<string, string | number | boolean>>,
    actingAs: ActingAs,
  ) => {
    const { subscriptionId: objectId, customerId } = subscription
    return insertAudit(tx, { ...actingAs, at: clock.now(), action, objectId, customerId, detail })
  }

  const tellOwners = async (tx: Transaction, customerId: Id<'cus'>, letter: Parameters<LettersService['post']>[1]['letter']) => {
    for (const to of await listOwnersOf(tx, customerId)) await letters.post(tx, { to, letter, customerId })
  }

  /** Throws LicenceError `invalid-time`. */
  const wishedUntil = (
    wish: RenewalWish,
    of: { readonly validityDays: number | undefined; readonly validUntil: number | undefined; readonly timeZone: string },
  ): number | undefined => {
    const nowMs = clock.now()
    const { timeZone, validUntil } = of
    switch (wish.kind) {
      case 'without-end':
        return undefined
      case 'through': {
        const untilMs = midnightAfter(wish.day, timeZone)
        if (untilMs === undefined || untilMs <= nowMs || untilMs > nowMs + farthestMs)
          throw new LicenceError('invalid-time', 'The last day must be today or later, and within a hundred years.')
        return untilMs
      }
      case 'extend':
        return renewedUntil({ validUntil }, { validityDays: of.validityDays ?? usualDays, timeZone, nowMs })
      default:
        return wish satisfies never
    }
  }

  /** Moves a subscription to other terms, with the old rules held and the way back open. */
  const move = async (
    tx: Transaction,
    moved: {
      readonly before: Subscription
      readonly after: Subscription
      readonly kind: ChangeKind
      readonly by: string
      readonly planEdit?: Id<'ple'>
      readonly stop: readonly Id<'dev'>[]
    },
  ): Promise<Id<'chg'>> => {
    const { before, after, kind, by, planEdit, stop } = moved
    const nowMs = clock.now()
    const undoUntil = nowMs + undoWindowMs
    const stopped = await stopComputers(tx, { subscription: after, stop, nowMs, by })
    const resumed = await resumeComputers(tx, after)
    const changeId = await save(tx, {
      before,
      after,
      kind,
      by,
      ...(planEdit === undefined ? {} : { planEdit }),
      computers: { stopped, resumed },
      undoUntil,
    })
    await holdRules(tx, { objectId: after.subscriptionId, changeId, rules: before.retention, untilMs: undoUntil })
    return changeId
  }

  const undoIn = async (tx: Transaction, change: SubscriptionChange, by: string): Promise<Subscription> => {
    const { changeId, before, after } = change
    const subscription = await getLocked(tx, change.subscriptionId)
    const nowMs = clock.now()
    const [newest] = (
      await changes.listChanges(tx, { subscriptionId: change.subscriptionId, limit: changesLookedAt, nowMs })
    ).filter(({ kind, undo }) => undoableKinds.includes(kind) && undo.kind !== 'undone')
    const now = await changes.findChange(tx, changeId, nowMs)
    if (before === undefined || now?.undo.kind !== 'open')
      throw new LicenceError('undo-over', 'This change cannot be undone any more.')
    if (newest?.changeId !== changeId)
      throw new LicenceError('undo-newer-first', 'The plan was changed again since. Undo the newer change first.')
    const { planId, planName } = before
    const restored = { ...subscription, ...termsOf(before), planId, planName }
    await changes.markUndone(tx, { changeId, at: nowMs, by })
    await table.updateSubscription(tx, restored)
    await turnBack(tx, change.computers)
    await deleteHeldOfChange(tx, changeId)
    // What only the other plan kept is not let go the night after: somebody may think again.
    await holdRules(tx, {
      objectId: change.subscriptionId,
      changeId: undefined,
      rules: after.retention,
      untilMs: now.undo.untilMs,
    })
    return restored
  }

  return {
    sell: async ({ customerId, planId, validity }, actingAs) =>
      database.transaction(async (tx) => {
        const plan = await getSold(tx, planId)
        const timeZone = await timeZoneOf(tx, customerId)
        const sold = await options.subscriptions.insert(tx, { customerId, plan, validityDays: plan.validityDays }, actingAs)
        if (validity.kind === 'extend') return sold
        const validUntil = wishedUntil(validity, { validityDays: plan.validityDays, validUntil: undefined, timeZone })
        const dated = { ...sold, validUntil }
        await table.updateSubscription(tx, dated)
        return dated
      }),
    renew: async (subscriptionId, wish, actingAs) =>
      database.transaction(async (tx) => {
        const before = await getLocked(tx, subscriptionId)
        const { validityDays } = await getPlan(tx, before.planId)
        const timeZone = await timeZoneOf(tx, before.customerId)
        const validUntil = wishedUntil(wish, { validityDays, validUntil: before.validUntil, timeZone })
        // One that was ended has lost its days of grace.
        const { graceDays } = await getPlan(tx, before.planId)
        const after = { ...before, validUntil, timeZone, graceDays: Math.max(before.graceDays, graceDays) }
        await save(tx, { before, after, kind: 'renewed', by: actorName(actingAs.actor) })
        const detail = validUntil === undefined ? { until: 'without end' } : { until: validUntil }
        await audit(tx, after, 'subscription.renewed', detail, actingAs)
        await tellOwners(tx, after.customerId, renewedLetter(after, clock.now()))
        return after
      }),
    end: async (subscriptionId, when, actingAs) =>
      database.transaction(async (tx) => {
        const before = await getLocked(tx, subscriptionId)
        const nowMs = clock.now()
        const validUntil = when === 'now' ? nowMs : startOfDay(nowMs, before.timeZone, 1)
        const after = { ...before, validUntil, graceDays: 0 }
        await save(tx, { before, after, kind: 'ended', by: actorName(actingAs.actor) })
        await audit(tx, after, 'subscription.ended', { until: validUntil }, actingAs)
        return after
      }),
    changePlan: async (subscriptionId, change, actingAs) => {
      const by = actorName(actingAs.actor)
      return database.transaction(async (tx) => {
        const before = await getLocked(tx, subscriptionId)
        const plan = await getSold(tx, change.planId)
        if (plan.planId === before.planId) throw new LicenceError('same-plan', `This is the plan ${plan.name} already.`)
        if (plan.revision !== change.seenRevision)
          throw new LicenceError('changed-meanwhile', `The plan ${plan.name} was changed meanwhile. Look at the rehearsal again.`)
        const after = { ...before, ...termsOf(plan), planId: plan.planId, planName: plan.name }
        await demandPlaces(tx, after, change.stop)
        const changeId = await move(tx, { before, after, kind: 'plan-changed', by, stop: change.stop })
        await audit(
          tx,
          after,
          'subscription.plan-changed',
          { from: before.planName, to: after.planName, change: changeId },
          actingAs,
        )
        const done = (await changes.findChange(tx, changeId, clock.now()))!
        // Whoever rehearsed may hand over more than these two, terms among it.
        const { going, freedBytes } = change.told
        if (change.writeToOwners)
          await tellOwners(tx, after.customerId, changedLetter({ before, after, change: done, going, freedBytes }))
        return done
      })
    },
    changeTerms: async (tx, { subscriptionId, planEdit, after: terms, by }) => {
      const before = await getLocked(tx, subscriptionId)
      const known = await changes.listChanges(tx, { subscriptionId, limit: changesLookedAt, nowMs: clock.now() })
      if (known.some((change) => change.planEdit === planEdit)) return
      if (JSON.stringify(termsOf(before)) === JSON.stringify(termsOf(terms))) return
      const after = { ...before, ...termsOf(terms) }
      const changeId = await move(tx, { before, after, kind: 'terms-changed', by, planEdit, stop: [] })
      const done = (await changes.findChange(tx, changeId, clock.now()))!
      await tellOwners(
        tx,
        after.customerId,
        changedLetter({ before, after, change: done, going: undefined, freedBytes: undefined }),
      )
    },
    undo: async (changeId, actingAs) =>
      database.transaction(async (tx) => {
        const change = await changes.findChange(tx, changeId, clock.now())
        if (change === undefined) throw new LicenceError('not-found', 'There is no such change.')
        const restored = await undoIn(tx, change, actorName(actingAs.actor))
        await audit(tx, restored, 'subscription.change-undone', { change: changeId, plan: restored.planName }, actingAs)
        await tellOwners(tx, change.customerId, undoneLetter({ change, restored }))
      }),
    ask: async ({ subscription, plan, customer }, actingAs) =>
      database.transaction(async (tx) => {
        const { customerId, subscriptionId, planName } = subscription
        const letter = askedLetter({ subscription, plan, customer, by: actorName(actingAs.actor) })
        const day = Math.floor(clock.now() / dayMs)
        for (const to of await listStaff(tx)) {
          const dedupeKey = `plan-asked:${subscriptionId}:${plan.planId}:${day}:${to.email}`.slice(0, maxDedupeCharacters)
          await letters.post(tx, { to, letter, customerId, dedupeKey })
        }
        await audit(tx, subscription, 'subscription.plan-asked', { from: planName, to: plan.name }, actingAs)
      }),
    listChanges: (subscriptionId, limit) => changes.listChanges(database.kysely, { subscriptionId, limit, nowMs: clock.now() }),
    findChange: (changeId) => changes.findChange(database.kysely, changeId, clock.now()),
    listChangesOfEdit: (planEdit) => changes.listChangesOfEdit(database.kysely, planEdit, clock.now()),
  }
}

const undoableKinds: readonly ChangeKind[] = ['plan-changed', 'terms-changed']
const dayMs = 24 * 60 * 60 * 1000
const farthestMs = 100 * 366 * dayMs
const maxDedupeCharacters = 190

/** Undefined for what is no day. */
function midnightAfter(day: string, timeZone: string): number | undefined {
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds
  } catch {
    return undefined
  }
}
