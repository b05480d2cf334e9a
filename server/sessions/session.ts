/**
 * Sessions of signed-in people, after the Lucia guide (https://lucia-auth.com/sessions): a random secret in a cookie, only its
 * SHA-256 in the database, an expiry that slides while the session is used. This file is the pure part.
 */
import type { BrokenGlass } from '../glass/glass.ts'
import type { Id } from '../runtime/ids.ts'
import type { UserIdentity } from '../users/user.ts'

const hourMs = 60 * 60 * 1000
/** Ends when the browser does, or after half a day without a request. */
export const shortLifetimeMs = 12 * hourMs
/** "Stay signed in on this computer for 30 days." */
export const longLifetimeMs = 30 * 24 * hourMs

/** How long a password or a code that was just shown is good for acts that ask for it once more. */
export const proofLastsMs = 10 * 60 * 1000

/** "Last used" is for people who look who else is signed in; a write per request would be waste. */
export const lastUseResolutionMs = 5 * 60 * 1000

/** So many stay open for one user; the oldest end first. */
export const maxSessionsPerUser = 50

export interface SignedIn {
  readonly sessionId: Id<'ses'>
  readonly expiresAt: number
  /** Whether the browser keeps the cookie when it closes. */
  readonly isLasting: boolean
  /** The expiry was moved by this request, so a lasting cookie must be sent anew. */
  readonly isRenewed: boolean
  /** Its user showed a password or a second factor in it within the last minutes (recent-proof.ts). */
  readonly hasRecentProof: boolean
  /** Whose files its user may read for the moment, without belonging there. */
  readonly glass?: BrokenGlass | undefined
  readonly user: UserIdentity
}

/** A used session gets its whole lifetime again, but a row is written only in the second half of it. */
export function slideExpiry(session: { readonly expiresAt: number; readonly lifetimeMs: number }, nowMs: number): number {
  const isInSecondHalf = session.expiresAt - nowMs < session.lifetimeMs / 2
  return isInSecondHalf ? nowMs + session.lifetimeMs : session.expiresAt
}
