/**
 * Who belongs to a customer, and who to the staff of the box. Only owners change who belongs to theirs. The last owner of a customer and
 * the last administrator of the box stay, whatever two people do at the same moment: both lists are locked before they are changed.
 */
import { roleChanged } from '../../views/letters/invitation-letters.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { findCustomer } from '../customers/customers-table.ts'
import type { MemberRole } from '../customers/membership.ts'
import * as memberships from '../customers/memberships-table.ts'
import type { Database } from '../database/database.ts'
import { isOwnerOf } from '../invitations/invitation.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { StaffRole } from '../users/staff-role.ts'
import type { UserIdentity } from '../users/user.ts'
import * as users from '../users/users-table.ts'
import { MemberError } from './member-error.ts'

export interface Person {
  readonly userId: Id<'usr'>
  readonly name: string
  readonly email: string
  readonly since: number
  readonly hasSecondFactor: boolean
}
export type Member = Person & { readonly role: MemberRole }
export type StaffMember = Person & { readonly role: StaffRole }

/** More than an office, or the staff of a box, has; a page shows them all. */
export const maxPeopleShown = 500

export interface MembersService {
  readonly list: (customerId: Id<'cus'>) => Promise<readonly Member[]>
  readonly listOwners: (customerId: Id<'cus'>) => Promise<readonly Member[]>
  /** `role` undefined: removed. @throws MemberError */
  readonly change: (
    by: UserIdentity,
    of: { readonly customerId: Id<'cus'>; readonly userId: Id<'usr'>; readonly role: MemberRole | undefined },
    address: string,
  ) => Promise<void>
  readonly listStaff: () => Promise<readonly StaffMember[]>
  /** `role` undefined: no longer of the staff. @throws MemberError */
  readonly changeStaff: (
    by: UserIdentity,
    of: { readonly userId: Id<'usr'>; readonly role: StaffRole | undefined },
    address: string,
  ) => Promise<void>
}

export function createMembers(options: {
  readonly database: Database
  readonly clock: Clock
  readonly letters: LettersService
}): MembersService {
  const { database, clock, letters } = options
  const { kysely } = database

  const list = (customerId: Id<'cus'>) => memberships.listMembers(kysely, customerId, maxPeopleShown)

  return {
    list,
    listOwners: async (customerId) => (await list(customerId)).filter(({ role }) => role === 'owner'),
    change: (by, { customerId, userId, role }, address) =>
      database.transaction(async (tx) => {
        if (!isOwnerOf(by, customerId)) throw new MemberError('not-yours', 'Who belongs to this account is its owner’s business.')
        await memberships.lockMembers(tx, customerId)
        const before = await memberships.findMembership(tx, userId, customerId)
        const user = await users.findUser(tx, userId)
        if (before === undefined || user === undefined) throw new MemberError('not-found', 'This person does not belong here.')
        if (before === role) return
        if (before === 'owner' && (await memberships.countOwners(tx, customerId)) === 1)
          throw new MemberError('last-owner', `${user.name} is the last owner. Make somebody else an owner first.`)
        if (role === undefined) await memberships.deleteMembership(tx, userId, customerId)
        else await memberships.setMemberRole(tx, { userId, customerId, role })
        const customer = await findCustomer(tx, customerId)
        const named = customer && { name: customer.name, number: formatCustomerNumber(customer.number) }
        await letters.post(tx, { to: user, customerId, letter: roleChanged({ customer: named, role }) })
        await insertAudit(tx, {
          ...actingUser(by, address),
          at: clock.now(),
          action: role === undefined ? 'user.removed' : 'user.role-changed',
          objectId: userId,
          customerId,
          detail: { email: user.email, from: before, to: role ?? 'none' },
        })
      }),
    listStaff: () => users.listStaff(kysely, maxPeopleShown),
    changeStaff: (by, { userId, role }, address) =>
      database.transaction(async (tx) => {
        const administrators = await users.lockAdministrators(tx)
        const user = await users.findUser(tx, userId)
        const before = user?.staffRole
        if (user === undefined || before === undefined) throw new MemberError('not-found', 'This person is not of the staff.')
        if (before === role) return
        if (before === 'administrator' && administrators.length === 1)
          throw new MemberError('last-administrator', `${user.name} is the last administrator. Make somebody else one first.`)
        await users.setStaffRole(tx, userId, role)
        await letters.post(tx, { to: user, letter: roleChanged({ customer: undefined, role }) })
        await insertAudit(tx, {
          ...actingUser(by, address),
          at: clock.now(),
          action: role === undefined ? 'user.removed' : 'user.role-changed',
          objectId: userId,
          detail: { email: user.email, from: before, to: role ?? 'none' },
        })
      }),
  }
}

function actingUser(user: UserIdentity, address: string): ActingAs {
  return { actor: { kind: 'user', userId: user.userId, email: user.email }, address }
}
