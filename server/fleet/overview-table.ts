import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export interface TightPlan {
  readonly customerId: Id<'cus'>
  readonly customer: string
  readonly plan: string
  readonly usedBytes: number
  readonly quotaBytes: number
}

/** Subscriptions that are full to that share or more, the fullest first: what their versions reach, and what was sent since. */
export async function listTightPlans(
  db: Queryable,
  asked: { readonly share: number; readonly limit: number },
): Promise<readonly TightPlan[]> {
  const { rows } = await sql<{
    readonly customer_id: Id<'cus'>
    readonly customer: string
    readonly plan: string
    readonly used: number
    readonly quota: number
  }>`SELECT customer_id, customer, plan, CAST(used AS UNSIGNED) AS used, quota FROM (
      SELECT subscriptions.customer_id, customers.name AS customer, plans.name AS plan, subscriptions.quota_bytes AS quota,
        COALESCE(MAX(subscription_usage.reachable_bytes), 0)
          + GREATEST(0, CAST(COALESCE(SUM(devices.stored_bytes), 0) AS SIGNED) - CAST(COALESCE(SUM(device_usage.counted_bytes), 0) AS SIGNED)) AS used
      FROM subscriptions
      JOIN customers ON customers.id = subscriptions.customer_id AND customers.state = 'active'
      JOIN plans ON plans.id = subscriptions.plan_id
      LEFT JOIN subscription_usage ON subscription_usage.subscription_id = subscriptions.id
      LEFT JOIN devices ON devices.subscription_id = subscriptions.id
      LEFT JOIN device_usage ON device_usage.device_id = devices.id
      GROUP BY subscriptions.id, subscriptions.customer_id, customers.name, plans.name, subscriptions.quota_bytes
    ) AS used_space WHERE used >= quota * ${asked.share} ORDER BY used / GREATEST(quota, 1) DESC LIMIT ${asked.limit}`.execute(db)
  return rows.map((row) => ({
    customerId: row.customer_id,
    customer: row.customer,
    plan: row.plan,
    usedBytes: row.used,
    quotaBytes: row.quota,
  }))
}

export interface EndingPlan {
  readonly customerId: Id<'cus'>
  readonly customer: string
  readonly plan: string
  readonly validUntil: number
}

/** Subscriptions that end, or ended, between two times, the first to end first. */
export async function listEndingPlans(
  db: Queryable,
  asked: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<readonly EndingPlan[]> {
  const rows = await db
    .selectFrom('subscriptions')
    .innerJoin('customers', 'customers.id', 'subscriptions.customer_id')
    .innerJoin('plans', 'plans.id', 'subscriptions.plan_id')
    .select(['subscriptions.customer_id', 'customers.name as customer', 'plans.name as plan', 'subscriptions.valid_until'])
    .where('customers.state', '=', 'active')
    .where('subscriptions.valid_until', '>=', asked.from)
    .where('subscriptions.valid_until', '<', asked.to)
    .orderBy('subscriptions.valid_until')
    .limit(asked.limit)
    .execute()
  return rows.map(({ customer_id, customer, plan, valid_until }) => {
    return { customerId: customer_id, customer, plan, validUntil: valid_until ?? 0 }
  })
}
