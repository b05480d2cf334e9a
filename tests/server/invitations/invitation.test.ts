import { describe, expect, test } from 'vitest'
import type { MemberRole } from '../../../server/customers/membership.ts'
import { type Invited, refusalToInvite } from '../../../server/invitations/invitation.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import type { StaffRole } from '../../../server/users/staff-role.ts'

const here = newId('cus', systemRandomness)
const elsewhere = newId('cus', systemRandomness)
const person = (staffRole: StaffRole | undefined, memberships: { customerId: typeof here; role: MemberRole }[] = []) => ({
  userId: newId('usr', systemRandomness),
  email: 'a@office.example',
  name: 'A',
  staffRole,
  memberships,
})
const into = (role: MemberRole): Invited => ({ kind: 'member', customerId: here, role })

describe('who may ask whom in', () => {
  test.each([
    {
      title: 'an owner, anybody',
      by: person(undefined, [{ customerId: here, role: 'owner' }]),
      invited: into('viewer'),
      hasOwner: true,
      expected: undefined,
    },
    {
      title: 'an owner, another owner',
      by: person(undefined, [{ customerId: here, role: 'owner' }]),
      invited: into('owner'),
      hasOwner: true,
      expected: undefined,
    },
    {
      title: 'the owner of another account',
      by: person(undefined, [{ customerId: elsewhere, role: 'owner' }]),
      invited: into('viewer'),
      hasOwner: false,
      expected: 'not-yours',
    },
    {
      title: 'a member',
      by: person(undefined, [{ customerId: here, role: 'member' }]),
      invited: into('viewer'),
      hasOwner: true,
      expected: 'not-yours',
    },
    {
      title: 'an implementor, the first owner',
      by: person('implementor'),
      invited: into('owner'),
      hasOwner: false,
      expected: undefined,
    },
    {
      title: 'an administrator, the first owner',
      by: person('administrator'),
      invited: into('owner'),
      hasOwner: false,
      expected: undefined,
    },
    {
      title: 'an administrator, a second owner',
      by: person('administrator'),
      invited: into('owner'),
      hasOwner: true,
      expected: 'owner-is-there',
    },
    {
      title: 'an administrator, a viewer',
      by: person('administrator'),
      invited: into('viewer'),
      hasOwner: false,
      expected: 'not-yours',
    },
    {
      title: 'an administrator who owns it, anybody',
      by: person('administrator', [{ customerId: here, role: 'owner' }]),
      invited: into('member'),
      hasOwner: true,
      expected: undefined,
    },
    {
      title: 'an administrator, staff',
      by: person('administrator'),
      invited: { kind: 'staff', role: 'administrator' } as const,
      hasOwner: false,
      expected: undefined,
    },
    {
      title: 'an implementor, staff',
      by: person('implementor'),
      invited: { kind: 'staff', role: 'implementor' } as const,
      hasOwner: false,
      expected: 'not-yours',
    },
    {
      title: 'an owner, staff',
      by: person(undefined, [{ customerId: here, role: 'owner' }]),
      invited: { kind: 'staff', role: 'implementor' } as const,
      hasOwner: false,
      expected: 'not-yours',
    },
  ])('$title: $expected', ({ by, invited, hasOwner, expected }) => {
    expect(refusalToInvite(by, invited, { hasOwner })).toBe(expected)
  })
})
