import { type ActingAs, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Database, Transaction } from '../database/database.ts'
import { type Plan, termsOf } from '../plans/plan.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { newLicenceKey } from './licence-key.ts'
import { type Subscription, type SubscriptionState, stateAt, validUntilOf } from './subscription.ts'
import { noComputers, termsOfSubscription } from './subscription-change.ts'
import { insertChange } from './subscription-changes-table.ts'
import * as table from './subscriptions-table.ts'
import type { TimeZoneOf } from './time-zone-of.ts'

export interface SubscriptionsService {
  /** A customer's copy of a plan's terms, from now on. Within somebody's transaction. */
  readonly insert: (
    transaction: Transaction,
    sale: { readonly customerId: Id<'cus'>; readonly plan: Plan; readonly validityDays: number | undefined },
    actingAs: ActingAs,
  ) => Promise<Subscription>
  readonly find: (id: Id<'sub'>) => Promise<Subscription | undefined>
  readonly stateNow: (subscription: Subscription) => SubscriptionState
  /** Holds the row until the transaction ends, so that what is counted against its limits is counted alone. */
  readonly findLocked: (transaction: Transaction, id: Id<'sub'>) => Promise<Subscription | undefined>
  /** Oldest first. */
  readonly listOfCustomer: (customerId: Id<'cus'>) => Promise<readonly Subscription[]>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly Subscription[]>
}

export function createSubscriptionsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly timeZoneOf: TimeZoneOf
}): SubscriptionsService {
  const { database, clock, randomness, timeZoneOf } = options
  const { kysely } = database
  return {
    insert: async (transaction, { customerId, plan, validityDays }, actingAs) => {
      const nowMs = clock.now()
      const timeZone = await timeZoneOf(transaction, customerId)
      const subscription: Subscription = {
        subscriptionId: newId('sub', randomness),
        licenceKey: newLicenceKey(randomness),
        customerId,
        planId: plan.planId,
        planName: plan.name,
        validFrom: nowMs,
        validUntil: validUntilOf({ validFrom: nowMs, validityDays, timeZone }),
        timeZone,
        accepting: { kind: 'on' },
        ...termsOf(plan),
        createdAt: nowMs,
      }
      await table.insertSubscription(transaction, subscription)
      await insertChange(transaction, {
        changeId: newId('chg', randomness),
        subscriptionId: subscription.subscriptionId,
        customerId,
        kind: 'sold',
        planEdit: undefined,
        at: nowMs,
        by: actorName(actingAs.actor),
        before: undefined,
        after: termsOfSubscription(subscription),
        computers: noComputers,
        undoUntil: undefined,
      })
      const entry = { at: nowMs, action: 'subscription.created', objectId: subscription.subscriptionId, customerId } as const
      await insertAudit(transaction, { ...actingAs, ...entry, detail: { plan: plan.name, licenceKey: subscription.licenceKey } })
      return subscription
    },
    find: (id) => table.findSubscription(kysely, id),
    stateNow: (subscription) => stateAt(subscription, clock.now()),
    findLocked: (transaction, id) => table.findLockedSubscription(transaction, id),
    listOfCustomer: (customerId) => table.listSubscriptionsOfCustomer(kysely, customerId),
    list: (page) => table.listSubscriptions(kysely, page),
  }
}
