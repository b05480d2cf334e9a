/** One execution of a job, as far as the box heard of it. */
import type { SkippedFile, SnapshotCounts, Verdict } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'

declare const checkedKey: unique symbol
/** What the computer calls a run: it has its name before the box hears of it. */
export type RunKey = string & { readonly [checkedKey]: true }

const runKeyPattern = /^[0-9a-f]{32}$/

export function isRunKey(text: string): text is RunKey {
  return runKeyPattern.test(text)
}

/** `refused`: it asked, was told why nothing is taken now, and sent nothing. It says nothing about how safe its computer is. */
export const runVerdicts = ['ok', 'partial', 'failed', 'refused'] as const
export type RunVerdict = (typeof runVerdicts)[number]

export interface NewRun {
  readonly runId: Id<'run'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly job: string
  readonly startedAt: number
  /** What the computer calls it; a run that is tried again keeps its name, and its row. */
  readonly key?: RunKey | undefined
  readonly isAgain?: boolean
}

/** A run that made a version. */
export interface FinishedRun {
  readonly runId: Id<'run'>
  readonly version: Id<'snap'>
  readonly verdict: Verdict
  readonly endedAt: number
  readonly counts: SnapshotCounts
  /** Whose files the run left out, for counting those that are known and accepted. */
  readonly left: { readonly deviceId: Id<'dev'>; readonly job: string; readonly skipped: readonly SkippedFile[] }
}

/** A run that made none: aborted, refused, or not heard from any more. */
export interface FailedRun {
  readonly runId: Id<'run'>
  readonly code: string
  readonly detail: string
  readonly endedAt: number
}

/** A run that was not let begin. */
export interface RefusedRun extends NewRun {
  readonly code: string
  readonly detail: string
}

/** How one of a reader's days went for one device. */
export interface DeviceDay {
  readonly deviceId: Id<'dev'>
  /** Into the list of day starts that was asked for. */
  readonly dayIndex: number
  readonly ok: number
  readonly partial: number
  readonly failed: number
  readonly lastAt: number
  /** Of the day's last run that made a version. */
  readonly lastVersion: Id<'snap'> | undefined
}

export interface DaysAsked {
  readonly customerId: Id<'cus'>
  /** Of all the customer's devices unless told. */
  readonly deviceId?: Id<'dev'>
  /** The reader's midnights, in order. Days end where the next begins; the last one does not end. */
  readonly dayStartsMs: readonly number[]
}

/** A month's page asks for about 42, a year's for 366. */
export const maxDaysAsked = 400
export const maxRunDetailCharacters = 1000
