/**
 * A link that somebody outside the account opens: to files of one version, or to send files into the account's inbox. Whoever has the link
 * has the right, until it ends: so it carries 256 random bits, of which only the hash is kept, and it always ends. Pure.
 */
import { maxDepositsOfJob } from '../deposits/deposit.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'

export const shareKinds = ['download', 'upload'] as const
export type ShareKind = (typeof shareKinds)[number]

export type Share = ShareFacts & (DownloadPart | UploadPart)
/** As lists have it: without its paths, of which there may be many. */
export type ListedShare = ShareFacts & (ListedDownloadPart | UploadPart)
export type DownloadShare = ShareFacts & DownloadPart
export type UploadShare = ShareFacts & UploadPart

export interface ShareFacts {
  readonly shareId: Id<'shr'>
  readonly customerId: Id<'cus'>
  /** What it is called: on its page, and in the list of its customer. */
  readonly title: string
  /** To whoever opens it; lines are kept. */
  readonly message: string | undefined
  /** To oneself: nobody outside the account sees it. */
  readonly note: string | undefined
  readonly passwordHash: string | undefined
  readonly createdBy: { readonly userId: Id<'usr'>; readonly name: string }
  readonly createdAt: number
  readonly expiresAt: number
  readonly revoked: { readonly at: number; readonly by: string } | undefined
  /** How often its page was opened, by people. */
  readonly looks: number
  /** Last opened, fetched from or sent into. */
  readonly usedAt: number | undefined
}

interface ListedDownloadPart {
  readonly kind: 'download'
  /** A version of the customer; it is kept while the link works. */
  readonly version: Id<'snap'>
  readonly pathsCount: number
  readonly downloadsMax: number | undefined
  readonly downloads: number
}

interface DownloadPart extends ListedDownloadPart {
  /** None of them lies below another one. One empty path is the whole version. */
  readonly paths: readonly VersionPath[]
}

interface UploadPart {
  readonly kind: 'upload'
  /** The inbox, and the place in it. */
  readonly deviceId: Id<'dev'>
  readonly job: string
  /** Of everything that is sent by it. */
  readonly bytesMax: number
  readonly filesMax: number
  readonly receivedBytes: number
  readonly receivedFiles: number
  readonly uploads: number
  /** Stored by deliveries of which nothing came in the end. */
  readonly lostBytes: number
}

const GiB = 1024 ** 3

export const shareDefaults = { days: 7, filesMax: 100, bytesMax: 5 * GiB } as const
export const shareLimits = {
  paths: 500,
  pathsCharacters: 64 * 1024,
  titleCharacters: 100,
  messageCharacters: 1000,
  noteCharacters: 500,
  days: 365,
  downloads: 10_000,
  files: 10_000,
  bytes: 1024 ** 4,
  openPerCustomer: 1000,
} as const

export const dayMs = 24 * 60 * 60 * 1000

/** How long a link stays in the lists when it has ended. */
export const endedKeptDays = 90

/** Why a link does nothing for whoever has it. `paused`, `password-needed`: it may come back. */
export const shareEnds = ['revoked', 'expired', 'used-up', 'gone', 'paused', 'password-needed'] as const
export type ShareEnd = (typeof shareEnds)[number]

/** What is true around it. */
export interface ShareSurroundings {
  readonly nowMs: number
  /** Its version is there, and nobody has deleted it; its inbox takes something. */
  readonly isThere: boolean
  /** Its customer is served, and its plan has sharing; the box's administrator lets it be. */
  readonly isServed: boolean
  /** The box's administrator wants a password on every link. */
  readonly isPasswordNeeded: boolean
}

/**
 * What people decided comes first, and what cannot be undone before what can. `used-up` comes behind `gone`: whoever began with the last
 * download may finish it, but nothing of what an owner has deleted.
 */
export function shareEndIn(share: ListedShare, around: ShareSurroundings): ShareEnd | undefined {
  if (share.revoked !== undefined) return 'revoked'
  if (around.nowMs >= share.expiresAt) return 'expired'
  if (!around.isThere) return 'gone'
  if (isUsedUp(share)) return 'used-up'
  if (!around.isServed) return 'paused'
  return lacksPassword(share, around) ? 'password-needed' : undefined
}

/** Made before the administrator wanted one. */
export function lacksPassword(
  { passwordHash }: Pick<Share, 'passwordHash'>,
  rules: { readonly isPasswordNeeded: boolean },
): boolean {
  return rules.isPasswordNeeded && passwordHash === undefined
}

export function isUsedUp(share: ListedShare): boolean {
  switch (share.kind) {
    case 'download':
      return share.downloadsMax !== undefined && share.downloads >= share.downloadsMax
    case 'upload':
      return share.receivedFiles >= share.filesMax || share.receivedBytes >= share.bytesMax || share.uploads >= maxDepositsOfJob
    default:
      return share satisfies never
  }
}

/**
 * Deliveries that are cut off or given up take space until the collector has been: a link costs at most twice what it may bring, beside
 * what is on its way. Nobody fills a plan or a disk by sending again and again.
 */
export function isWornOut({ bytesMax, receivedBytes, lostBytes }: UploadShare, comingBytes: number): boolean {
  return receivedBytes + lostBytes + comingBytes > 2 * bytesMax
}
