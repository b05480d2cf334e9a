import { cronFields, type Schedule, type TimeOfDay, weekDays } from './schedule.ts'

/*
 * When a schedule is due. Pure: the zone of the machine and the moment come in. A time of day that the clocks skip in spring is due as
 * much later as they skipped; one that comes twice in autumn is due the first time only. `every` counts elapsed time, not the clock's.
 */

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Longer than from one 29 February to the next, over a century without one. */
const daysLookedAhead = 3000

/** The first time after a moment; undefined for a schedule without times (continuous, a 30 February). */
export function nextTime(schedule: Schedule, afterMs: number, timeZone: string): number | undefined {
  return timesOf(schedule, timeZone)(afterMs)
}

/** `nextTime` of a schedule that is known. */
export type NextTime = (afterMs: number) => number | undefined

/** The earliest of several schedules. */
export function nextTimeOf(schedules: readonly Schedule[], afterMs: number, timeZone: string): number | undefined {
  return nextTimes(schedules, timeZone)(afterMs)
}

/** The same for whoever asks often: what a schedule means is worked out once, and a time that was found is not looked for again. */
export function nextTimes(schedules: readonly Schedule[], timeZone: string): NextTime {
  const each = schedules.map((schedule) => remembered(timesOf(schedule, timeZone)))
  return (afterMs) => {
    const times = each.flatMap((next) => next(afterMs) ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

/** Between the moment that was asked about and the time that was found there is none. */
function remembered(next: NextTime): NextTime {
  let known: { readonly afterMs: number; readonly atMs: number } | undefined
  return (afterMs) => {
    if (known !== undefined && known.afterMs <= afterMs && afterMs < known.atMs) return known.atMs
    const atMs = next(afterMs)
    known = { afterMs, atMs: atMs ?? Number.POSITIVE_INFINITY }
    return atMs
  }
}

function timesOf(schedule: Schedule, timeZone: string): NextTime {
  if (schedule.kind === 'continuous') return () => undefined
  if (schedule.kind === 'every') return (afterMs) => nextMultiple(afterMs, schedule.minutes * minuteMs)
  const timesOfDay = timesOfDays(schedule)
  return (afterMs) => {
    // The clocks may have been put back over midnight: the day before still has times that come.
    let date = dateOf(afterMs, timeZone).subtract({ days: 1 })
    for (let looked = 0; looked < daysLookedAhead; ) {
      const times = timesOfDay(date)
      const found = times === 'none-this-month' ? undefined : firstAfter(afterMs, times, { date, timeZone })
      if (found !== undefined) return found
      const days = times === 'none-this-month' ? date.daysInMonth - date.day + 1 : 1
      looked += days
      date = date.add({ days })
    }
    return undefined
  }
}

/** Where the clocks are not changed on a day, its times are so many minutes after its first moment. */
function firstAfter(
  afterMs: number,
  times: readonly TimeOfDay[],
  { date, timeZone }: { readonly date: Temporal.PlainDate; readonly timeZone: string },
): number | undefined {
  if (times.length === 0) return undefined
  const startMs = startOf(date, timeZone)
  const endMs = startOf(date.add({ days: 1 }), timeZone)
  const isEven = endMs - startMs === dayMs
  if (isEven && endMs <= afterMs) return undefined
  const at = isEven
    ? ({ hour, minute }: TimeOfDay) => startMs + (hour * 60 + minute) * minuteMs
    : (time: TimeOfDay) => instantOf(date, time, timeZone)
  for (const time of times) {
    const atMs = at(time)
    if (atMs > afterMs) return atMs
  }
  return undefined
}

/** Whether anything is due within a span; `untilMs` does not belong to it. */
export function isDueWithin(
  schedules: readonly Schedule[],
  span: { readonly fromMs: number; readonly untilMs: number; readonly timeZone: string },
): boolean {
  const next = nextTimeOf(schedules, span.fromMs - 1, span.timeZone)
  return next !== undefined && next < span.untilMs
}

/**
 * How much later than due a computer starts, so that five hundred of them do not start in the same second: a tenth of the interval,
 * four minutes at most, by a share (0 to 1) that each computer and job keeps.
 */
export function startDelay(schedule: Schedule, share: number): number {
  const periodMs = schedule.kind === 'every' ? schedule.minutes * minuteMs : dayMs
  return Math.floor(Math.min(maxStartDelayMs, periodMs / 10) * share)
}

export const maxStartDelayMs = 4 * minuteMs

function nextMultiple(afterMs: number, periodMs: number): number {
  return (Math.floor(afterMs / periodMs) + 1) * periodMs
}

function startOf(date: Temporal.PlainDate, timeZone: string): number {
  return date.toZonedDateTime(timeZone).epochMilliseconds
}

type TimesOfDay = (date: Temporal.PlainDate) => readonly TimeOfDay[] | 'none-this-month'

function timesOfDays(schedule: Exclude<Schedule, { kind: 'continuous' | 'every' }>): TimesOfDay {
  switch (schedule.kind) {
    case 'daily':
      return () => [schedule.at]
    case 'weekly':
      return (date) => (date.dayOfWeek === weekDays.indexOf(schedule.day) + 1 ? [schedule.at] : [])
    case 'monthly':
      // The 31st of a month with 30 days is its last.
      return (date) => (date.day === Math.min(schedule.day, date.daysInMonth) ? [schedule.at] : [])
    case 'cron':
      return cronTimes(schedule.fields)
    default:
      return schedule satisfies never
  }
}

function cronTimes(fields: readonly string[]): TimesOfDay {
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = fields.map(valuesOf) as [Values, Values, Values, Values, Values]
  const times = [...hours].flatMap((hour) => [...minutes].map((minute) => ({ hour, minute })))
  // As cron does it: where both kinds of day are limited, either will do.
  const isEither = !fields[2]!.startsWith('*') && !fields[4]!.startsWith('*')
  return (date) => {
    if (!months.has(date.month)) return 'none-this-month'
    const weekDay = date.dayOfWeek % 7
    const isWeekDay = daysOfWeek.has(weekDay) || (weekDay === 0 && daysOfWeek.has(7))
    const isMonthDay = daysOfMonth.has(date.day)
    const isDay = isEither ? isWeekDay || isMonthDay : isWeekDay && isMonthDay
    return isDay ? times : []
  }
}

type Values = ReadonlySet<number>

function valuesOf(field: string, index: number): Values {
  const { min, max } = cronFields[index]!
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const [range, step = '1'] = part.split('/') as [string, string?]
    const [first, last] = range === '*' ? [min, max] : range.split('-').map(Number)
    const end = last ?? (part.includes('/') ? max : first!)
    for (let value = first!; value <= end; value += Number(step)) values.add(value)
  }
  return new Set([...values].sort((one, other) => one - other))
}

function dateOf(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate()
}

function instantOf(date: Temporal.PlainDate, { hour, minute }: TimeOfDay, timeZone: string): number {
  const wall = date.toPlainDateTime(new Temporal.PlainTime(hour, minute))
  return wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
}
