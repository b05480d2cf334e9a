/**
 * A new password by a link that goes to the login's own mail address. Whether there is such a login is not told: known and unknown
 * addresses get the same answer, and the same rows are written for both. A second factor stays on: a mailbox alone opens no box.
 */
import { passwordChanged, passwordReset } from '../../views/letters/sign-in-letters.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { deleteOtherSessions } from '../sessions/sessions-table.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { Attempts } from '../users/attempts.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { parseNewPassword } from '../users/password-rules.ts'
import { findEmail, type User } from '../users/user.ts'
import { findLogin, findUser, setPasswordHash } from '../users/users-table.ts'
import * as table from './mailed-links-table.ts'

const hourMs = 60 * 60 * 1000
const maxExpiredPerSweep = 1000

export type ResetAsked = { readonly kind: 'asked' } | { readonly kind: 'throttled'; readonly retryAfterMs: number }

export interface PasswordResets {
  readonly ask: (email: string, address: string) => Promise<ResetAsked>
  /** Whose password the link sets; undefined for one that works no more. */
  readonly find: (secret: string) => Promise<User | undefined>
  /** Ends every session of the login. False for a link that works no more. @throws UserError `weak-password` */
  readonly reset: (secret: string, password: string, address: string) => Promise<boolean>
}

export const resetPath = (secret: string) => `/reset/new?token=${secret}`

export function createPasswordResets(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly hasher: PasswordHasher
  readonly attempts: Attempts
  readonly letters: LettersService
}): PasswordResets {
  const { database, clock, randomness, hasher, attempts, letters } = options
  const kind = 'password-reset'

  const find = async (secret: string) => {
    const link = await table.findMailedLink(database.kysely, { secretHash: hashBearerSecret(secret), kind, nowMs: clock.now() })
    return link && findUser(database.kysely, link.userId)
  }

  return {
    find,
    ask: async (typed, address) => {
      const email = findEmail(typed)
      const attempt = attempts.take('reset-link', { login: email?.folded ?? '', address })
      if (attempt.kind === 'throttled') return attempt
      const secret = newBearerSecret(randomness)
      const madeAt = clock.now()
      await database.transaction(async (tx) => {
        const login = await findLogin(tx, email?.folded ?? '')
        const user = login && (await findUser(tx, login.userId))
        await table.insertMailedLink(tx, {
          secretHash: hashBearerSecret(secret),
          kind,
          userId: user?.userId,
          email: email?.address ?? '',
          madeAt,
          expiresAt: madeAt + hourMs,
        })
        await table.deleteExpiredMailedLinks(tx, madeAt, maxExpiredPerSweep)
        if (user !== undefined) await letters.post(tx, { to: user, letter: passwordReset({ path: resetPath(secret) }) })
      })
      return { kind: 'asked' }
    },
    reset: async (secret, password, address) => {
      const user = await find(secret)
      if (user === undefined) return false
      const passwordHash = await hasher.hash(parseNewPassword(password, user))
      return database.transaction(async (tx) => {
        const changedAt = clock.now()
        if (!(await table.useMailedLink(tx, hashBearerSecret(secret), changedAt))) return false
        await setPasswordHash(tx, { userId: user.userId, passwordHash, changedAt })
        await deleteOtherSessions(tx, user.userId, undefined)
        const actor = { kind: 'user', userId: user.userId, email: user.email } as const
        await insertAudit(tx, { actor, address, at: changedAt, action: 'user.password-reset', objectId: user.userId })
        await letters.post(tx, { to: user, letter: passwordChanged({ address }) })
        return true
      })
    },
  }
}
