/** People and invitations as pages show them. */
import type { InvitationProps, PersonProps } from '../../views/partials/people.ts'
import { type Invitation, standingOfInvitation } from '../invitations/invitation.ts'
import type { Id } from '../runtime/ids.ts'
import type { Person } from './members-service.ts'

export function personProps(
  { name, email, role, since, hasSecondFactor, userId }: Person & { readonly role: string },
  more: { readonly viewerId: Id<'usr'>; readonly path: string | undefined; readonly why?: string },
): PersonProps {
  const { viewerId, ...rest } = more
  return { name, email, role, sinceMs: since, hasSecondFactor, isYou: userId === viewerId, ...rest }
}

export function invitationProps(
  invitation: Invitation,
  { nowMs, path }: { readonly nowMs: number; readonly path: string | undefined },
): InvitationProps {
  const { email, invited, byName, sentAt, expiresAt } = invitation
  return {
    email,
    role: invited.role,
    byName,
    sentAtMs: sentAt,
    expiresAtMs: expiresAt,
    isExpired: standingOfInvitation(invitation, nowMs) === 'expired',
    path,
  }
}
