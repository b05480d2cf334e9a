/**
 * How a computer stands: what its runs and versions come to, kept in the transaction of each run's end, so that a page about five
 * hundred computers asks no run. Home, a customer's computers and the whole fleet read the same rows, and so say the same words.
 */
import type { Verdict } from '../../engine/index.ts'

export interface DeviceStanding {
  /** How its jobs ended last: the worst of them. Undefined: nothing has ended yet. */
  readonly ended: EndedWorst | undefined
  /** When its newest version came that can be relied on. */
  readonly goodAt: number | undefined
  /** The oldest of its runs that have not ended. */
  readonly runningSince: number | undefined
  /** Nothing is taken from it now, because somebody said so. */
  readonly pause: Pause | undefined
  /** It is no computer, but what people send: that nothing came is no lack. */
  readonly isNeverMissed?: true
}

export interface Pause {
  /** Where it was said: at the computer itself, or above it. */
  readonly of: 'computer' | 'plan' | 'customer'
  readonly untilMs: number | undefined
}

export interface EndedWorst {
  readonly verdict: Verdict
  readonly at: number
  /** Of a run that failed. */
  readonly code: string | undefined
  /** In words that may name files: never for staff. */
  readonly detail: string | undefined
  readonly skipped: number
  /** Of that job, in a row. */
  readonly failures: number
}

export const nothingEnded: DeviceStanding = { ended: undefined, goodAt: undefined, runningSince: undefined, pause: undefined }

const dayMs = 24 * 60 * 60 * 1000
/** Without a good backup for so long, a computer is called silent. */
export const silentAfterMs = 7 * dayMs
/** A run that goes on is believed in while the computer was heard from within this time. */
export const heardWithinMs = 10 * 60 * 1000
/** A job that has not run for so long, while others of its computer have, does not count: it was taken away there. */
export const jobCountsForMs = 30 * dayMs

/** The states a computer can be in, most urgent first; the order in which lists show them. */
export const standingKinds = ['failed', 'silent', 'partial', 'running', 'none', 'paused', 'ok'] as const
export type StandingKind = (typeof standingKinds)[number]

export interface StandingToJudge {
  readonly standing: DeviceStanding
  readonly lastSeenAt: number
}

export function standingKind(judged: StandingToJudge, nowMs: number): StandingKind {
  return isRunning(judged, nowMs) ? 'running' : restingKind(judged, nowMs)
}

/** How it stands apart from what is going on just now. */
export function restingKind({ standing }: Pick<StandingToJudge, 'standing'>, nowMs: number): Exclude<StandingKind, 'running'> {
  const { ended, goodAt, pause, isNeverMissed } = standing
  if (pause !== undefined) return 'paused'
  if (ended?.verdict === 'failed') return 'failed'
  if (isNeverMissed === true) return ended?.verdict === 'partial' ? 'partial' : 'ok'
  if (ended === undefined || goodAt === undefined) return 'none'
  if (nowMs - goodAt > silentAfterMs) return 'silent'
  return ended.verdict === 'partial' ? 'partial' : 'ok'
}

function isRunning({ standing, lastSeenAt }: StandingToJudge, nowMs: number): boolean {
  return standing.runningSince !== undefined && nowMs - lastSeenAt <= heardWithinMs
}
