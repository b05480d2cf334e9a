/** In whose account a page stands, and who looks at it. */
import type { Viewer } from '../../views/site.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { AppContext } from '../http/app-environment.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import type { Id } from '../runtime/ids.ts'
import type { UserIdentity } from '../users/user.ts'

export interface Account {
  readonly customer: Customer
  readonly viewer: Viewer
  readonly user: UserIdentity
  /** Staff see times, counts and sizes; names and bytes are for members. */
  readonly mayReadFiles: boolean
  /**
   * The same without what a broken glass gives: for pages that tell more than names of files, whose openings by glass are not written
   * down (glass/note-openings.ts goes by the route's permission).
   */
  readonly mayReadFilesByRole: boolean
}

const wholeWords = {
  administrator: 'Administrator',
  implementor: 'Implementor',
  owner: 'Owner',
  member: 'Member',
  viewer: 'Viewer',
} as const

/**
 * The account a person stands in: the one they entered last in this browser (account-cookie.ts), else the first they belong to; for
 * staff without one, the box's first.
 */
export async function openAccount(c: AppContext, customers: CustomersService): Promise<Account> {
  const entered = await findEntered(c, customers)
  if (entered !== undefined) return accountOf(c, entered)
  const reach = c.var.access.customersWith('devices:read')
  const ownIds = userOf(c.var.access.principal)?.memberships.map(({ customerId }) => customerId) ?? []
  const [first] = await customers.list({ reach: ownIds.length > 0 ? ownIds : reach, afterNumber: 0, limit: 1 })
  if (first === undefined) throw new Problem('HF-NO-CUSTOMER')
  return accountOf(c, first)
}

/** Staff who belong to nobody's account, and entered none: they stand before the box as a whole. */
export function isBeforeTheBox(c: AppContext): boolean {
  const user = userOf(c.var.access.principal)
  return user?.staffRole !== undefined && user.memberships.length === 0 && c.var.enteredAccount === undefined
}

/** The account that an object belongs to. Whoever may not see it is told that there is nothing. */
export async function openAccountOf(c: AppContext, customers: CustomersService, customerId: Id<'cus'>): Promise<Account> {
  if (!c.var.access.may('devices:read', customerId)) throw new Problem('HF-NOT-FOUND')
  const customer = await customers.find(customerId)
  if (customer === undefined) throw new Problem('HF-NOT-FOUND')
  return accountOf(c, customer)
}

/** Nobody's any more, or not this person's: as if none had been entered. */
async function findEntered(c: AppContext, customers: CustomersService): Promise<Customer | undefined> {
  const { enteredAccount, access } = c.var
  if (enteredAccount === undefined || !access.may('devices:read', enteredAccount)) return undefined
  return customers.find(enteredAccount)
}

function accountOf(c: AppContext, customer: Customer): Account {
  const user = userOf(c.var.access.principal)
  if (user === undefined) throw new Problem('HF-SIGN-IN-NEEDED')
  const isMember = user.memberships.some(({ customerId }) => customerId === customer.customerId)
  const mayReadFiles = c.var.access.may('files:read', customer.customerId)
  return {
    customer,
    user,
    viewer: {
      name: user.name,
      role: roleWords(user, customer.customerId),
      account: { name: customer.name, number: formatCustomerNumber(customer.number) },
      standing: isMember ? 'member' : 'guest',
      ...(user.staffRole === undefined ? {} : { staff: user.staffRole }),
      maySwitch: maySwitch(user),
      readsFiles: mayReadFiles,
    },
    mayReadFiles,
    mayReadFilesByRole: mayReadFiles && isMember,
  }
}

export function maySwitch({ staffRole, memberships }: UserIdentity): boolean {
  return staffRole !== undefined || memberships.length > 1
}

/** `Owner`, `Owner and administrator`. */
export function roleWords(user: UserIdentity, customerId: Id<'cus'>): string {
  const member = user.memberships.find((membership) => membership.customerId === customerId)
  if (member === undefined) return user.staffRole === undefined ? '' : wholeWords[user.staffRole]
  return user.staffRole === undefined ? wholeWords[member.role] : `${wholeWords[member.role]} and ${user.staffRole}`
}
