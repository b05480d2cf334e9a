import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { MemberRole, Membership } from './membership.ts'

export interface MembershipRow {
  readonly user_id: Id<'usr'>
  readonly customer_id: Id<'cus'>
  readonly role: MemberRole
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly memberships: MembershipRow
  }
}

export interface NewMembership extends Membership {
  readonly userId: Id<'usr'>
  readonly createdAt: number
}

export async function insertMembership(db: Queryable, membership: NewMembership): Promise<void> {
  const { userId, customerId, role, createdAt } = membership
  await db.insertInto('memberships').values({ user_id: userId, customer_id: customerId, role, created_at: createdAt }).execute()
}

/** Of several users at once, by user, in the order in which the customers were founded. */
export async function listMembershipsOfUsers(
  db: Queryable,
  userIds: readonly Id<'usr'>[],
): Promise<ReadonlyMap<Id<'usr'>, readonly Membership[]>> {
  const memberships = new Map<Id<'usr'>, Membership[]>(userIds.map((userId) => [userId, []]))
  if (userIds.length === 0) return memberships
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('customers', 'customers.id', 'memberships.customer_id')
    .select(['memberships.user_id', 'memberships.customer_id', 'memberships.role'])
    .where('memberships.user_id', 'in', userIds)
    .where('customers.state', '!=', 'founding')
    .orderBy('customers.number')
    .execute()
  for (const row of rows) memberships.get(row.user_id)?.push({ customerId: row.customer_id, role: row.role })
  return memberships
}
