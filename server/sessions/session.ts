/**
 * Sessions of signed-in people, after the Lucia guide (https://lucia-auth.com/sessions): a random secret in a cookie, only its
 * SHA-256 in the database, an expiry that slides while the session is used. This file is the pure part.
 */
import type { Id } from '../runtime/ids.ts'
import type { UserIdentity } from '../users/user.ts'

const hourMs = 60 * 60 * 1000
/** Ends when the browser does, or after half a day without a request. */
export const shortLifetimeMs = 12 * hourMs
/** "Stay signed in on this computer for 30 days." */
export const longLifetimeMs = 30 * 24 * hourMs

/** So many stay open for one user; the oldest end first. */
export const maxSessionsPerUser = 50

export interface SignedIn {
  readonly sessionId: Id<'ses'>
  readonly expiresAt: number
  /** Whether the browser keeps the cookie when it closes. */
  readonly isLasting: boolean
  /** The expiry was moved by this request, so a lasting cookie must be sent anew. */
  readonly isRenewed: boolean
  readonly user: UserIdentity
}

/** A used session gets its whole lifetime again, but a row is written only in the second half of it. */
export function slideExpiry(session: { readonly expiresAt: number; readonly lifetimeMs: number }, nowMs: number): number {
  const isInSecondHalf = session.expiresAt - nowMs < session.lifetimeMs / 2
  return isInSecondHalf ? nowMs + session.lifetimeMs : session.expiresAt
}
