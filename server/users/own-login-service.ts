/** What somebody changes of their own login: name, mail address, password. */
import { addressChange, addressChanged, passwordChanged } from '../../views/letters/sign-in-letters.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import { deleteMailedLinksOf, findMailedLink, insertMailedLink, useMailedLink } from '../mailed-links/mailed-links-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { SignedIn } from '../sessions/session.ts'
import { deleteOtherSessions } from '../sessions/sessions-table.ts'
import type { FailedSignIn } from '../sessions/sign-in-problem.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { Authenticate } from './authentication-service.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { parseNewPassword } from './password-rules.ts'
import { type Email, parseEmail, parseUserName, type UserIdentity } from './user.ts'
import { UserError } from './user-error.ts'
import * as table from './users-table.ts'

export type PasswordChange = FailedSignIn | { readonly kind: 'changed' }
/** `letter-sent`: the new address has to say yes. `changed`: the box sends no letters, so it is believed. */
export type AddressChange = { readonly kind: 'letter-sent' | 'changed' }

export interface OwnLogin {
  /** @throws UserError `invalid-name` */
  readonly rename: (user: UserIdentity, name: string, actingAs: ActingAs) => Promise<void>
  /** All other sessions end. @throws UserError `weak-password` */
  readonly changePassword: (
    signedIn: SignedIn,
    change: { readonly current: string; readonly next: string },
    address: string,
  ) => Promise<PasswordChange>
  /** @throws UserError `invalid-email`, `email-taken` */
  readonly changeAddress: (user: UserIdentity, email: string, actingAs: ActingAs) => Promise<AddressChange>
  /** Which address a link makes somebody's; undefined for one that works no more. */
  readonly findAddressLink: (secret: string) => Promise<string | undefined>
  /** False for a link that works no more. @throws UserError `email-taken` */
  readonly confirmAddress: (secret: string, address: string) => Promise<boolean>
}

const dayMs = 24 * 60 * 60 * 1000

export function createOwnLogin(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly hasher: PasswordHasher
  readonly authenticate: Authenticate
  readonly letters: LettersService
  readonly isMailSetUp: () => Promise<boolean>
}): OwnLogin {
  const { database, clock, randomness, hasher, authenticate, letters, isMailSetUp } = options
  const kind = 'address-change'

  const findLink = (secret: string) =>
    findMailedLink(database.kysely, { secretHash: hashBearerSecret(secret), kind, nowMs: clock.now() })

  const putAddress = async (tx: Transaction, user: UserIdentity, email: Email, actingAs: ActingAs) => {
    if (!(await table.setEmail(tx, user.userId, email)))
      throw new UserError('email-taken', `There is already a login for ${email.address}.`)
    // What was mailed to the old address opens nothing any more.
    await deleteMailedLinksOf(tx, user.userId)
    const detail = { from: user.email, to: email.address }
    await insertAudit(tx, { ...actingAs, at: clock.now(), action: 'user.address-changed', objectId: user.userId, detail })
    await letters.post(tx, { to: user, letter: addressChanged({ email: email.address, address: actingAs.address }) })
  }

  return {
    rename: async (user, typed, actingAs) => {
      const name = parseUserName(typed)
      await database.transaction(async (tx) => {
        await table.setUserName(tx, user.userId, name)
        const detail = { from: user.name, to: name }
        await insertAudit(tx, { ...actingAs, at: clock.now(), action: 'user.renamed', objectId: user.userId, detail })
      })
    },
    changePassword: async ({ user, sessionId }, { current, next }, address) => {
      const proof = await authenticate({ email: user.email, password: current, address })
      // The password was right; the second factor was asked for when this session began.
      if (proof.kind !== 'signed-in' && proof.kind !== 'otp-needed') return proof
      const passwordHash = await hasher.hash(parseNewPassword(next, user))
      await database.transaction(async (tx) => {
        const changedAt = clock.now()
        await table.setPasswordHash(tx, { userId: user.userId, passwordHash, changedAt })
        await deleteOtherSessions(tx, user.userId, sessionId)
        await deleteMailedLinksOf(tx, user.userId)
        const actor = { kind: 'user', userId: user.userId, email: user.email } as const
        await insertAudit(tx, { actor, address, at: changedAt, action: 'user.password-changed', objectId: user.userId })
        await letters.post(tx, { to: user, letter: passwordChanged({ address }) })
      })
      return { kind: 'changed' }
    },
    changeAddress: async (user, typed, actingAs) => {
      const email = parseEmail(typed)
      if (!(await isMailSetUp())) {
        await database.transaction((tx) => putAddress(tx, user, email, actingAs))
        return { kind: 'changed' }
      }
      const secret = newBearerSecret(randomness)
      const madeAt = clock.now()
      const link = { secretHash: hashBearerSecret(secret), kind, userId: user.userId, email: email.address } as const
      await database.transaction(async (tx) => {
        await insertMailedLink(tx, { ...link, madeAt, expiresAt: madeAt + dayMs })
        const letter = addressChange({ path: `/mail-address?token=${secret}`, name: user.name })
        await letters.post(tx, { to: { email: email.address, name: user.name }, letter })
      })
      return { kind: 'letter-sent' }
    },
    findAddressLink: async (secret) => (await findLink(secret))?.email,
    confirmAddress: async (secret, address) => {
      const link = await findLink(secret)
      const user = link && (await table.findUser(database.kysely, link.userId))
      if (link === undefined || user === undefined) return false
      return database.transaction(async (tx) => {
        if (!(await useMailedLink(tx, hashBearerSecret(secret), clock.now()))) return false
        const actor = { kind: 'user', userId: user.userId, email: user.email } as const
        await putAddress(tx, user, parseEmail(link.email), { actor, address })
        return true
      })
    },
  }
}
