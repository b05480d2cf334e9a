/**
 * Hours, days, weeks, months and years of a time zone. An hour that comes twice when clocks go back is two hours; one that is left
 * out is none; a day is a date, however many hours it has; weeks begin on Monday and belong to the year of ISO 8601.
 */
import type { CalendarUnit } from './retention-rules.ts'

const hourMs = 3_600_000
const nanosecondsPerMs = 1_000_000

/** The names of the units that an instant lies in. Two instants lie in the same unit when the names are the same. */
export type UnitNames = Readonly<Record<CalendarUnit, string>>

export function unitNames(atMs: number, timeZone: string): UnitNames {
  const local = localTime(atMs, timeZone)
  const { year, weekOfYear, yearOfWeek } = local
  const date = local.toPlainDate().toString()
  return {
    hourly: String(startOfHour(local)),
    daily: date,
    weekly: `${yearOfWeek}-W${String(weekOfYear).padStart(2, '0')}`,
    monthly: date.slice(0, date.lastIndexOf('-')),
    yearly: String(year),
  }
}

/** The first moment of the unit that begins `units` after the one that an instant lies in. */
export function startOfUnit(atMs: number, timeZone: string, { unit, units }: { unit: CalendarUnit; units: number }): number {
  const local = localTime(atMs, timeZone)
  if (unit === 'hourly') return startOfHour(local) + units * hourMs
  return firstDay(local.toPlainDate(), unit, units).toZonedDateTime(timeZone).epochMilliseconds
}

function firstDay(date: Temporal.PlainDate, unit: Exclude<CalendarUnit, 'hourly'>, units: number): Temporal.PlainDate {
  switch (unit) {
    case 'daily':
      return date.add({ days: units })
    case 'weekly':
      return date.subtract({ days: date.dayOfWeek - 1 }).add({ weeks: units })
    case 'monthly':
      return date.with({ day: 1 }).add({ months: units })
    case 'yearly':
      return date.with({ day: 1 }).with({ month: 1 }).add({ years: units })
    default:
      return unit satisfies never
  }
}

/** By the offset that holds then: the same minutes past the hour as on the wall, also where the zone is half an hour off. */
function startOfHour(local: Temporal.ZonedDateTime): number {
  const offsetMs = local.offsetNanoseconds / nanosecondsPerMs
  const wallMs = local.epochMilliseconds + offsetMs
  return Math.floor(wallMs / hourMs) * hourMs - offsetMs
}

function localTime(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone)
}
