import { actingOnTheBox } from '../../server/audit/audit.ts'
import type { Customer } from '../../server/customers/customer.ts'
import { type Id, newId } from '../../server/runtime/ids.ts'
import { systemRandomness } from '../../server/runtime/randomness.ts'
import type { Subscription } from '../../server/subscriptions/subscription.ts'
import type { TokenScope } from '../../server/tokens/token-scope.ts'
import type { UserIdentity } from '../../server/users/user.ts'
import type { Rights } from '../../server/users/users-service.ts'
import { connectDevice } from './connect-device.ts'
import { insertVersion } from './insert-version.ts'
import { setUpApp, type TestApp } from './test-app.ts'

/** A box with two customers, and somebody of every role in the first one; `foreign` is the owner of the second. */
export async function twoCustomers() {
  const box = await setUpApp()
  const own = await newCustomer(box, 'Harbour Street Dental')
  const other = await newCustomer(box, 'Northquay IT')
  const { customerId } = own.customer
  const staff = (staffRole: 'administrator' | 'implementor') => newUser(box, staffRole, { staffRole, memberships: [] })
  const member = (role: 'owner' | 'member' | 'viewer') =>
    newUser(box, role, { staffRole: undefined, memberships: [{ customerId, role }] })
  const users = {
    administrator: await staff('administrator'),
    implementor: await staff('implementor'),
    owner: await member('owner'),
    member: await member('member'),
    viewer: await member('viewer'),
    foreign: await newUser(box, 'foreign', {
      staffRole: undefined,
      memberships: [{ customerId: other.customer.customerId, role: 'owner' }],
    }),
  }
  const device = await connectDevice(box, users.owner, { name: 'XRAY-PC' })
  const version = await insertVersion(box, device)
  return { ...box, own, other, users, device, version }
}

/** An Authorization header for a user, limited to scopes where given. */
export async function tokenOf(box: TestApp, user: UserIdentity, scopes: readonly TokenScope[]): Promise<string> {
  const { secret } = await box.people.tokens.create({ userId: user.userId, scopes, lifetimeMs: undefined }, actingOnTheBox)
  return `Bearer ${secret}`
}

/** The cookie of a fresh session. */
export async function cookieOf(box: TestApp, user: UserIdentity): Promise<string> {
  const { secret } = await box.people.sessions.open(user, { address: '192.0.2.1', userAgent: 'test', isLasting: false })
  return `holdfast_session_box_test=${secret}`
}

export async function newUser(box: TestApp, name: string, rights: Rights): Promise<UserIdentity> {
  const user = {
    userId: newId('usr', systemRandomness),
    email: { address: `${name}@office.example`, folded: `${name}@office.example` },
    name,
    // Nobody signs in with it: hashing a password for each would make the tests slow.
    passwordHash: 'none',
  }
  return box.database.transaction((transaction) => box.people.users.insert(transaction, user, rights, actingOnTheBox))
}

export async function newCustomer(box: TestApp, name: string): Promise<{ customer: Customer; subscription: Subscription }> {
  const founded = await box.people.customers.found(name)
  const plan = await box.people.plans.findNamed('silver')
  if (plan === undefined) throw new Error('the migrations make no plan Silver')
  return box.database.transaction(async (transaction) => {
    const customer = await box.people.customers.activate(transaction, founded, actingOnTheBox)
    const customerId: Id<'cus'> = customer.customerId
    const sale = { customerId, plan, validityDays: plan.validityDays }
    return { customer, subscription: await box.people.subscriptions.insert(transaction, sale, actingOnTheBox) }
  })
}
