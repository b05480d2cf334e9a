import type { Id } from '../runtime/ids.ts'

/** What a user is within one customer. A user may belong to several. */
export const memberRoles = ['owner', 'member', 'viewer'] as const
export type MemberRole = (typeof memberRoles)[number]

export interface Membership {
  readonly customerId: Id<'cus'>
  readonly role: MemberRole
}

export function isMemberRole(text: string): text is MemberRole {
  return (memberRoles as readonly string[]).includes(text)
}
