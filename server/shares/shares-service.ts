/** Links as their customer's people make, see, change and withdraw them. */
import { type ActingAs, actorName } from '../audit/audit.ts'
import { topmostPaths } from '../baskets/basket.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { findInbox } from '../devices/devices-table.ts'
import { bytesText } from '../prune/bytes-text.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { encodeVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { UserIdentity } from '../users/user.ts'
import { type ChangeShare, createChangeShare } from './change-share.ts'
import { createDemandOpenable, notInPlan } from './demand-openable.ts'
import { ensureInbox } from './inbox.ts'
import type { RunningDownloads } from './running-downloads.ts'
import { type DownloadShare, dayMs, type ListedShare, type Share, shareLimits, type UploadShare } from './share.ts'
import { insertShareAudit } from './share-audit.ts'
import { ShareError } from './share-error.ts'
import type { ShareRules } from './share-rules.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { type JudgedShare, mayShare, type ShareJudge } from './share-surroundings.ts'
import { hashShareToken, newShareToken } from './share-token.ts'
import { type ListedUse, listUses, type UsesPage } from './share-uses-table.ts'
import {
  demandDays,
  demandDownloads,
  demandWithin,
  parseMessage,
  parseNote,
  parseSharePassword,
  parseTitle,
  passwordNeeded,
} from './share-words.ts'
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

export interface SharesService {
  /** Throws ShareError. */
  readonly shareFiles: (wish: DownloadWish, by: UserIdentity, actingAs: ActingAs) => Promise<MadeShare<DownloadShare>>
  readonly askForFiles: (wish: UploadWish, by: UserIdentity, actingAs: ActingAs) => Promise<MadeShare<UploadShare>>
  /** Whoever it belongs to: the caller compares the customer. */
  readonly find: (shareId: Id<'shr'>) => Promise<Share | undefined>
  readonly judge: ShareJudge['judge']
  /** The newest first. */
  readonly listOfCustomer: (
    page: Parameters<typeof table.listSharesOfCustomer>[1],
  ) => Promise<readonly JudgedShare<ListedShare>[]>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly JudgedShare<ListedShare>[]>
  /** The newest first. */
  readonly listUses: (shareId: Id<'shr'>, page: UsesPage) => Promise<readonly ListedUse[]>
  /** That work, made by people who may not share from this account any more. */
  readonly listOfFormer: (customerId: Id<'cus'>) => Promise<readonly ListedShare[]>
  /** What is going out or coming in by it breaks off. Withdrawing it twice is no error. */
  readonly revoke: (share: ListedShare, actingAs: ActingAs) => Promise<void>
  readonly change: ChangeShare
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
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly repositories: Pick<Repositories, 'findOfCustomer'>
  readonly openVersionReader: OpenVersionReader
  readonly rules: ShareRulesService
  readonly judge: ShareJudge
  readonly running: Pick<RunningDownloads, 'endOf'>
  /** What is coming in by a link that was withdrawn ends. */
  readonly endDeliveries: (shareId: Id<'shr'>) => void
}

