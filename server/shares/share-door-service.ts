/**
 * The door for people from outside: which link this is, whether it works, whether its password is right, and what is counted. Who knows
 * no link learns nothing here but that there is none, and is soon asked to wait.
 */
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Queryable } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { Attempts } from '../users/attempts.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { normalizePassword } from '../users/password-rules.ts'
import type { Share, ShareEnd, ShareKind } from './share.ts'
import type { SharePasses } from './share-pass.ts'
import type { ShareJudge } from './share-surroundings.ts'
import { hashShareToken, isShareToken } from './share-token.ts'
import { hashOfWhat, maxWhatCharacters, type ShareUseKind, sameDownloadMs, sameUseMs, type Visitor } from './share-use.ts'
import { hasUsed, insertUse, type NewShareUse } from './share-uses-table.ts'
import { countDownload, countLook, findShare, findShareByToken } from './shares-table.ts'

export interface OpenedShare<Kind extends ShareKind = ShareKind> {
  readonly share: Extract<Share, { readonly kind: Kind }>
  /** Why it does nothing; undefined: it works. */
  readonly end: ShareEnd | undefined
  /** One that is used up may not be served either: then what was begun is not finished. */
  readonly isServed: boolean
  readonly version: Snapshot | undefined
  /** Of whom it is. */
  readonly customerName: string
}

export type AtTheDoor<Kind extends ShareKind = ShareKind> =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  | { readonly kind: 'known'; readonly opened: OpenedShare<Kind> }

export type PasswordTried =
  | { readonly kind: 'right'; readonly pass: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }

/** One thing that is fetched: where it lies, and what it is called; all of it has no name. */
export interface FetchedThing {
  readonly place: string
  readonly name: string | undefined
}

export interface ShareDoor {
  readonly open: <Kind extends ShareKind>(kind: Kind, token: string, address: string) => Promise<AtTheDoor<Kind>>
  /** As it is now. */
  readonly findAgain: <Found extends Share>(share: Found) => Promise<Found | undefined>
  readonly isLetIn: (share: Share, pass: string | undefined) => boolean
  /** For somebody who was let in and has just been here: another pass, from now on. Undefined: none is asked for. */
  readonly renewPass: (share: Share) => string | undefined
  readonly tryPassword: (share: Share, typed: string, visitor: Visitor & { readonly address: string }) => Promise<PasswordTried>
  /** A person sees its page, or looks at one thing of it; who looks again soon is the same look. Only looks at the page are counted. */
  readonly noteLook: (share: Share, visitor: Visitor, thing?: FetchedThing) => Promise<void>
  /** False: none is left. */
  readonly noteDownload: (share: Share, visitor: Visitor, thing: FetchedThing) => Promise<boolean>
  /** The same visitor has begun to fetch the same thing before: they go on. */
  readonly isGoingOn: (share: Share, visitor: Visitor, thing: FetchedThing) => Promise<boolean>
}

export function createShareDoor(options: {
  readonly database: Database
  readonly clock: Clock
  readonly hasher: PasswordHasher
  readonly attempts: Attempts
  readonly customers: Pick<CustomersService, 'find'>
  readonly judge: ShareJudge['judge']
  readonly passes: SharePasses
}): ShareDoor {
  const { database, clock, hasher, attempts, customers, judge, passes } = options
  const { kysely } = database

  const useOf = (share: Share, kind: ShareUseKind, { network, agent }: Visitor, thing?: FetchedThing) => ({
    shareId: share.shareId,
    at: clock.now(),
    kind,
    network,
    agent,
    what: thing?.name === undefined ? undefined : [...thing.name].slice(0, maxWhatCharacters).join(''),
    whatHash: thing && hashOfWhat(thing.place),
  })

  return {
    open: async <Kind extends ShareKind>(kind: Kind, token: string, address: string): Promise<AtTheDoor<Kind>> => {
      const attempt = attempts.take('share', { login: '', address })
      if (attempt.kind === 'throttled') return attempt
      if (!isShareToken(token)) return { kind: 'unknown' }
      const share = await findShareByToken(kysely, { kind, tokenHash: hashShareToken(token) })
      if (share === undefined) return { kind: 'unknown' }
      attempt.giveBack()
      const { end, isServed, version } = await judge(share)
      const customer = await customers.find(share.customerId)
      const opened = { share: share as OpenedShare<Kind>['share'], end, isServed, version, customerName: customer?.name ?? '' }
      return { kind: 'known', opened }
    },
    findAgain: async <Found extends Share>({ shareId }: Found) => (await findShare(kysely, shareId)) as Found | undefined,
    isLetIn: (share, pass) => share.passwordHash === undefined || (pass !== undefined && passes.isGood(share, pass, clock.now())),
    renewPass: (share) => (share.passwordHash === undefined ? undefined : passes.give(share, clock.now())),
    tryPassword: async (share, typed, visitor) => {
      const attempt = attempts.take('share-password', { login: share.shareId, address: visitor.address })
      if (attempt.kind === 'throttled') return attempt
      const password = normalizePassword(typed) ?? ''
      if (share.passwordHash === undefined || (await hasher.isRight(share.passwordHash, password))) {
        attempt.giveBack()
        return { kind: 'right', pass: passes.give(share, clock.now()) }
      }
      await noteOnce(kysely, useOf(share, 'wrong-password', visitor))
      return { kind: 'wrong' }
    },
    noteLook: async (share, visitor, thing) => {
      if (visitor.isBot) return
      const use = useOf(share, 'look', visitor, thing)
      if (await hasUsed(kysely, { ...use, sinceMs: use.at - sameUseMs })) return
      await database.transaction(async (tx) => {
        await countLook(tx, share.shareId, { at: use.at, looks: thing === undefined ? 1 : 0 })
        await insertUse(tx, use)
      })
    },
    noteDownload: (share, visitor, thing) =>
      database.transaction(async (tx) => {
        const use = useOf(share, 'download', visitor, thing)
        if (!(await countDownload(tx, share.shareId, use.at))) return false
        await noteOnce(tx, use)
        return true
      }),
    isGoingOn: async (share, visitor, thing) => {
      const use = useOf(share, 'download', visitor, thing)
      return hasUsed(kysely, { ...use, sinceMs: use.at - sameDownloadMs })
    },
  }
}

/** What is repeated at once needs no further line. */
async function noteOnce(db: Queryable, use: NewShareUse): Promise<void> {
  if (!(await hasUsed(db, { ...use, sinceMs: use.at - sameUseMs }))) await insertUse(db, use)
}
