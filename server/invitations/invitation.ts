/**
 * Invitations: into the staff of the box, or into a customer. A link with 256 random bits goes out by mail; only its hash is kept. It
 * works once, for seven days, and only until it is sent again or withdrawn. This file is the pure part.
 */
import type { MemberRole } from '../customers/membership.ts'
import type { Id } from '../runtime/ids.ts'
import type { StaffRole } from '../users/staff-role.ts'
import type { UserIdentity } from '../users/user.ts'

export const invitationLastsMs = 7 * 24 * 60 * 60 * 1000
/** So many may be open at once for one customer, and for the staff. */
export const maxOpenInvitations = 200

/** What the invited person will be. */
export type Invited =
  | { readonly kind: 'staff'; readonly role: StaffRole }
  | { readonly kind: 'member'; readonly customerId: Id<'cus'>; readonly role: MemberRole }

/** `overtaken`: staff asked an owner in, and meanwhile the customer had one. */
export const invitationEnds = ['accepted', 'withdrawn', 'overtaken'] as const
export type InvitationEnd = (typeof invitationEnds)[number]

export interface Invitation {
  readonly invitationId: Id<'inv'>
  readonly email: string
  readonly invited: Invited
  readonly byName: string
  /** By somebody who was no owner there. */
  readonly isByStaff: boolean
  readonly sentAt: number
  readonly expiresAt: number
  readonly end: InvitationEnd | undefined
}

export type InvitationStanding = 'open' | 'expired' | InvitationEnd

export function standingOfInvitation({ end, expiresAt }: Invitation, nowMs: number): InvitationStanding {
  return end ?? (expiresAt <= nowMs ? 'expired' : 'open')
}

export type InvitingRefusal = 'not-yours' | 'owner-is-there'

/**
 * Who may ask whom in. Owners ask anybody into their own account. Staff ask in the first owner and nobody else: somebody who could let
 * himself in could read what is backed up there.
 */
export function refusalToInvite(
  inviter: UserIdentity,
  invited: Invited,
  { hasOwner }: { readonly hasOwner: boolean },
): InvitingRefusal | undefined {
  if (invited.kind === 'staff') return inviter.staffRole === 'administrator' ? undefined : 'not-yours'
  if (isOwnerOf(inviter, invited.customerId)) return undefined
  if (inviter.staffRole === undefined || invited.role !== 'owner') return 'not-yours'
  return hasOwner ? 'owner-is-there' : undefined
}

export function isOwnerOf(user: UserIdentity, customerId: Id<'cus'>): boolean {
  return user.memberships.some((membership) => membership.customerId === customerId && membership.role === 'owner')
}
