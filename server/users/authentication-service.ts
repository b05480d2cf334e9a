/**
 * Is this mail address and password a login? One door for the browser, the API and agents, so that one limit counts for all.
 * An unknown address, a wrong password and an absurd one answer the same, in the same time.
 */
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type AttemptLimiter, createAttemptLimiter } from './attempt-limiter.ts'
import { networkOf } from './network-of.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { normalizePassword } from './password-rules.ts'
import { findEmail, type UserIdentity } from './user.ts'
import { findLogin, findUser } from './users-table.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
  /** Where the request came from (http/client.ts). */
  readonly address: string
}

export type Authentication =
  | { readonly kind: 'signed-in'; readonly user: UserIdentity }
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }

export type Authenticate = (credentials: Credentials) => Promise<Authentication>

const secondMs = 1000
/** Someone guessing one login from one place. */
const perLoginAndAddress = { burst: 5, refillMs: 60 * secondMs }
/** Many places guessing one login: generous, so that they cannot lock its owner out for long. */
const perLogin = { burst: 50, refillMs: 20 * secondMs }
/** One place trying many logins. An office behind one address signs in within this. */
const perAddress = { burst: 60, refillMs: 5 * secondMs }

export function createAuthentication(options: {
  readonly database: Database
  readonly clock: Clock
  readonly hasher: PasswordHasher
}): Authenticate {
  const { database, clock, hasher } = options
  const limiters = [perLoginAndAddress, perLogin, perAddress].map((limit) => createAttemptLimiter({ clock, limit }))

  return async (credentials) => {
    const emailFolded = findEmail(credentials.email)?.folded ?? ''
    const network = networkOf(credentials.address)
    const keys = [`${network} ${emailFolded}`, emailFolded, network]
    const retryAfterMs = attemptAll(limiters, keys)
    if (retryAfterMs > 0) return { kind: 'throttled', retryAfterMs }
    const user = await findRightUser({ ...credentials, emailFolded })
    if (user === undefined) return { kind: 'wrong-password' }
    for (const [index, limiter] of limiters.entries()) limiter.giveBack(keys[index] ?? '')
    return { kind: 'signed-in', user }
  }

  async function findRightUser(credentials: {
    readonly emailFolded: string
    readonly password: string
  }): Promise<UserIdentity | undefined> {
    const password = normalizePassword(credentials.password) ?? ''
    const login = await findLogin(database.kysely, credentials.emailFolded)
    const isRight = login === undefined ? await hasher.waste(password) : await hasher.isRight(login.passwordHash, password)
    return login !== undefined && isRight ? findUser(database.kysely, login.userId) : undefined
  }
}

/** Counts with every limiter, or with none: a refused attempt must not use up the others' allowance. 0 when all allow it. */
function attemptAll(limiters: readonly AttemptLimiter[], keys: readonly string[]): number {
  for (const [index, limiter] of limiters.entries()) {
    const attempt = limiter.attempt(keys[index] ?? '')
    if (attempt.kind === 'allowed') continue
    for (let earlier = 0; earlier < index; earlier += 1) limiters[earlier]?.giveBack(keys[earlier] ?? '')
    return attempt.retryAfterMs
  }
  return 0
}
