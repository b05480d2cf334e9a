/**
 * A restore order: files and folders of a version that a computer shall get back, by itself, wherever the person who asks sits. It is
 * also the grant: as long as it is open, and only then, that computer may read what was selected, of whichever computer of the account
 * the version is. Paths in it are contents: staff see counts.
 */
import type { RestoreCounters, RestoreMode, RestoreRule } from '../../selection/restore-order.ts'
import { parseSourcePath } from '../../selection/source-path.ts'
import { topmostPaths } from '../baskets/basket.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'

export const restoreStates = ['open', 'done', 'partly', 'failed', 'cancelled', 'expired'] as const
export type RestoreState = (typeof restoreStates)[number]
export type EndState = Exclude<RestoreState, 'open'>

export type RestorePlace =
  | { readonly kind: 'original' }
  /** On the target. `isStripped`: without the folders that lead to what was selected. */
  | { readonly kind: 'folder'; readonly path: Buffer; readonly isStripped: boolean }

export interface RestoreWish {
  readonly mode: RestoreMode
  readonly place: RestorePlace
  readonly rule: RestoreRule
}

/** Names, each list bounded; the numbers are in the counters. */
export interface RestoreProof {
  readonly kept: readonly { readonly path: string; readonly reason: string }[]
  readonly beside: readonly { readonly path: string; readonly name: string }[]
  readonly failed: readonly { readonly path: string; readonly code: string; readonly detail: string }[]
  /** Files that are there, without all of their owner, mode, times and attributes. */
  readonly notSet: readonly { readonly path: string; readonly what: string; readonly detail: string }[]
  readonly left: readonly string[]
}

export interface RestoreOrder extends RestoreWish {
  readonly restoreId: Id<'rst'>
  readonly customerId: Id<'cus'>
  /** Where the files go. */
  readonly deviceId: Id<'dev'>
  /** Whose they are. */
  readonly sourceDeviceId: Id<'dev'>
  readonly snapshot: Id<'snap'>
  readonly job: string
  readonly versionAt: number
  readonly orderId: Id<'ord'>
  readonly paths: readonly VersionPath[]
  readonly state: RestoreState
  /** While it is open: the computer has it. */
  readonly isTaken: boolean
  /** While it is open: its order has ended without a word of the computer; `settle` ends it, too. */
  readonly isLeft: boolean
  /** When the computer was first given the entries: from then on it may have written. */
  readonly handedAt: number | undefined
  readonly askedAt: number
  /** A mail address. */
  readonly askedBy: string
  readonly expiresAt: number
  readonly endedAt: number | undefined
  /** What was selected, as the box counted it. */
  readonly files: number
  readonly bytes: number
  /** False: there is more, which was not counted. */
  readonly isWhole: boolean
  readonly counters: RestoreCounters | undefined
  readonly proof: RestoreProof | undefined
  readonly code: string | undefined
  readonly detail: string | undefined
  /** Of a revert: the version that was made of what was there. */
  readonly before: Id<'snap'> | undefined
  /** The revert that this one takes back. */
  readonly undoes: Id<'rst'> | undefined
}

/** What a computer says at the end. */
export interface RestoreReport {
  readonly state: EndState
  readonly code: string | undefined
  readonly detail: string | undefined
  readonly counters: RestoreCounters
  readonly proof: RestoreProof
  readonly before: Id<'snap'> | undefined
}

export const maxRestorePaths = 500
/** Of one account, waiting or running. */
export const maxOpenRestores = 100
/** A computer that says that its order is done has told its report before; after this long it will not come. */
export const reportAwaitedMs = 10 * 60_000
/** A computer that stops tells within seconds how far it came. */
export const lastWordsAwaitedMs = 60_000
export const endedRestoresKeptMs = 400 * 24 * 60 * 60 * 1000

/** Whether something of it may still change: it is open, or its computer is about to say what it wrote. */
export function isUnderWay({ state, endedAt, handedAt, counters }: RestoreOrder, nowMs: number): boolean {
  if (state === 'open') return true
  return handedAt !== undefined && counters === undefined && nowMs - (endedAt ?? 0) < lastWordsAwaitedMs
}

export const restoreFaults = [
  'nothing-selected',
  'too-many',
  'bad-folder',
  'other-system',
  'not-its-own',
  'no-computer',
  /** A disk that is away, a database that does not answer: it passes. */
  'unreadable-now',
] as const
export type RestoreFault = (typeof restoreFaults)[number]

export class RestoreOrderError extends Error {
  override readonly name = 'RestoreOrderError'
  readonly fault: RestoreFault

  constructor(fault: RestoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

const windowsForbidden = /[<>"|?*]|[. ](?:[\\/]|$)/

/** Where a folder was chosen: absolute, by the rules of the computer that gets it. @throws RestoreOrderError `bad-folder` */
export function parseFolder(text: string, platform: string): Buffer {
  const path = Buffer.from(text.trim())
  const bad = (why: string) => new RestoreOrderError('bad-folder', why)
  if (path.length === 0) throw bad('Name the folder that they shall go into.')
  const isWindows = platform === 'win32'
  try {
    parseSourcePath(path, isWindows ? 'win32' : 'linux')
  } catch {
    throw bad(isWindows ? 'Give a whole path, such as C:\\Back.' : 'Give a whole path, such as /home/ann/back.')
  }
  const names = path.toString().split(isWindows ? /[\\/]/ : '/')
  if (names.includes('..') || names.includes('.')) throw bad('A path without . and .. in it, please.')
  if (/\p{Cc}/u.test(text)) throw bad('A path has no control characters.')
  if (isWindows && windowsForbidden.test(text.trim().slice(2))) throw bad('Windows has no folder of this name.')
  return path
}

/** With `strip` everything lies side by side: only where no two names are the same. */
export function mayStrip(paths: readonly VersionPath[]): boolean {
  const names = topmostPaths(paths).map((path) => path.at(-1)?.toString('latin1').toLowerCase())
  return !names.includes(undefined) && new Set(names).size === names.length
}
