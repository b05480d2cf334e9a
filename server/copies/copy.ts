/**
 * A second copy: every repository of the box once more, in another folder or on another disk, brought up to date on a schedule.
 * It is whole at every moment, as of its last cut-off; it is never asked to forget because something is absent here. Pure.
 */
import type { Id } from '../runtime/ids.ts'
import type { CopySchedule } from './copy-schedule.ts'

export const copyPlaceKinds = ['folder'] as const

/** Where a copy lies. Other kinds of storage become further arms. */
export type CopyAddress = { readonly kind: (typeof copyPlaceKinds)[number]; readonly folder: string }

export interface CopySettings {
  readonly name: string
  readonly schedule: CopySchedule
  readonly limitBytesPerSecond: number | undefined
  /** Paused: it runs when somebody asks, and nobody is alarmed about its age. */
  readonly isPaused: boolean
}

export interface Copy extends CopySettings {
  readonly copyId: Id<'cpy'>
  readonly address: CopyAddress
  /** Written into the place when it was added: another disk at the same path has another one, or none. */
  readonly placeUid: Buffer
  readonly createdAt: number
}

export const copyOutcomes = ['ok', 'partial', 'failed', 'cancelled'] as const
export type CopyOutcome = (typeof copyOutcomes)[number]

/** What a run found that is not as it should be; each of them 0 in a good run. */
export interface CopyFindings {
  /** Packs of the box that are not what their name says: not copied. */
  readonly damagedHere: number
  /** Packs of the box whose files are not there. */
  readonly missingHere: number
  /** Small files of the box (versions, marks) that are not whole: not copied. */
  readonly unreadableHere: number
  /** Files that were in the copy and are not any more; copied again. */
  readonly lostThere: number
  /** Files of the copy that are not what they were; copied again. */
  readonly damagedThere: number
}

export const noFindings: CopyFindings = {
  damagedHere: 0,
  missingHere: 0,
  unreadableHere: 0,
  lostThere: 0,
  damagedThere: 0,
}

export interface CopyRunResult {
  readonly outcome: CopyOutcome
  readonly packs: number
  readonly bytes: number
  readonly files: number
  readonly removedPacks: number
  /** Bytes of the copy that were read back and compared. */
  readonly readBackBytes: number
  readonly findings: CopyFindings
  /** Files of the copy that the box does not know: never removed. */
  readonly unknownFiles: number
  /** What its disk had left; undefined where that cannot be told. */
  readonly freeBytes: number | undefined
  /** Of a run that failed: a code of the problem catalogue, and its own words. */
  readonly problem: { readonly code: string; readonly detail: string } | undefined
}

export const copyPhases = ['looking', 'copying', 'reading-back'] as const
export type CopyPhase = (typeof copyPhases)[number]

export interface CopyProgress {
  readonly phase: CopyPhase
  readonly packs: number
  readonly packsTotal: number
  readonly bytes: number
  readonly bytesTotal: number
}

/** What the copy lacks, as of now. */
export interface CopyLag {
  /** The oldest cut-off among the repositories; undefined while one was never copied whole. */
  readonly asOf: number | undefined
  readonly packs: number
  readonly bytes: number
  readonly versions: number
  /** What lies in the copy. */
  readonly copiedPacks: number
  readonly copiedBytes: number
}

export function hasFindings(findings: CopyFindings): boolean {
  return Object.values(findings).some((count) => count > 0)
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Older than this, a copy is an alarm: three of its intervals, at least two days. */
export function tooOldMs({ everyHours }: CopySchedule): number {
  return Math.max(2 * dayMs, 3 * everyHours * hourMs)
}

/** A new copy has as long for its first run; a paused one is not asked for its age. */
export function isTooOld(copy: Copy, asOf: number | undefined, nowMs: number): boolean {
  return !copy.isPaused && nowMs - (asOf ?? copy.createdAt) > tooOldMs(copy.schedule)
}
