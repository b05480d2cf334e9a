/** A clock that runs, from wherever it was put: never before where it was, never after the true time. */
import type { Clock } from '../runtime/clock.ts'

export interface StoryClock extends Clock {
  readonly isWorkday: (daysAgo: number) => boolean
  readonly goTo: (moment: { readonly daysAgo: number; readonly hour: number; readonly minute?: number }) => void
}

/** Of a week that begins on Monday. */
const friday = 5

export function storyClock(real: Clock, timeZone: string): StoryClock {
  let behindMs = 0
  const dateOf = (daysAgo: number) =>
    Temporal.Instant.fromEpochMilliseconds(real.now()).toZonedDateTimeISO(timeZone).toPlainDate().subtract({ days: daysAgo })
  return {
    isWorkday: (daysAgo) => dateOf(daysAgo).dayOfWeek <= friday,
    now: () => real.now() - behindMs,
    goTo: ({ daysAgo, hour, minute = 0 }) => {
      const time = Temporal.PlainTime.from({ hour, minute })
      const wanted = dateOf(daysAgo).toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds
      const isFirst = behindMs === 0
      const earliest = isFirst ? wanted : Math.max(wanted, real.now() - behindMs)
      behindMs = Math.max(0, real.now() - earliest)
    },
  }
}
