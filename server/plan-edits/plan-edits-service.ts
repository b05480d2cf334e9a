/** Starts, applies and undoes edits of plans for those who hold them; the long parts are done by its chore, which a crash only delays. */
import { type ActingAs, actorName } from '../audit/audit.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import { type Plan, termsOf } from '../plans/plan.ts'
import { PlanError } from '../plans/plan-error.ts'
import type { PlansService, PlanWords } from '../plans/plans-service.ts'
import { placesOver, usedAfter } from '../rehearsals/rehearsal.ts'
import type { Rehearse } from '../rehearsals/rehearse.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { LicenceError } from '../subscriptions/licence-error.ts'
import type { Licences } from '../subscriptions/licences-service.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { listSubscriptionsOfPlan } from '../subscriptions/subscriptions-table.ts'
import { type PlanEdit, type RehearsedHolder, undoUntil } from './plan-edit.ts'
import * as table from './plan-edits-table.ts'

export interface PlanEdits {
  /** Begins to rehearse; the chore goes on. Throws PlanError `changed-meanwhile`. */
  readonly start: (plan: Plan, seenRevision: number, words: PlanWords, actingAs: ActingAs) => Promise<Id<'ple'>>
  /** The plan alone: whoever has it keeps what was sold. Throws PlanError. */
  readonly forNewSales: (
    change: { readonly planId: Id<'pln'>; readonly seenRevision: number; readonly words: PlanWords },
    actingAs: ActingAs,
  ) => Promise<Plan>
  readonly find: (editId: Id<'ple'>) => Promise<PlanEdit | undefined>
  readonly list: (planId: Id<'pln'>, limit: number) => Promise<readonly PlanEdit[]>
  /** Changes the plan at once and its holders by the chore. Throws PlanError `edit-not-ready`, `changed-meanwhile`, `name-taken`. */
  readonly apply: (edit: PlanEdit, actingAs: ActingAs) => Promise<void>
  /** For the plan and for every holder whose change is still the newest. Throws PlanError `edit-not-ready`. */
  readonly undo: (edit: PlanEdit, actingAs: ActingAs) => Promise<{ readonly undone: number; readonly left: number }>
  readonly hasPending: () => Promise<boolean>
  /** What the chore does: the oldest pending edit, to its next state. False when nothing was pending. */
  readonly workOnOne: (work: {
    readonly signal: AbortSignal
    readonly onProgress: (done: number, total: number) => void
  }) => Promise<PlanEdit | undefined>
}

/** One account's bytes must not hold up two hundred others. */
const countBytesForMs = 20_000

