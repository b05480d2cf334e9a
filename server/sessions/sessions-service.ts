import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import { findOpenGlass } from '../glass/glass-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { SecondFactors } from '../second-factors/second-factors-service.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { Authenticate, Authentication, Credentials } from '../users/authentication-service.ts'
import type { UserIdentity } from '../users/user.ts'
import { findUser } from '../users/users-table.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'
import {
  lastUseResolutionMs,
  longLifetimeMs,
  maxSessionsPerUser,
  proofLastsMs,
  type SignedIn,
  shortLifetimeMs,
  slideExpiry,
} from './session.ts'
import type { ListedSession } from './sessions-table.ts'
import * as table from './sessions-table.ts'
import type { FailedSignIn } from './sign-in-problem.ts'

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
/** Its first step is too long ago, or was never made. */
export type SecondStep = SignIn | { readonly kind: 'too-late' }
export type Proof = Exclude<FailedSignIn, { readonly kind: 'otp-needed' }> | { readonly kind: 'proved' }

export interface SessionsService {
  readonly signIn: (credentials: Credentials, browser: Omit<Browser, 'address'>) => Promise<SignIn>
  /** Remembers for some minutes that the first step of a sign-in is done. The ticket goes into the form of the second. */
  readonly holdSignIn: (user: UserIdentity, options: { readonly isLasting: boolean }) => string
  readonly signInWithCode: (
    step: { readonly ticket: string; readonly otp: string },
    browser: Omit<Browser, 'isLasting'>,
  ) => Promise<SecondStep>
  /** For acts that ask once more who it is: the code where the login has a second factor, else the password. */
  readonly prove: (signedIn: SignedIn, typed: string, address: string) => Promise<Proof>
  /** For someone who has just proved who they are in another way (the setup link). */
  readonly open: (user: UserIdentity, browser: Browser) => Promise<OpenedSession>
  /** Who holds this secret; undefined when nobody does, any more. */
  readonly find: (secret: string) => Promise<SignedIn | undefined>
  readonly signOut: (signedIn: SignedIn, address: string) => Promise<void>
  readonly list: (userId: Id<'usr'>) => Promise<readonly ListedSession[]>
  /** False: this user has no such session. */
  readonly end: (user: UserIdentity, sessionId: Id<'ses'>, address: string) => Promise<boolean>
  readonly endOthers: (signedIn: SignedIn, address: string) => Promise<number>
}

const maxUserAgentCharacters = 255
const maxExpiredPerSweep = 1000

export function createSessionsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly authenticate: Authenticate
  readonly secondFactors: Pick<SecondFactors, 'isOn' | 'check'>
}): SessionsService {
  const { database, clock, randomness, authenticate, secondFactors } = options
  const pending = createPendingSignIns(options)

  const open = async (user: UserIdentity, browser: Browser): Promise<OpenedSession> => {
    const nowMs = clock.now()
    const secret = newBearerSecret(randomness)
    const lifetimeMs = browser.isLasting ? longLifetimeMs : shortLifetimeMs
    const session = {
      sessionId: newId('ses', randomness),
      userId: user.userId,
      lifetimeMs,
      expiresAt: nowMs + lifetimeMs,
      provedAt: nowMs,
      lastUsedAt: nowMs,
    }
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
    const { sessionId, expiresAt } = session
    const signedIn = { sessionId, expiresAt, isLasting: browser.isLasting, isRenewed: false, hasRecentProof: true, user }
    return { secret, signedIn }
  }

  const checkAgain = async ({ user }: SignedIn, typed: string, address: string): Promise<FailedSignIn | { kind: 'right' }> => {
    if (await secondFactors.isOn(user.userId)) {
      const check = await secondFactors.check(user, typed, address)
      return check.kind === 'wrong' ? { kind: 'otp-wrong' } : check
    }
    const authentication = await authenticate({ email: user.email, password: typed, address })
    return authentication.kind === 'signed-in' ? { kind: 'right' } : authentication
  }

  const noteEnd = (transaction: Transaction, user: UserIdentity, address: string, sessionId: Id<'ses'>) =>
    insertAudit(transaction, { ...actingUser(user, address), at: clock.now(), action: 'session.ended', objectId: sessionId })

  return {
    open,
    signIn: async (credentials, browser) => {
      const authentication = await authenticate(credentials)
      if (authentication.kind !== 'signed-in') return authentication
      const opened = await open(authentication.user, { ...browser, address: credentials.address })
      return { kind: 'signed-in', ...opened }
    },
    holdSignIn: (user, { isLasting }) => pending.hold({ userId: user.userId, isLasting }),
    signInWithCode: async ({ ticket, otp }, { address, userAgent }) => {
      const held = pending.find(ticket)
      const user = held && (await findUser(database.kysely, held.userId))
      if (held === undefined || user === undefined) return { kind: 'too-late' }
      const check = await secondFactors.check(user, otp, address)
      if (check.kind === 'wrong') return { kind: 'otp-wrong' }
      if (check.kind === 'throttled') return check
      pending.forget(ticket)
      return { kind: 'signed-in', ...(await open(user, { address, userAgent, isLasting: held.isLasting })) }
    },
    prove: async (signedIn, typed, address) => {
      const check = await checkAgain(signedIn, typed, address)
      if (check.kind === 'otp-needed') return { kind: 'otp-wrong' }
      if (check.kind !== 'right') return check
      await table.noteSessionProved(database.kysely, signedIn.sessionId, clock.now())
      return { kind: 'proved' }
    },
    list: (userId) => table.listSessionsOfUser(database.kysely, { userId, nowMs: clock.now(), limit: maxSessionsPerUser }),
    end: (user, sessionId, address) =>
      database.transaction(async (transaction) => {
        const isEnded = await table.deleteSessionOf(transaction, user.userId, sessionId)
        if (isEnded) await noteEnd(transaction, user, address, sessionId)
        return isEnded
      }),
    endOthers: (signedIn, address) =>
      database.transaction(async (transaction) => {
        const { user, sessionId } = signedIn
        const ended = await table.deleteOtherSessions(transaction, user.userId, sessionId)
        const entry = { at: clock.now(), action: 'session.others-ended', objectId: user.userId, detail: { ended } } as const
        await insertAudit(transaction, { ...actingUser(user, address), ...entry })
        return ended
      }),
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
      if (nowMs - session.lastUsedAt >= lastUseResolutionMs)
        await table.noteSessionUsed(database.kysely, session.sessionId, nowMs)
      const hasRecentProof = nowMs - session.provedAt < proofLastsMs
      const isLasting = session.lifetimeMs === longLifetimeMs
      const glass =
        user.staffRole === 'administrator' ? await findOpenGlass(database.kysely, session.sessionId, nowMs) : undefined
      return { sessionId: session.sessionId, expiresAt, isLasting, isRenewed, hasRecentProof, glass, user }
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
