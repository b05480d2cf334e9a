import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { visibleStates } from './customer.ts'
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
    .where('customers.state', 'in', visibleStates)
    .orderBy('customers.number')
    .execute()
  for (const row of rows) memberships.get(row.user_id)?.push({ customerId: row.customer_id, role: row.role })
  return memberships
}

/** Whoever changes who belongs to a customer does it one after the other. */
export async function lockMembers(tx: Transaction, customerId: Id<'cus'>): Promise<void> {
  await tx.selectFrom('customers').select('id').where('id', '=', customerId).forUpdate().execute()
}

export async function countOwners(db: Queryable, customerId: Id<'cus'>): Promise<number> {
  const query = db.selectFrom('memberships').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.where('customer_id', '=', customerId).where('role', '=', 'owner').executeTakeFirstOrThrow()).count
}

export async function findMembership(db: Queryable, userId: Id<'usr'>, customerId: Id<'cus'>): Promise<MemberRole | undefined> {
  const query = db.selectFrom('memberships').select('role').where('user_id', '=', userId).where('customer_id', '=', customerId)
  return (await query.executeTakeFirst())?.role
}

export async function setMemberRole(
  db: Queryable,
  { userId, customerId, role }: Omit<NewMembership, 'createdAt'>,
): Promise<void> {
  await db.updateTable('memberships').set({ role }).where('user_id', '=', userId).where('customer_id', '=', customerId).execute()
}

export async function deleteMembership(db: Queryable, userId: Id<'usr'>, customerId: Id<'cus'>): Promise<void> {
  await db.deleteFrom('memberships').where('user_id', '=', userId).where('customer_id', '=', customerId).execute()
}

/** People of a customer, by name. */
export async function listMembers(db: Queryable, customerId: Id<'cus'>, limit: number) {
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .select([
      'users.id',
      'users.name',
      'users.email',
      'memberships.role',
      'memberships.created_at',
      'second_factors.confirmed_at',
    ])
    .where('memberships.customer_id', '=', customerId)
    .orderBy('users.name')
    .orderBy('users.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    userId: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    since: row.created_at,
    hasSecondFactor: row.confirmed_at !== null,
  }))
}

/** To whom letters about the account itself go. */
export async function listOwners(
  db: Queryable,
  customerId: Id<'cus'>,
): Promise<readonly { readonly email: string; readonly name: string }[]> {
  return db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.email', 'users.name'])
    .where('memberships.customer_id', '=', customerId)
    .where('memberships.role', '=', 'owner')
    .orderBy('users.id')
    .limit(maxOwnersTold)
    .execute()
}

const maxOwnersTold = 100

export async function countMembers(db: Queryable, customerId: Id<'cus'>): Promise<Readonly<Record<MemberRole, number>>> {
  const rows = await db
    .selectFrom('memberships')
    .select(({ fn }) => ['role', fn.countAll<number>().as('count')])
    .where('customer_id', '=', customerId)
    .groupBy('role')
    .execute()
  return { owner: 0, member: 0, viewer: 0, ...Object.fromEntries(rows.map(({ role, count }) => [role, count])) }
}
