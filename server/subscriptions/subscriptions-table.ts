import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Subscription } from './subscription.ts'

export interface SubscriptionRow {
  readonly id: Id<'sub'>
  readonly licence_key: string
  readonly customer_id: Id<'cus'>
  readonly plan_id: Id<'pln'>
  readonly valid_from: number
  readonly valid_until: number | null
  readonly grace_days: number
  readonly quota_bytes: number
  readonly devices_max: number
  readonly accepts_backups: number
  readonly switched_off_reason: string | null
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly subscriptions: SubscriptionRow
  }
}

export async function insertSubscription(db: Queryable, subscription: Omit<Subscription, 'planName'>): Promise<void> {
  const { accepting } = subscription
  await db
    .insertInto('subscriptions')
    .values({
      id: subscription.subscriptionId,
      licence_key: subscription.licenceKey,
      customer_id: subscription.customerId,
      plan_id: subscription.planId,
      valid_from: subscription.validFrom,
      valid_until: subscription.validUntil ?? null,
      grace_days: subscription.graceDays,
      quota_bytes: subscription.quotaBytes,
      devices_max: subscription.devicesMax,
      accepts_backups: accepting.kind === 'on' ? 1 : 0,
      switched_off_reason: accepting.kind === 'off' ? accepting.reason : null,
      created_at: subscription.createdAt,
    })
    .execute()
}

export async function findSubscription(db: Queryable, id: Id<'sub'>): Promise<Subscription | undefined> {
  const row = await selectSubscriptions(db).where('subscriptions.id', '=', id).executeTakeFirst()
  return row && toSubscription(row)
}

/** Holds the row until the transaction ends: whoever counts against its limits counts alone. */
export async function findLockedSubscription(transaction: Transaction, id: Id<'sub'>): Promise<Subscription | undefined> {
  await transaction.selectFrom('subscriptions').select('id').where('id', '=', id).forUpdate().execute()
  return findSubscription(transaction, id)
}

/** Oldest first. */
export async function listSubscriptionsOfCustomer(db: Queryable, customerId: Id<'cus'>): Promise<readonly Subscription[]> {
  const rows = await selectSubscriptions(db)
    .where('subscriptions.customer_id', '=', customerId)
    .orderBy('subscriptions.created_at')
    .orderBy('subscriptions.id')
    .limit(maxSubscriptionsPerCustomer)
    .execute()
  return rows.map(toSubscription)
}

const maxSubscriptionsPerCustomer = 1000

export async function listSubscriptions(
  db: Queryable,
  page: { readonly reach: CustomerReach; readonly after: string | undefined; readonly limit: number },
): Promise<readonly Subscription[]> {
  const { reach, after, limit } = page
  if (reach !== 'all' && reach.length === 0) return []
  let query = selectSubscriptions(db).orderBy('subscriptions.id').limit(limit)
  if (after !== undefined) query = query.where('subscriptions.id', '>', after as Id<'sub'>)
  if (reach !== 'all') query = query.where('subscriptions.customer_id', 'in', reach)
  return (await query.execute()).map(toSubscription)
}

function selectSubscriptions(db: Queryable) {
  return db
    .selectFrom('subscriptions')
    .innerJoin('plans', 'plans.id', 'subscriptions.plan_id')
    .selectAll('subscriptions')
    .select('plans.name as plan_name')
}

function toSubscription(row: SubscriptionRow & { readonly plan_name: string }): Subscription {
  return {
    subscriptionId: row.id,
    licenceKey: row.licence_key,
    customerId: row.customer_id,
    planId: row.plan_id,
    planName: row.plan_name,
    validFrom: row.valid_from,
    validUntil: row.valid_until ?? undefined,
    graceDays: row.grace_days,
    quotaBytes: row.quota_bytes,
    devicesMax: row.devices_max,
    accepting: row.accepts_backups === 1 ? { kind: 'on' } : { kind: 'off', reason: row.switched_off_reason ?? '' },
    createdAt: row.created_at,
  }
}
