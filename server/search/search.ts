/** Searching a customer's files over all computers and versions: what may be asked, and what comes back. */
import { type PathState, pathStates } from '../catalogue/path-states.ts'
import { firstAtLeast } from '../catalogue/sorted-numbers.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { FileKind } from './file-kind.ts'
import type { FindOrder, HitPlace } from './find-in-index.ts'
import type { NameMatch } from './name-query.ts'

export const foundTypes = ['file', 'folder'] as const
export type FoundType = (typeof foundTypes)[number]
export const foundStates = ['present', 'deleted'] as const
export type FoundState = (typeof foundStates)[number]

/** Which computers and backup plans are looked at. */
export interface SearchScope {
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'> | undefined
  /** By the name that people know a job by; upper and lower case are one. */
  readonly job: string | undefined
  readonly subscriptionId: Id<'sub'> | undefined
}

export interface FileFilters {
  readonly type: FoundType | undefined
  readonly kind: FileKind | undefined
  /** Of files; with one of them folders are not found. */
  readonly minBytes: number | undefined
  readonly maxBytes: number | undefined
  readonly changedFromMs: number | undefined
  readonly changedBeforeMs: number | undefined
  readonly state: FoundState | undefined
  /** What was there in the newest version before this moment. */
  readonly thereBeforeMs: number | undefined
}

export interface FileQuestion extends SearchScope, FileFilters {
  readonly name: string
  readonly match: NameMatch
  readonly order: FindOrder
  readonly after: string | undefined
  readonly limit: number
  /** Nobody waits for the answer any more: what has not begun is left. */
  readonly signal?: AbortSignal
}

export interface SeenIn {
  readonly id: Id<'snap'>
  readonly receivedAt: number
}

export interface FoundFile {
  /** Where the list goes on. */
  readonly key: string
  readonly deviceId: Id<'dev'>
  readonly computer: string
  readonly job: string
  readonly path: VersionPath
  readonly type: PathState['type']
  readonly sizeBytes: number
  readonly changedAtNs: bigint
  /** The newest version that holds it like this: what a download gives. */
  readonly shown: SeenIn
  /** The oldest version that holds it. */
  readonly firstAt: number
  readonly lastAt: number
  /** How often it was different; each can be had. */
  readonly states: number
  /** The newest of those, the newest first. */
  readonly newest: readonly StateOfFound[]
  /** It is in the newest version. */
  readonly isPresent: boolean
  /** The first version without it. */
  readonly deletedAt: number | undefined
}

export interface StateOfFound {
  /** The newest version that holds it like this. */
  readonly version: SeenIn
  /** When the oldest version that holds it like this came. */
  readonly firstAt: number
  readonly sizeBytes: number
  /** Than the state before; undefined for the oldest. */
  readonly moreBytes: number | undefined
}

export interface FoundPage {
  readonly items: readonly FoundFile[]
  /** The `after` of the next page. */
  readonly next: string | undefined
  /** How many match. */
  readonly total: number
  /** Otherwise some of them may be something else: what went away and came back, or was different on another day. */
  readonly isExact: boolean
}

/** A job of the scope, and the versions of it that are there. */
export interface SearchedJob {
  readonly jobId: JobId
  readonly deviceId: Id<'dev'>
  readonly computer: string
  readonly job: string
  /** The newest number of its catalogue. */
  readonly version: number
  readonly live: LiveVersions
}

/** Numbers of the catalogue, ascending, when each came, and 1 for each checkpoint: it goes when the next version comes. */
export interface LiveVersions {
  readonly numbers: Uint32Array
  readonly receivedAt: Float64Array
  readonly checkpoints: Uint8Array
}

/** A state that at least one version still shows, with the first and the last of those. */
export interface LiveState extends PathState {
  readonly firstNumber: number
  readonly lastNumber: number
  /** The one to get it from: the last that is no checkpoint; the last one where all are. */
  readonly shownNumber: number
}

/** Newest first. Of the others nothing is left to be had. */
export function liveStates(
  changes: Parameters<typeof pathStates>[0],
  { version, live }: Pick<SearchedJob, 'version' | 'live'>,
): readonly LiveState[] {
  return pathStates(changes, version).flatMap((state) => {
    const first = firstAtLeast(live.numbers, state.from)
    const end = firstAtLeast(live.numbers, state.before)
    if (first >= end) return []
    const [firstNumber, lastNumber] = [live.numbers[first]!, live.numbers[end - 1]!]
    return [{ ...state, firstNumber, lastNumber, shownNumber: live.numbers[lastLasting(live, first, end)]! }]
  })
}

/** The newest version that came before a moment; a checkpoint only where nothing else had. They come in the order of their numbers. */
export function numberBefore(live: LiveVersions, beforeMs: number): number | undefined {
  let end = live.numbers.length
  while (end > 0 && live.receivedAt[end - 1]! >= beforeMs) end -= 1
  return end === 0 ? undefined : live.numbers[lastLasting(live, 0, end)]
}

/** Up to a number: a version that came after the number was read is not meant yet. */
export function liveUpTo({ numbers, receivedAt, checkpoints }: LiveVersions, version: number): LiveVersions {
  const end = firstAtLeast(numbers, version + 1)
  return {
    numbers: numbers.subarray(0, end),
    receivedAt: receivedAt.subarray(0, end),
    checkpoints: checkpoints.subarray(0, end),
  }
}

/** The last place from `first` up to, not including, `end` that is no checkpoint; the last one where all are. */
function lastLasting({ checkpoints }: LiveVersions, first: number, end: number): number {
  for (let at = end - 1; at >= first; at -= 1) if (checkpoints[at] === 0) return at
  return end - 1
}

export function receivedAtOf({ numbers, receivedAt }: LiveVersions, number: number): number {
  return receivedAt[firstAtLeast(numbers, number)]!
}

export function placeKey({ rank, value, jobId, hash }: HitPlace): string {
  return `${rank}-${value}-${jobId}-${hash.toString('hex')}`
}

const keyPattern = /^(\d)-(\d{1,16})-(\d{1,15})-([0-9a-f]{32})$/

export function parsePlaceKey(key: string | undefined): HitPlace | undefined {
  const match = keyPattern.exec(key ?? '')
  if (match === null) return undefined
  return { rank: Number(match[1]), value: Number(match[2]), jobId: Number(match[3]), hash: Buffer.from(match[4]!, 'hex') }
}
