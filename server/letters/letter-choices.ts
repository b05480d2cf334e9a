/** Who wants which letters. Pure: what holds where nobody chose. */
import type { MemberRole } from '../customers/membership.ts'
import type { Id } from '../runtime/ids.ts'
import type { StaffRole } from '../users/staff-role.ts'

export const digestRhythms = ['none', 'daily', 'weekly'] as const
export type DigestRhythm = (typeof digestRhythms)[number]

/** Of one person in one account. */
export interface LetterChoices {
  /** A letter for each backup that ended so. */
  readonly completed: boolean
  readonly partly: boolean
  readonly failed: boolean
  /** What waits for somebody in the account: silence, quota, the end of the plan. */
  readonly alarms: boolean
  /** How all computers stand, in one letter. */
  readonly digest: DigestRhythm
}

/** Where neither the person nor the account's owner chose: those who can do something hear of what went wrong. */
export const usualChoices: Readonly<Record<MemberRole, LetterChoices>> = {
  owner: { completed: false, partly: true, failed: true, alarms: true, digest: 'weekly' },
  member: { completed: false, partly: false, failed: true, alarms: false, digest: 'none' },
  viewer: { completed: false, partly: false, failed: false, alarms: false, digest: 'none' },
}

export const staffScopes = ['none', 'chosen', 'all'] as const
export type StaffScope = (typeof staffScopes)[number]

/** Of somebody on the staff. */
export interface StaffChoices {
  /** The box's own alarms. */
  readonly boxAlarms: boolean
  /** Alarms of customers. */
  readonly customerAlarms: StaffScope
  /** Which customers `chosen` means. */
  readonly chosen: readonly Id<'cus'>[]
  /** All customers that need somebody, in one letter. */
  readonly digest: DigestRhythm
}

export const usualStaffChoices: Readonly<Record<StaffRole, StaffChoices>> = {
  administrator: { boxAlarms: true, customerAlarms: 'none', chosen: [], digest: 'none' },
  implementor: { boxAlarms: false, customerAlarms: 'none', chosen: [], digest: 'daily' },
}

export const maxChosenCustomers = 500
