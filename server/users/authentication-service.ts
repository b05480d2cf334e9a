/**
 * Is this mail address and password a login? One door for the browser, the API and agents, so that one limit counts for all.
 * An unknown address, a wrong password and an absurd one answer the same, in the same time. Only who has the right password learns
 * that a second factor is asked for besides.
 */
import type { Database } from '../database/database.ts'
import type { SecondFactors } from '../second-factors/second-factors-service.ts'
import type { Attempts } from './attempts.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { normalizePassword } from './password-rules.ts'
import { findEmail, type UserIdentity } from './user.ts'
import { findLogin, findUser } from './users-table.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
  /** Where the request came from (http/client.ts). */
  readonly address: string
  /** A code of the second factor, or a recovery code, where it was sent along. */
  readonly otp?: string | undefined
}

export type Authentication =
  | { readonly kind: 'signed-in'; readonly user: UserIdentity }
  | { readonly kind: 'wrong-password' }
  /** The password is right, and not enough. */
  | { readonly kind: 'otp-needed'; readonly user: UserIdentity }
  | { readonly kind: 'otp-wrong' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }

export type Authenticate = (credentials: Credentials) => Promise<Authentication>

export function createAuthentication(options: {
  readonly database: Database
  readonly hasher: PasswordHasher
  readonly attempts: Attempts
  readonly secondFactors: Pick<SecondFactors, 'isOn' | 'check'>
}): Authenticate {
  const { database, hasher, attempts, secondFactors } = options

  return async (credentials) => {
    const emailFolded = findEmail(credentials.email)?.folded ?? ''
    const attempt = attempts.take('sign-in', { login: emailFolded, address: credentials.address })
    if (attempt.kind === 'throttled') return attempt
    const user = await findRightUser({ ...credentials, emailFolded })
    if (user === undefined) return { kind: 'wrong-password' }
    attempt.giveBack()
    if (!(await secondFactors.isOn(user.userId))) return { kind: 'signed-in', user }
    if (credentials.otp === undefined) return { kind: 'otp-needed', user }
    const check = await secondFactors.check(user, credentials.otp, credentials.address)
    if (check.kind === 'right') return { kind: 'signed-in', user }
    return check.kind === 'wrong' ? { kind: 'otp-wrong' } : check
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
