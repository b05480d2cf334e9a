/**
 * Until when versions stay: what decided about them, followed into the future. Where it is known when backups are planned, the answer is
 * the moment from which no reason holds if good ones come just then; otherwise it is what the reasons promise whatever comes. A version
 * gains no reason later (plan-retention.ts), so each of its reasons is followed by itself, and the longest counts. It is followed for
 * thirty years and some thousand steps at most; what ends behind that has what it promises, or no end that is known. Pure.
 */
import { startOfUnit, unitNames } from './calendar.ts'
import { orderMs, type RuleContext } from './counting-rules.ts'
import type { Decision, KeepReason, RetainedVersion } from './decision.ts'
import { dayMs, hourMs } from './floors.ts'
import type { CalendarUnit } from './retention-rules.ts'

export type KeptUntil =
  /** Pinned. */
  | { readonly kind: 'for-good' }
  /** `isBound`: at least until then; it may be longer. */
  | { readonly kind: 'until'; readonly atMs: number; readonly isBound: boolean; readonly reason: KeepReason }
  /** As long as the reason holds; when it ends, nobody knows. */
  | { readonly kind: 'while'; readonly reason: KeepReason }
  /** No reason keeps it. */
  | { readonly kind: 'going' }

export interface ForesightContext extends Pick<RuleContext, 'timeZone' | 'nowMs'> {
  /** When a job's next backup after a moment is planned; undefined: nobody knows. */
  readonly nextPlanned: (job: PlannedJob, afterMs: number) => number | undefined
  /** What lies between two of a job's planned backups, where it is always the same: then they need not be counted one by one. */
  readonly plannedEveryMs?: (job: PlannedJob) => number | undefined
}

type PlannedJob = Pick<RetainedVersion, 'device' | 'job'>

/** Of one job and kind, and of all of them: each costs some calculating with dates, and pages wait for it. Rules count to 10,000. */
const maxSteps = 1_000
const maxStepsInAll = 10_000
const horizonMs = 30 * 366 * dayMs

export function foreseeRetention<Version extends RetainedVersion>(
  decisions: readonly Decision<Version>[],
  context: ForesightContext,
): ReadonlyMap<Version, KeptUntil> {
  const foreseen = new Map<Version, KeptUntil>()
  const jobs = Map.groupBy(decisions, ({ version: { device, job } }) => JSON.stringify([device, job]))
  const steps = { left: maxStepsInAll }
  for (const ofJob of jobs.values()) {
    const future = futureOf(
      ofJob.map(({ version }) => version),
      { ...context, steps },
    )
    for (const decision of ofJob) foreseen.set(decision.version, follow(decision, future, context.nowMs))
  }
  return foreseen
}

function follow<Version extends RetainedVersion>(decision: Decision<Version>, future: Future, nowMs: number): KeptUntil {
  if (decision.kind === 'forget') return { kind: 'going' }
  const { version, reasons } = decision
  if (reasons.some(({ kind }) => kind === 'pinned')) return { kind: 'for-good' }
  const ends = reasons.map((reason) => ({ reason, end: endOf(reason, version, future, nowMs) }))
  const isBound = ends.some(({ end }) => end?.kind !== 'at' || end.isBound)
  const [longest] = ends
    .flatMap(({ reason, end }) => (end === undefined ? [] : [{ reason, end }]))
    .sort((one, other) => other.end.atMs - one.end.atMs)
  if (longest === undefined) return { kind: 'while', reason: strongest(reasons) }
  if (longest.end.kind === 'beyond') return { kind: 'while', reason: longest.reason }
  return { kind: 'until', atMs: longest.end.atMs, isBound, reason: longest.reason }
}

type ReasonEnd =
  | { readonly kind: 'at'; readonly atMs: number; readonly isBound: boolean }
  /** Behind what is foreseen, and if backups come as planned, behind this moment. */
  | { readonly kind: 'beyond'; readonly atMs: number }

const exactly = (atMs: number): ReasonEnd => ({ kind: 'at', atMs, isBound: false })

/** When a reason ends, or the earliest time at which it may; undefined: it may end at any time. */
function endOf(reason: KeepReason, version: RetainedVersion, future: Future, nowMs: number): ReasonEnd | undefined {
  switch (reason.kind) {
    case 'last-day':
    case 'within':
    case 'shared':
      return exactly(reason.untilMs)
    case 'hour-of-week':
      return endOfHour(reason, version, future, nowMs)
    case 'newest-of':
      return endOfUnit(reason, version, future)
    case 'last':
      return future.backup(reason.count - reason.place + 1)
    case 'newest-good':
    case 'unfinished':
      return future.backup(1)
    // Nobody knows when a backup that runs comes to its end.
    case 'in-use':
    case 'pinned':
      return undefined
    default:
      return reason satisfies never
  }
}

