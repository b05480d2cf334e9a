/**
 * Breaking the glass: an administrator reads names and contents of a customer's files, who has no right to them by role. It needs a
 * reason, holds for one hour and in one session only, reads and changes nothing, and is written down thing by thing; the customer's
 * owners get a letter when it begins. Which permissions it gives stands in http/permissions.ts.
 */
import type { Id } from '../runtime/ids.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { GlassError } from './glass-error.ts'

export const glassLastsMs = 60 * 60 * 1000
export const minReasonCharacters = 10
export const maxReasonCharacters = 500

/** As a session carries it while it is open. */
export interface BrokenGlass {
  readonly glassId: Id<'bgl'>
  readonly customerId: Id<'cus'>
  readonly customerName: string
  readonly expiresAt: number
}

/** As the customer's owners see it afterwards. */
export interface GlassLook {
  readonly glassId: Id<'bgl'>
  readonly byName: string
  readonly reason: string
  readonly beganAt: number
  /** Undefined while it is open. */
  readonly endedAt: number | undefined
  readonly openings: readonly GlassOpening[]
  /** More than are listed, where it was much. */
  readonly openingsCount: number
}

export interface GlassOpening {
  readonly at: number
  /** Empty where it was no version. */
  readonly snapshot: string
  /** What was done with it: `browse`, `file`, `zip`, `skipped`. */
  readonly kind: string
  /** The place in the version, as bytes: names of files need not be text. */
  readonly place: Buffer
}

export function parseReason(text: string): string {
  // A reason may have several lines, and is shown as one.
  const reason = parseDisplayText(text.replaceAll(/\s+/g, ' '), { maxCharacters: maxReasonCharacters })
  if (reason !== undefined && [...reason].length >= minReasonCharacters) return reason
  throw new GlassError(
    'invalid-reason',
    `Say in ${minReasonCharacters} to ${maxReasonCharacters} characters why: the owners read it.`,
  )
}
