/** Who is written to about a licence: a customer's owners; the box's staff when an owner asks for something. */
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export interface Addressee {
  readonly email: string
  readonly name: string
}

/** An account has a few; nobody writes to a thousand. */
const maxAddressees = 50

export async function listOwnersOf(db: Queryable, customerId: Id<'cus'>): Promise<readonly Addressee[]> {
  return db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.email', 'users.name'])
    .where('memberships.customer_id', '=', customerId)
    .where('memberships.role', '=', 'owner')
    .orderBy('users.id')
    .limit(maxAddressees)
    .execute()
}

export async function listStaff(db: Queryable): Promise<readonly Addressee[]> {
  return db
    .selectFrom('users')
    .select(['email', 'name'])
    .where('staff_role', 'is not', null)
    .orderBy('id')
    .limit(maxAddressees)
    .execute()
}
