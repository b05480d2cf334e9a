import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { Authenticate, Authentication, Credentials } from '../users/authentication-service.ts'
import type { UserIdentity } from '../users/user.ts'
import { findUser } from '../users/users-table.ts'
import { longLifetimeMs, maxSessionsPerUser, type SignedIn, shortLifetimeMs, slideExpiry } from './session.ts'
import * as table from './sessions-table.ts'

export interface Browser {
  readonly address: string
  readonly userAgent: string
  readonly isLasting: boolean
}

/** A new session: its secret goes into the cookie and is known nowhere else. */
export interface OpenedSession {
  readonly secret: string
  readonly signedIn: SignedIn
}

export type SignIn = Exclude<Authentication, { kind: 'signed-in' }> | ({ readonly kind: 'signed-in' } & OpenedSession)

export interface SessionsService {
  readonly signIn: (credentials: Credentials, browser: Omit<Browser, 'address'>) => Promise<SignIn>
  /** For someone who has just proved who they are in another way (the setup link). */
  readonly open: (user: UserIdentity, browser: Browser) => Promise<OpenedSession>
  /** Who holds this secret; undefined when nobody does, any more. */
  readonly find: (secret: string) => Promise<SignedIn | undefined>
  readonly signOut: (signedIn: SignedIn, address: string) => Promise<void>
}

const maxUserAgentCharacters = 255
const maxExpiredPerSweep = 1000

export function createSessionsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly authenticate: Authenticate
}): SessionsService {
  const { database, clock, randomness, authenticate } = options

  const open = async (user: UserIdentity, browser: Browser): Promise<OpenedSession> => {
    const nowMs = clock.now()
    const secret = newBearerSecret(randomness)
    const lifetimeMs = browser.isLasting ? longLifetimeMs : shortLifetimeMs
    const session = { sessionId: newId('ses', randomness), userId: user.userId, lifetimeMs, expiresAt: nowMs + lifetimeMs }
    await database.transaction((transaction) => table.deleteExpiredSessions(transaction, nowMs, maxExpiredPerSweep))
    await database.transaction(async (transaction) => {
      await table.insertSession(transaction, {
        ...session,
        secretHash: hashBearerSecret(secret),
        createdAt: nowMs,
        address: browser.address,
        userAgent: printable(browser.userAgent).slice(0, maxUserAgentCharacters),
      })
      await table.trimSessionsOfUser(transaction, user.userId, maxSessionsPerUser)
      const entry = { at: nowMs, action: 'session.signed-in', objectId: session.sessionId } as const
      await insertAudit(transaction, { ...actingUser(user, browser.address), ...entry })
    })
    return { secret, signedIn: { ...session, isLasting: browser.isLasting, isRenewed: false, user } }
  }

  return {
    open,
    signIn: async (credentials, browser) => {
      const authentication = await authenticate(credentials)
      if (authentication.kind !== 'signed-in') return authentication
      const opened = await open(authentication.user, { ...browser, address: credentials.address })
      return { kind: 'signed-in', ...opened }
    },
    find: async (secret) => {
      const nowMs = clock.now()
      const session = await table.findSession(database.kysely, hashBearerSecret(secret))
      if (session === undefined) return undefined
      if (session.expiresAt <= nowMs) {
        await table.deleteSession(database.kysely, session.sessionId)
        return undefined
      }
      const user = await findUser(database.kysely, session.userId)
      if (user === undefined) return undefined
      const expiresAt = slideExpiry(session, nowMs)
      const isRenewed = expiresAt !== session.expiresAt
      if (isRenewed) await table.extendSession(database.kysely, session.sessionId, expiresAt)
      return { sessionId: session.sessionId, expiresAt, isLasting: session.lifetimeMs === longLifetimeMs, isRenewed, user }
    },
    signOut: (signedIn, address) =>
      database.transaction(async (transaction) => {
        await table.deleteSession(transaction, signedIn.sessionId)
        const entry = { at: clock.now(), action: 'session.signed-out', objectId: signedIn.sessionId } as const
        await insertAudit(transaction, { ...actingUser(signedIn.user, address), ...entry })
      }),
  }
}

function actingUser(user: UserIdentity, address: string): ActingAs {
  return { actor: { kind: 'user', userId: user.userId, email: user.email }, address }
}

/** It is shown in lists of sessions; what cannot be printed is not kept. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?')
}
