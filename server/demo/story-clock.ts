/** A clock that runs, from wherever it was put: never before where it was, never after the true time. */
import type { Clock } from '../runtime/clock.ts'

export interface StoryClock extends Clock {
  readonly goTo: (moment: { readonly daysAgo: number; readonly hour: number; readonly minute?: number }) => void
}

export function storyClock(real: Clock, timeZone: string): StoryClock {
  let behindMs = 0
  return {
    now: () => real.now() - behindMs,
    goTo: ({ daysAgo, hour, minute = 0 }) => {
      const today = Temporal.Instant.fromEpochMilliseconds(real.now()).toZonedDateTimeISO(timeZone).toPlainDate()
      const time = Temporal.PlainTime.from({ hour, minute })
      const wanted = today.subtract({ days: daysAgo }).toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds
      const isFirst = behindMs === 0
      const earliest = isFirst ? wanted : Math.max(wanted, real.now() - behindMs)
      behindMs = Math.max(0, real.now() - earliest)
    },
  }
}
