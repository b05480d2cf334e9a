import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { columnsOfTerms, type TermsColumns, termsOfColumns } from '../plans/terms-columns.ts'
import type { Id } from '../runtime/ids.ts'
import type { Subscription } from './subscription.ts'

export interface SubscriptionRow extends Omit<TermsColumns, 'retention'> {
  readonly id: Id<'sub'>
  readonly licence_key: string
  readonly customer_id: Id<'cus'>
  readonly plan_id: Id<'pln'>
  readonly valid_from: number
  readonly valid_until: number | null
  readonly time_zone: string
  /** NULL in rows of before: those of the plan. */
  readonly retention: string | null
  readonly accepts_backups: number
  readonly switched_off_reason: string | null
  readonly switched_off_at: number | null
  readonly switched_off_until: number | null
  readonly switched_off_by: string | null
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly subscriptions: SubscriptionRow
  }
}

export async function insertSubscription(db: Queryable, subscription: Omit<Subscription, 'planName'>): Promise<void> {
  await db
    .insertInto('subscriptions')
    .values({
      id: subscription.subscriptionId,
      licence_key: subscription.licenceKey,
      customer_id: subscription.customerId,
      created_at: subscription.createdAt,
      ...changeableColumns(subscription),
    })
    .execute()
}

/** All but who holds it and its key. */
export async function updateSubscription(tx: Transaction, subscription: Omit<Subscription, 'planName'>): Promise<void> {
  await tx
    .updateTable('subscriptions')
    .set(changeableColumns(subscription))
    .where('id', '=', subscription.subscriptionId)
    .execute()
}

function changeableColumns(subscription: Omit<Subscription, 'planName'>) {
  const { accepting } = subscription
  const off = accepting.kind === 'off' ? accepting : undefined
  return {
    plan_id: subscription.planId,
    valid_from: subscription.validFrom,
    valid_until: subscription.validUntil ?? null,
    time_zone: subscription.timeZone,
    accepts_backups: off === undefined ? 1 : 0,
    switched_off_reason: off?.reason ?? null,
    switched_off_at: off?.sinceMs ?? null,
    switched_off_until: off?.untilMs ?? null,
    switched_off_by: off?.by ?? null,
    ...columnsOfTerms(subscription),
  }
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

/** How many subscriptions hold each plan; those that ended too, as they may be renewed. */
export async function countHolders(db: Queryable): Promise<ReadonlyMap<Id<'pln'>, number>> {
  const rows = await db
    .selectFrom('subscriptions')
    .select(['plan_id', ({ fn }) => fn.countAll<number>().as('holders')])
    .groupBy('plan_id')
    .execute()
  return new Map(rows.map((row) => [row.plan_id, row.holders]))
}

/** Who holds a plan, oldest first; those that ended too, as they may be renewed. */
export async function listSubscriptionsOfPlan(db: Queryable, planId: Id<'pln'>): Promise<readonly Subscription[]> {
  const rows = await selectSubscriptions(db)
    .where('subscriptions.plan_id', '=', planId)
    .orderBy('subscriptions.created_at')
    .orderBy('subscriptions.id')
    .limit(maxHoldersListed)
    .execute()
  return rows.map(toSubscription)
}

const maxHoldersListed = 10_000

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
    .select(['plans.name as plan_name', 'plans.retention as plan_retention'])
}

type SelectedSubscription = SubscriptionRow & { readonly plan_name: string; readonly plan_retention: string }

function toSubscription(row: SelectedSubscription): Subscription {
  return {
    subscriptionId: row.id,
    licenceKey: row.licence_key,
    customerId: row.customer_id,
    planId: row.plan_id,
    planName: row.plan_name,
    validFrom: row.valid_from,
    validUntil: row.valid_until ?? undefined,
    timeZone: row.time_zone,
    accepting: acceptingOf(row),
    createdAt: row.created_at,
    ...termsOfColumns({ ...row, retention: row.retention ?? row.plan_retention }),
  }
}

function acceptingOf(row: SubscriptionRow): Subscription['accepting'] {
  if (row.accepts_backups === 1) return { kind: 'on' }
  return {
    kind: 'off',
    reason: row.switched_off_reason ?? '',
    untilMs: row.switched_off_until ?? undefined,
    sinceMs: row.switched_off_at ?? row.created_at,
    by: row.switched_off_by ?? '',
  }
}
