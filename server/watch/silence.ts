/** Since when a computer should have been heard of. Pure. */

import type { Schedule } from '../../selection/schedule.ts'
import { nextTimeOf } from '../../selection/schedule-times.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
export const usualSilenceDays = 3
export const maxSilenceDays = 90
/** A computer that is late comes within this time. */
const lateMs = 6 * hourMs

/**
 * The moment from which no good backup is an alarm. Never before the account's own number of days, so that a weekend is none; where the
 * schedule is slower than that, when its second time has passed without one: a weekly backup may fail once.
 */
export function silentFrom(computer: {
  /** Of the last good backup; of its connecting, where there was none. */
  readonly sinceMs: number
  readonly silenceDays: number
  readonly schedules: readonly Schedule[]
  readonly timeZone: string
}): number {
  const { sinceMs, silenceDays, schedules, timeZone } = computer
  const allowed = sinceMs + silenceDays * dayMs
  const first = nextTimeOf(schedules, sinceMs, timeZone)
  const second = first === undefined ? undefined : nextTimeOf(schedules, first, timeZone)
  return second === undefined ? allowed : Math.max(allowed, second + lateMs)
}
