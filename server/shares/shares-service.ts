/** Links as their customer's people make, see, change and withdraw them. */
import { type ActingAs, type AuditAction, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { topmostPaths } from '../baskets/basket.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { findInbox } from '../devices/devices-table.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { encodeVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { UserIdentity } from '../users/user.ts'
import { ensureInbox } from './inbox.ts'
import { type DownloadShare, dayMs, type ListedShare, type Share, shareLimits, type UploadShare } from './share.ts'
import { ShareError } from './share-error.ts'
import type { ShareRules } from './share-rules.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { type JudgedShare, type JudgeShare, mayShare } from './share-surroundings.ts'
import { hashShareToken, newShareToken } from './share-token.ts'
import type { ShareUse } from './share-use.ts'
import { listUses } from './share-uses-table.ts'
import { demandWithin, parseMessage, parseNote, parseSharePassword, parseTitle } from './share-words.ts'
import * as table from './shares-table.ts'

/** What either kind of link is asked for with. */
export interface ShareWish {
  readonly title: string
  readonly message: string
  readonly note: string
  /** Empty: none. */
  readonly password: string
  readonly days: number
}

export interface DownloadWish extends ShareWish {
  readonly version: Snapshot
  readonly paths: readonly VersionPath[]
  readonly downloadsMax: number | undefined
}

export interface UploadWish extends ShareWish {
  readonly customerId: Id<'cus'>
  readonly bytesMax: number
  readonly filesMax: number
  /** Whoever wishes may move computers to other plans. */
  readonly mayMoveInbox: boolean
}

/** The token is told here and never again. */
export interface MadeShare<Made extends Share> {
  readonly share: Made
  readonly token: string
}

export interface ShareChange {
  readonly note: string
  /** From now on; undefined: as it is. */
  readonly days: number | undefined
  /** Undefined: as it is; empty: none any more. */
  readonly password: string | undefined
  readonly downloadsMax: number | undefined
}

export interface SharesService {
  /** Throws ShareError. */
  readonly shareFiles: (wish: DownloadWish, by: UserIdentity, actingAs: ActingAs) => Promise<MadeShare<DownloadShare>>
  readonly askForFiles: (wish: UploadWish, by: UserIdentity, actingAs: ActingAs) => Promise<MadeShare<UploadShare>>
  /** Whoever it belongs to: the caller compares the customer. */
  readonly find: (shareId: Id<'shr'>) => Promise<Share | undefined>
  readonly judge: JudgeShare
  /** The newest first. */
  readonly listOfCustomer: (
    page: Parameters<typeof table.listSharesOfCustomer>[1],
  ) => Promise<readonly JudgedShare<ListedShare>[]>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly JudgedShare<ListedShare>[]>
  readonly listUses: (shareId: Id<'shr'>, limit: number) => Promise<readonly ShareUse[]>
  /** Withdrawing it twice is no error. */
  readonly revoke: (share: ListedShare, actingAs: ActingAs) => Promise<void>
  /** Throws ShareError `invalid`, `over`. */
  readonly change: (share: Share, change: ShareChange, actingAs: ActingAs) => Promise<void>
  /** Whether links may be made at all; undefined: yes. */
  readonly findHindrance: (customerId: Id<'cus'>) => Promise<'customer' | 'plan' | undefined>
}

export interface SharesOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly hasher: PasswordHasher
  readonly customers: Pick<CustomersService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find' | 'listOfCustomer'>
  readonly devices: Pick<DevicesService, 'find' | 'move'>
  readonly repositories: Pick<Repositories, 'findOfCustomer'>
  readonly openVersionReader: OpenVersionReader
  readonly rules: ShareRulesService
  readonly judge: JudgeShare
  /** What is coming in by a link that was withdrawn ends. */
  readonly endDeliveries: (shareId: Id<'shr'>) => void
}

export function createShares(options: SharesOptions): SharesService {
  const { database, clock, randomness, hasher, customers, subscriptions, devices, judge } = options
  const { kysely } = database

  const demandCustomer = async (customerId: Id<'cus'>) => {
    const customer = await customers.find(customerId)
    if (customer?.state !== 'active')
      throw new ShareError('not-allowed', 'This account is suspended or leaves: no links are made.')
    const open = await table.countOpenShares(kysely, customerId, clock.now())
    if (open >= shareLimits.openPerCustomer)
      throw new ShareError('too-many', `There are ${open} links that work. Withdraw some of them first.`)
    return customer
  }
  const factsOf = async (wish: ShareWish, rules: ShareRules, { userId, name }: UserIdentity) => {
    demandWithin('days', wish.days, { max: rules.daysMax, words: `A link works for 1 to ${rules.daysMax} days here.` })
    const password = parseSharePassword(wish.password)
    if (password === undefined && rules.isPasswordNeeded)
      throw new ShareError('invalid', 'Here every link has a password.', { field: 'password' })
    const createdAt = clock.now()
    return {
      shareId: newId('shr', randomness),
      title: parseTitle(wish.title),
      message: parseMessage(wish.message),
      note: parseNote(wish.note),
      passwordHash: password === undefined ? undefined : await hasher.hash(password),
      createdBy: { userId, name },
      createdAt,
      expiresAt: createdAt + wish.days * dayMs,
      revoked: undefined,
      looks: 0,
      usedAt: undefined,
    }
  }
  const note = (
    tx: Transaction,
    action: AuditAction,
    share: ListedShare,
    actingAs: ActingAs,
    detail: Record<string, string | number | boolean>,
  ) => {
    const { shareId: objectId, customerId, kind } = share
    return insertAudit(tx, { ...actingAs, at: clock.now(), action, objectId, customerId, detail: { kind, ...detail } })
  }
  /** Facts, no names: staff read the log. */
  const detailOf = (share: Share, days: number) => ({
    days,
    hasPassword: share.passwordHash !== undefined,
    ...(share.kind === 'download'
      ? { version: share.version, paths: share.paths.length }
      : { files: share.filesMax, bytes: share.bytesMax }),
  })

  return {
    judge,
    find: (shareId) => table.findShare(kysely, shareId),
    listOfCustomer: async (page) => Promise.all((await table.listSharesOfCustomer(kysely, page)).map(judge)),
    list: async (page) => Promise.all((await table.listSharesAfter(kysely, page)).map(judge)),
    listUses: (shareId, limit) => listUses(kysely, shareId, limit),
    findHindrance: async (customerId) => {
      if ((await customers.find(customerId))?.state !== 'active') return 'customer'
      return (await findSharingPlan(customerId)) === undefined ? 'plan' : undefined
    },

    shareFiles: async (wish, by, actingAs) => {
      const { version } = wish
      await demandCustomer(version.customerId)
      const device = await devices.find(version.deviceId)
      if (!mayShare(device && (await subscriptions.find(device.subscriptionId)), clock.now())) throw notInPlan()
      if (wish.downloadsMax !== undefined)
        demandWithin('downloads', wish.downloadsMax, {
          max: shareLimits.downloads,
          words: `The number of downloads is a whole number from 1 to ${shareLimits.downloads}, or empty.`,
        })
      const paths = await pathsThere(wish)
      const share: DownloadShare = {
        ...(await factsOf(wish, await options.rules.find(), by)),
        customerId: version.customerId,
        kind: 'download',
        version: version.id,
        paths,
        pathsCount: paths.length,
        downloadsMax: wish.downloadsMax,
        downloads: 0,
      }
      const token = newShareToken(randomness)
      await database.transaction(async (tx) => {
        // Under the lock that rules of retention take: either they see the link, or it sees the bin.
        await lockRepository(tx, version.repositoryId)
        if ((await table.findBinned(tx, version.id)) !== false)
          throw new ShareError('version-gone', 'This version is in the bin, or gone. Take it back before it is shared.')
        await table.insertShare(tx, share, hashShareToken(token))
        await note(tx, 'share.created', share, actingAs, detailOf(share, wish.days))
      })
      return { share, token }
    },

    askForFiles: async (wish, by, actingAs) => {
      const { customerId, bytesMax, filesMax } = wish
      const customer = await demandCustomer(customerId)
      const rules = await options.rules.find()
      if (!rules.mayUpload) throw new ShareError('not-allowed', 'The administrator of this box lets no files be sent in.')
      demandWithin('bytes', bytesMax, { max: shareLimits.bytes, words: 'A link takes between one byte and 1 TiB.' })
      demandWithin('files', filesMax, { max: shareLimits.files, words: `A link takes 1 to ${shareLimits.files} files.` })
      const subscription = await findSharingPlan(customerId)
      const repository = await options.repositories.findOfCustomer(customerId)
      if (subscription === undefined || repository === undefined) throw notInPlan()
      const { actor } = actingAs
      if (actor.kind !== 'user') throw new ShareError('not-allowed', 'Somebody who is signed in has to make it.')
      const facts = await factsOf(wish, rules, by)
      await settleInbox(wish, subscription, actingAs)
      const token = newShareToken(randomness)
      const share = await database.transaction(async (tx): Promise<UploadShare> => {
        await lockRepository(tx, repository.repositoryId)
        const inbox = await ensureInbox(tx, {
          customer,
          subscription,
          actingAs: { ...actingAs, actor },
          nowMs: facts.createdAt,
          randomness,
        })
        const job = freeJob(facts.title, await table.listPlacesOfInbox(tx, inbox.deviceId))
        const { deviceId } = inbox
        const received = { receivedBytes: 0, receivedFiles: 0, uploads: 0, lostBytes: 0 }
        const made: UploadShare = { ...facts, customerId, kind: 'upload', deviceId, job, bytesMax, filesMax, ...received }
        await table.insertShare(tx, made, hashShareToken(token))
        await note(tx, 'share.created', made, actingAs, detailOf(made, wish.days))
        return made
      })
      return { share, token }
    },

    revoke: async (share, actingAs) => {
      const at = clock.now()
      await database.transaction(async (tx) => {
        const by = actorName(actingAs.actor)
        if (await table.revokeShare(tx, { shareId: share.shareId, at, by })) await note(tx, 'share.revoked', share, actingAs, {})
      })
      options.endDeliveries(share.shareId)
    },

    change: async ({ shareId, customerId }, wanted, actingAs) => {
      const repository = await options.repositories.findOfCustomer(customerId)
      const rules = await options.rules.find()
      const password = wanted.password === undefined ? undefined : parseSharePassword(wanted.password)
      const passwordHash = password && (await hasher.hash(password))
      await database.transaction(async (tx) => {
        if (repository !== undefined) await lockRepository(tx, repository.repositoryId)
        const share = await table.findShareLocked(tx, shareId)
        if (share === undefined || share.revoked !== undefined)
          throw new ShareError('over', 'This link was withdrawn. Make a new one.')
        await changeIn(
          tx,
          share,
          { ...wanted, passwordHash: wanted.password === undefined ? share.passwordHash : passwordHash },
          rules,
        )
        await note(tx, 'share.changed', share, actingAs, changedFields(wanted))
      })
    },
  }

  /** A plan that ended takes the inbox along. It moves as a computer does: told in the log, its rules held, and by owners only. */
  async function settleInbox({ customerId, mayMoveInbox }: UploadWish, to: Subscription, actingAs: ActingAs): Promise<void> {
    const inbox = await findInbox(kysely, customerId)
    if (inbox === undefined || mayShare(await subscriptions.find(inbox.subscriptionId), clock.now())) return
    if (!mayMoveInbox)
      throw new ShareError(
        'not-allowed',
        'The plan of the inbox has ended, or has no sharing: an owner has to move the inbox to another plan first.',
      )
    await devices.move(inbox, to.subscriptionId, actingAs)
  }

  /** The plan that has had the customer's things the longest, of those that run and have sharing. */
  async function findSharingPlan(customerId: Id<'cus'>): Promise<Subscription | undefined> {
    return (await subscriptions.listOfCustomer(customerId)).find((subscription) => mayShare(subscription, clock.now()))
  }

  async function pathsThere({ version, paths }: DownloadWish): Promise<readonly VersionPath[]> {
    if (paths.length > shareLimits.paths)
      throw new ShareError('too-many', `One link leads to at most ${shareLimits.paths} files and folders.`)
    const chosen = topmostPaths(paths)
    const characters = chosen.reduce((sum, path) => sum + encodeVersionPath(path).length + 1, 0)
    if (characters > shareLimits.pathsCharacters) throw new ShareError('too-many', 'These paths are too long for one link.')
    const reader = await options.openVersionReader(version)
    for (const path of chosen) {
      const entry = await reader.stat(path)
      if (entry?.type !== 'file' && entry?.type !== 'directory')
        throw new ShareError('nothing-chosen', 'Only files and folders of this version can be shared.')
    }
    if (chosen.length === 0) throw new ShareError('nothing-chosen', 'Choose what shall be shared first.')
    return chosen
  }

  async function changeIn(
    tx: Transaction,
    share: Share,
    wanted: ShareChange & { readonly passwordHash: string | undefined },
    rules: ShareRules,
  ): Promise<void> {
    const { days, downloadsMax, passwordHash } = wanted
    if (days !== undefined)
      demandWithin('days', days, { max: rules.daysMax, words: `A link works for 1 to ${rules.daysMax} days here.` })
    if (passwordHash === undefined && rules.isPasswordNeeded)
      throw new ShareError('invalid', 'Here every link has a password.', { field: 'password' })
    if (share.kind === 'download' && days !== undefined) {
      const isBinned = await table.findBinned(tx, share.version)
      if (isBinned !== false) throw new ShareError('version-gone', 'The version of this link is in the bin, or gone.')
    }
    if (downloadsMax !== undefined)
      demandWithin('downloads', downloadsMax, {
        max: shareLimits.downloads,
        words: `The number of downloads is a whole number from 1 to ${shareLimits.downloads}, or empty.`,
      })
    await table.updateShare(tx, share.shareId, {
      note: parseNote(wanted.note),
      expiresAt: days === undefined ? share.expiresAt : clock.now() + days * dayMs,
      passwordHash,
      downloadsMax: share.kind === 'download' ? downloadsMax : undefined,
    })
  }
}

function changedFields({ days, password, downloadsMax }: ShareChange): Record<string, string | number> {
  return {
    ...(days === undefined ? {} : { days }),
    ...(password === undefined ? {} : { password: password === '' ? 'removed' : 'changed' }),
    ...(downloadsMax === undefined ? {} : { downloadsMax }),
  }
}

function notInPlan(): ShareError {
  return new ShareError('not-in-plan', 'The plan of this account has no sharing in it, or has ended.')
}

/** `Photos`, `Photos 2`, …: where files land is nobody else's, even of links that have ended. */
function freeJob(title: string, taken: readonly string[]): string {
  if (!taken.includes(title)) return title
  for (let number = 2; ; number += 1) {
    const tail = ` ${number}`
    const job = [...title].slice(0, shareLimits.titleCharacters - tail.length).join('') + tail
    if (!taken.includes(job)) return job
  }
}
