/**
 * Until when versions stay: what decided about them, followed into the future. Where it is known when backups are planned, the answer is
 * the moment from which no reason holds if good ones come just then; otherwise it is what the reasons promise whatever comes. A version
 * gains no reason later (plan-retention.ts), so each of its reasons is followed by itself, and the longest counts. Pure.
 */
import { startOfUnit, unitNames } from './calendar.ts'
import { orderMs, type RuleContext } from './counting-rules.ts'
import type { Decision, KeepReason, RetainedVersion } from './decision.ts'
import { hourMs } from './floors.ts'
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
  readonly nextPlanned: (job: Pick<RetainedVersion, 'device' | 'job'>, afterMs: number) => number | undefined
}

export function foreseeRetention<Version extends RetainedVersion>(
  decisions: readonly Decision<Version>[],
  context: ForesightContext,
): ReadonlyMap<Version, KeptUntil> {
  const foreseen = new Map<Version, KeptUntil>()
  const jobs = Map.groupBy(decisions, ({ version: { device, job } }) => JSON.stringify([device, job]))
  for (const ofJob of jobs.values()) {
    const future = futureOf(
      ofJob.map(({ version }) => version),
      context,
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
  const isBound = ends.some(({ end }) => end === undefined || end.isBound)
  const [longest] = ends
    .flatMap(({ reason, end }) => (end === undefined ? [] : [{ reason, atMs: end.atMs }]))
    .sort((one, other) => other.atMs - one.atMs)
  if (longest === undefined) return { kind: 'while', reason: strongest(reasons) }
  return { kind: 'until', ...longest, isBound }
}

interface ReasonEnd {
  readonly atMs: number
  readonly isBound: boolean
}

const exactly = (atMs: number): ReasonEnd => ({ atMs, isBound: false })

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
      return found(future.backup(reason.count - reason.place + 1))
    case 'newest-good':
    case 'unfinished':
      return found(future.backup(1))
    // Nobody knows when a backup that runs comes to its end.
    case 'in-use':
    case 'pinned':
      return undefined
    default:
      return reason satisfies never
  }
}

function found(atMs: number | undefined): ReasonEnd | undefined {
  return atMs === undefined ? undefined : exactly(atMs)
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
  if (!future.isKnown) return undefined
  const nextMs = future.backup(1)
  return exactly(nextMs !== undefined && nextMs < hourEndsMs ? nextMs : untilMs)
}

function endOfUnit(
  reason: Extract<KeepReason, { readonly kind: 'newest-of' }>,
  version: RetainedVersion,
  future: Future,
): ReasonEnd | undefined {
  const { unit, place, count, untilMs, isOpen } = reason
  if (future.isKnown) {
    const nextMs = future.backup(1)
    const isTaken = isOpen && nextMs !== undefined && nextMs < future.endOfUnit(orderMs(version), unit)
    const atMs = isTaken ? nextMs : future.unit(unit, count - place + 1)
    if (atMs !== undefined) return exactly(atMs)
  }
  return isOpen ? undefined : { atMs: untilMs, isBound: true }
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
  /** Whether any is planned. */
  readonly isKnown: boolean
  /** The first, second, … from now on. */
  readonly backup: (count: number) => number | undefined
  /** The first of the first, second, … unit that has no good version yet. */
  readonly unit: (unit: CalendarUnit, count: number) => number | undefined
  readonly endOfUnit: (atMs: number, unit: CalendarUnit) => number
}

/** Of one job and kind; what lies beyond is not foreseen. Rules count to 10,000. */
const maxForeseen = 10_001

function futureOf(versions: readonly RetainedVersion[], { timeZone, nowMs, nextPlanned }: ForesightContext): Future {
  const [job] = versions
  const next = (afterMs: number) => (job === undefined ? undefined : nextPlanned(job, afterMs))
  const newestGoodMs = Math.max(...versions.filter(({ isGood }) => isGood).map(orderMs), Number.NEGATIVE_INFINITY)
  const endOfUnit = (atMs: number, unit: CalendarUnit) => startOfUnit(atMs, timeZone, { unit, units: 1 })

  const backups = lazyList((last) => next(last ?? nowMs))
  const units = new Map<CalendarUnit, ReturnType<typeof lazyList>>()
  const firstOf = (unit: CalendarUnit) => {
    const firstMs = next(nowMs)
    const isNew =
      firstMs === undefined ||
      newestGoodMs === Number.NEGATIVE_INFINITY ||
      unitNames(firstMs, timeZone)[unit] !== unitNames(newestGoodMs, timeZone)[unit]
    return isNew ? firstMs : next(endOfUnit(firstMs, unit) - 1)
  }
  return {
    isKnown: next(nowMs) !== undefined,
    backup: backups,
    unit: (unit, count) => {
      let list = units.get(unit)
      if (list === undefined) {
        list = lazyList((last) => (last === undefined ? firstOf(unit) : next(endOfUnit(last, unit) - 1)))
        units.set(unit, list)
      }
      return list(count)
    },
    endOfUnit,
  }
}

/** Each from the one before it, remembered; counted from 1. */
function lazyList(next: (last: number | undefined) => number | undefined): (count: number) => number | undefined {
  const list: number[] = []
  let isAtEnd = false
  return (count) => {
    if (count > maxForeseen) return undefined
    while (list.length < count && !isAtEnd) {
      const value = next(list.at(-1))
      if (value === undefined) isAtEnd = true
      else list.push(value)
    }
    return list[count - 1]
  }
}