export function createShares(options: SharesOptions): SharesService {
  const { database, clock, randomness, hasher, customers, subscriptions, devices } = options
  const { judge, judgeMany } = options.judge
  const { kysely } = database
  const demandOpenable = createDemandOpenable(options)

  const factsOf = async (wish: ShareWish, rules: ShareRules, { userId, name }: UserIdentity) => {
    demandDays(wish.days, rules)
    const password = parseSharePassword(wish.password)
    if (password === undefined && rules.isPasswordNeeded) throw passwordNeeded()
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
  const insert = async (tx: Transaction, share: Share, tokenHash: Uint8Array, days: number, actingAs: ActingAs) => {
    await table.insertShare(tx, share, tokenHash)
    await insertShareAudit(tx, 'share.created', share, { ...actingAs, at: share.createdAt }, detailOf(share, days))
  }

  return {
    judge,
    find: (shareId) => table.findShare(kysely, shareId),
    listOfCustomer: async (page) => judgeMany(await table.listSharesOfCustomer(kysely, page)),
    list: async (page) => judgeMany(await table.listSharesAfter(kysely, page)),
    listOfFormer: (customerId) => table.listSharesOfFormer(kysely, { customerId, nowMs: clock.now() }),
    listUses: (shareId, page) => listUses(kysely, shareId, page),
    change: createChangeShare({ ...options, demandOpenable }),
    findHindrance: async (customerId) => {
      if ((await customers.find(customerId))?.state !== 'active') return 'customer'
      return (await findSharingPlan(customerId)) === undefined ? 'plan' : undefined
    },

    shareFiles: async (wish, by, actingAs) => {
      const { version, downloadsMax } = wish
      if (version.isCheckpoint) throw new ShareError('version-gone', 'This backup is not finished. Share it when it is.')
      if (downloadsMax !== undefined) demandDownloads(downloadsMax)
      const device = await devices.find(version.deviceId)
      const plan = device && (await subscriptions.find(device.subscriptionId))
      const paths = await pathsThere(wish)
      const share: DownloadShare = {
        ...(await factsOf(wish, await options.rules.find(), by)),
        customerId: version.customerId,
        kind: 'download',
        version: version.id,
        paths,
        pathsCount: paths.length,
        downloadsMax,
        downloads: 0,
      }
      const token = newShareToken(randomness)
      await database.transaction(async (tx) => {
        await lockRepository(tx, version.repositoryId)
        await demandOpenable(tx, share, plan)
        await insert(tx, share, hashShareToken(token), wish.days, actingAs)
      })
      return { share, token }
    },

    askForFiles: async (wish, by, actingAs) => {
      const { customerId, bytesMax, filesMax } = wish
      const rules = await options.rules.find()
      if (!rules.mayUpload) throw new ShareError('not-allowed', 'The administrator of this box lets no files be sent in.')
      const max = rules.uploadBytesMax
      demandWithin('bytes', bytesMax, { max, words: `A link takes between one byte and ${bytesText(max)} here.` })
      demandWithin('files', filesMax, { max: shareLimits.files, words: `A link takes 1 to ${shareLimits.files} files.` })
      const customer = await customers.find(customerId)
      const plan = await findSharingPlan(customerId)
      const repository = await options.repositories.findOfCustomer(customerId)
      if (customer === undefined || plan === undefined || repository === undefined) throw notInPlan()
      const { actor } = actingAs
      if (actor.kind !== 'user') throw new ShareError('not-allowed', 'Somebody who is signed in has to make it.')
      const facts = await factsOf(wish, rules, by)
      await settleInbox(wish, plan, actingAs)
      const token = newShareToken(randomness)
      const share = await database.transaction(async (tx): Promise<UploadShare> => {
        await lockRepository(tx, repository.repositoryId)
        const inbox = await ensureInbox(tx, {
          customer,
          subscription: plan,
          actingAs: { ...actingAs, actor },
          nowMs: facts.createdAt,
          randomness,
        })
        const job = freeJob(facts.title, await table.listPlacesOfInbox(tx, inbox.deviceId))
        const { deviceId } = inbox
        const received = { receivedBytes: 0, receivedFiles: 0, uploads: 0, lostBytes: 0 }
        const made: UploadShare = { ...facts, customerId, kind: 'upload', deviceId, job, bytesMax, filesMax, ...received }
        await demandOpenable(tx, made, plan)
        await insert(tx, made, hashShareToken(token), wish.days, actingAs)
        return made
      })
      return { share, token }
    },

    revoke: async (share, actingAs) => {
      const at = clock.now()
      await database.transaction(async (tx) => {
        const by = actorName(actingAs.actor)
        if (await table.revokeShare(tx, { shareId: share.shareId, at, by }))
          await insertShareAudit(tx, 'share.revoked', share, { ...actingAs, at }, {})
      })
      options.running.endOf(share.shareId)
      options.endDeliveries(share.shareId)
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
}

function detailOf(share: Share, days: number) {
  const of =
    share.kind === 'download'
      ? { version: share.version, paths: share.paths.length }
      : { files: share.filesMax, bytes: share.bytesMax }
  return { days, hasPassword: share.passwordHash !== undefined, ...of }
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