/** A newer good one of the same hour takes its place. */
function endOfHour(
  { untilMs }: Extract<KeepReason, { readonly kind: 'hour-of-week' }>,
  { receivedMs }: RetainedVersion,
  future: Future,
  nowMs: number,
): ReasonEnd | undefined {
  const hourEndsMs = (Math.floor(receivedMs / hourMs) + 1) * hourMs
  if (nowMs >= hourEndsMs) return exactly(untilMs)
  if (future.nextMs === undefined) return undefined
  return exactly(future.nextMs < hourEndsMs ? future.nextMs : untilMs)
}

function endOfUnit(
  reason: Extract<KeepReason, { readonly kind: 'newest-of' }>,
  version: RetainedVersion,
  future: Future,
): ReasonEnd | undefined {
  const { unit, place, count, untilMs, isOpen } = reason
  const { nextMs } = future
  if (nextMs !== undefined && isOpen && nextMs < future.endOfUnit(orderMs(version), unit)) return exactly(nextMs)
  const end = nextMs === undefined ? undefined : future.unit(unit, count - place + 1)
  // What the rule promises is longer than what was foreseen.
  return end?.kind === 'at' || isOpen ? end : { kind: 'at', atMs: untilMs, isBound: true }
}

/** The one that says most of why it stays, of those whose end nobody knows. */
function strongest(reasons: readonly [KeepReason, ...KeepReason[]]): KeepReason {
  const order: readonly KeepReason['kind'][] = ['newest-good', 'newest-of', 'last', 'unfinished', 'in-use']
  return reasons.toSorted((one, other) => rank(one.kind) - rank(other.kind))[0] ?? reasons[0]

  function rank(kind: KeepReason['kind']): number {
    const at = order.indexOf(kind)
    return at < 0 ? order.length : at
  }
}

/** The planned backups of one job, as far as they are asked for. */
interface Future {
  /** The next one; undefined: none is planned. */
  readonly nextMs: number | undefined
  /** The first, second, … from now on. */
  readonly backup: (count: number) => ReasonEnd | undefined
  /** The first of the first, second, … unit that has no good version yet. */
  readonly unit: (unit: CalendarUnit, count: number) => ReasonEnd | undefined
  readonly endOfUnit: (atMs: number, unit: CalendarUnit) => number
}

interface StepsLeft {
  left: number
}

function futureOf(
  versions: readonly RetainedVersion[],
  { timeZone, nowMs, nextPlanned, plannedEveryMs, steps }: ForesightContext & { readonly steps: StepsLeft },
): Future {
  const [job] = versions
  const untilMs = nowMs + horizonMs
  const next = (afterMs: number) => (job === undefined ? undefined : nextPlanned(job, afterMs))
  const nextMs = next(nowMs)
  const everyMs = job && plannedEveryMs?.(job)
  const newestGoodMs = Math.max(...versions.filter(({ isGood }) => isGood).map(orderMs), Number.NEGATIVE_INFINITY)
  const endOfUnit = (atMs: number, unit: CalendarUnit) => startOfUnit(atMs, timeZone, { unit, units: 1 })
  const listed = (first: () => number | undefined, following: (last: number) => number | undefined) =>
    lazyList((last) => (last === undefined ? first() : following(last)), { nowMs, untilMs, steps })

  const backups = listed(() => nextMs, next)
  const units = new Map<CalendarUnit, ReturnType<typeof listed>>()
  const firstOf = (unit: CalendarUnit) => {
    const isNew =
      nextMs === undefined ||
      newestGoodMs === Number.NEGATIVE_INFINITY ||
      unitNames(nextMs, timeZone)[unit] !== unitNames(newestGoodMs, timeZone)[unit]
    return isNew ? nextMs : next(endOfUnit(nextMs, unit) - 1)
  }
  return {
    nextMs,
    backup: (count) => {
      if (nextMs === undefined || everyMs === undefined) return backups(count)
      const atMs = nextMs + (count - 1) * everyMs
      return atMs > untilMs ? { kind: 'beyond', atMs: untilMs } : exactly(atMs)
    },
    unit: (unit, count) => {
      let list = units.get(unit)
      if (list === undefined) {
        list = listed(
          () => firstOf(unit),
          (last) => next(endOfUnit(last, unit) - 1),
        )
        units.set(unit, list)
      }
      return list(count)
    },
    endOfUnit,
  }
}

/** Each from the one before it, remembered; counted from 1. */
function lazyList(
  next: (last: number | undefined) => number | undefined,
  { nowMs, untilMs, steps }: { readonly nowMs: number; readonly untilMs: number; readonly steps: StepsLeft },
): (count: number) => ReasonEnd | undefined {
  const list: number[] = []
  let end: 'of-plan' | 'of-foresight' | undefined
  return (count) => {
    while (list.length < count && end === undefined) {
      const value = list.length < maxSteps && steps.left > 0 ? next(list.at(-1)) : Number.POSITIVE_INFINITY
      steps.left -= 1
      if (value === undefined) end = 'of-plan'
      else if (value > untilMs) end = 'of-foresight'
      else list.push(value)
    }
    const atMs = list[count - 1]
    if (atMs !== undefined) return exactly(atMs)
    return end === 'of-plan' ? undefined : { kind: 'beyond', atMs: list.at(-1) ?? nowMs }
  }
}