export function createPlanEdits(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly plans: Pick<PlansService, 'change' | 'find'>
  readonly licences: Pick<Licences, 'changeTerms' | 'listChangesOfEdit' | 'undo'>
  readonly customers: Pick<CustomersService, 'findByIds'>
  readonly rehearse: Rehearse
}): PlanEdits {
  const { database, clock, randomness, plans, licences, customers, rehearse } = options
  const { kysely } = database

  const rehearseOne = async (subscription: Subscription, { after }: PlanEdit, signal: AbortSignal): Promise<RehearsedHolder> => {
    const { subscriptionId, customerId } = subscription
    const countUntil = AbortSignal.any([signal, AbortSignal.timeout(countBytesForMs)])
    const rehearsal = await rehearse(subscription, { ...termsOf(after), planName: after.name }, countUntil)
    const [customer] = await customers.findByIds([customerId])
    return {
      subscriptionId,
      customerId,
      customerName: customer?.name ?? '',
      customerNumber: customer === undefined ? '' : formatCustomerNumber(customer.number),
      going: rehearsal.going,
      staying: rehearsal.staying,
      freedBytes: rehearsal.freedBytes ?? null,
      usedAfterBytes: usedAfter(rehearsal),
      over: placesOver(rehearsal),
      fullAt: rehearsal.fullAt.after ?? null,
    }
  }

  const workOnOne: PlanEdits['workOnOne'] = async ({ signal, onProgress }) => {
    const edit = await table.findPendingEdit(kysely)
    if (edit === undefined) return undefined
    const { editId, planId, by } = edit
    const holders = await listSubscriptionsOfPlan(kysely, planId)
    const rehearsed: RehearsedHolder[] = []
    for (const [done, subscription] of holders.entries()) {
      signal.throwIfAborted()
      onProgress(done, holders.length)
      if (edit.state === 'rehearsing') rehearsed.push(await rehearseOne(subscription, edit, signal))
      else {
        const change = { subscriptionId: subscription.subscriptionId, planEdit: editId, after: edit.after, by }
        await database.transaction((tx) => licences.changeTerms(tx, change))
      }
    }
    signal.throwIfAborted()
    const nowMs = clock.now()
    if (edit.state === 'rehearsing')
      await table.moveEdit(kysely, { editId, from: 'rehearsing', to: 'rehearsed', holders: rehearsed, nowMs })
    else await table.moveEdit(kysely, { editId, from: 'applying', to: 'applied', nowMs })
    return edit
  }

  return {
    start: async (plan, seenRevision, words, actingAs) => {
      if (plan.revision !== seenRevision)
        throw new PlanError(
          'changed-meanwhile',
          `The plan ${plan.name} was changed by somebody else meanwhile. Look at it again.`,
        )
      const { name, validityDays, revision } = plan
      const edit: PlanEdit = {
        editId: newId('ple', randomness),
        planId: plan.planId,
        state: 'rehearsing',
        at: clock.now(),
        by: actorName(actingAs.actor),
        before: { ...termsOf(plan), name, validityDays, revision },
        after: words,
        holders: [],
        appliedAt: undefined,
        undoneAt: undefined,
      }
      await database.transaction((tx) => table.insertEdit(tx, edit))
      return edit.editId
    },
    forNewSales: (change, actingAs) => database.transaction((tx) => plans.change(tx, change, actingAs)),
    find: (editId) => table.findEdit(kysely, editId),
    list: (planId, limit) => table.listEdits(kysely, planId, limit),
    apply: ({ editId, planId, before, after }, actingAs) =>
      database.transaction(async (tx) => {
        const nowMs = clock.now()
        if (!(await table.moveEdit(tx, { editId, from: 'rehearsed', to: 'applying', nowMs })))
          throw new PlanError('edit-not-ready', 'This change is not waiting to be applied any more.')
        await plans.change(tx, { planId, seenRevision: before.revision, words: after }, actingAs)
      }),
    undo: async (edit, actingAs) => {
      const { editId, planId, before } = edit
      const nowMs = clock.now()
      if (undoUntil(edit, nowMs) === undefined) throw new PlanError('edit-not-ready', 'This change cannot be undone any more.')
      const found = await licences.listChangesOfEdit(editId)
      const open = found.filter(({ undo }) => undo.kind === 'open')
      let undone = 0
      for (const { changeId } of open) if (await tryUndo(() => licences.undo(changeId, actingAs))) undone += 1
      await database.transaction(async (tx) => {
        if (!(await table.moveEdit(tx, { editId, from: 'applied', to: 'undone', nowMs }))) return
        const plan = await plans.find(planId)
        // Somebody has changed the plan again since: that stays.
        if (plan?.revision !== before.revision + 1) return
        await plans.change(tx, { planId, seenRevision: plan.revision, words: before }, actingAs)
      })
      return { undone, left: open.length - undone }
    },
    hasPending: async () => (await table.findPendingEdit(kysely)) !== undefined,
    workOnOne,
  }
}

/** A customer whose plan was changed again since keeps the newer one. */
async function tryUndo(undo: () => Promise<void>): Promise<boolean> {
  try {
    await undo()
    return true
  } catch (error) {
    if (error instanceof LicenceError) return false
    throw error
  }
}
