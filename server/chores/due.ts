/** When work is due: pure functions of when it ran last and of the clock. */
import type { ChoreState } from './chore.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const firstRetryMs = 10 * minuteMs
const longestRetryMs = 12 * hourMs

/** So long after the last run began; at once when it never ran. */
export function every(intervalMs: number): (state: ChoreState, nowMs: number) => number {
  return ({ startedAt }, nowMs) => (startedAt === undefined ? nowMs : startedAt + intervalMs)
}

/**
 * Every day at this time of day in the time zone, once: the first such moment after the last run began. A box that was off then
 * catches up when it is on. The zone's changes to and from summer time neither skip a day nor do one twice.
 */
export function daily(at: {
  readonly hour: number
  readonly minute?: number
  readonly timeZone: string
}): (state: ChoreState) => number {
  return ({ startedAt, knownAt }) => firstMomentAfter(startedAt ?? knownAt, at)
}

function firstMomentAfter(
  ms: number,
  { hour, minute = 0, timeZone }: { hour: number; minute?: number; timeZone: string },
): number {
  const before = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
  const time = Temporal.PlainTime.from({ hour, minute })
  const today = before.toPlainDate()
  const candidates = [today, today.add({ days: 1 })].map((day) => day.toZonedDateTime({ timeZone, plainTime: time }))
  return candidates.map((moment) => moment.epochMilliseconds).find((moment) => moment > ms)!
}

/**
 * After a failure the work is tried again, each time later: work that is due each minute must not fail each minute, and work that is
 * due each night need not wait for the next. What was cut off goes on at once, unless it is cut off again and again.
 */
export function dueAfterTrouble(state: ChoreState, dueAt: number | undefined): number | undefined {
  const { outcome, failures, endedAt } = state
  if (dueAt === undefined || endedAt === undefined || (outcome !== 'failed' && outcome !== 'interrupted')) return dueAt
  if (outcome === 'interrupted' && failures <= 1) return endedAt
  return endedAt + Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs)
}
