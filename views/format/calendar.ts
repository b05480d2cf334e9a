import type { Reader } from '../reader.ts'
import { dateFormat } from './intl.ts'
import { dayOf } from './when.ts'

/** One day of a calendar month, as a ribbon and its axis draw it. */
export type CalendarDay = {
  readonly day: number
  /** `M`, `T`, … */
  readonly letter: string
  /** 1 to 7: where it stands in a week that begins as the reader's weeks do. */
  readonly column: number
  /** Outside the two weeks that a narrow page shows. */
  readonly isFar: boolean
  readonly isToday: boolean
}

/** The days of a month in the reader's calendar. */
export function calendarOf(reader: Reader, month: Temporal.PlainYearMonth): readonly CalendarDay[] {
  const today = dayOf(reader, reader.nowMs)
  const near = nearWeeks(reader, month, today)
  return Array.from({ length: month.daysInMonth }, (_, index) => {
    const date = month.toPlainDate({ day: index + 1 })
    return {
      day: index + 1,
      letter: dateFormat({ ...reader, timeZone: 'UTC' }, { weekday: 'narrow' }).format(
        Date.UTC(date.year, date.month - 1, date.day),
      ),
      column: columnOf(reader, date),
      isFar: before(date, near.from) || !before(date, near.to),
      isToday: date.equals(today),
    }
  })
}

/** Each day's first moment in the reader's zone, and the first moment after the month: one more than it has days. */
export function dayStartsOf(reader: Reader, month: Temporal.PlainYearMonth): readonly number[] {
  const first = month.toPlainDate({ day: 1 })
  return Array.from(
    { length: month.daysInMonth + 1 },
    (_, days) => first.add({ days }).toZonedDateTime(reader.timeZone).epochMilliseconds,
  )
}

/** `March 2026`. */
export function monthText(reader: Reader, month: Temporal.PlainYearMonth): string {
  return dateFormat({ ...reader, timeZone: 'UTC' }, { month: 'long', year: 'numeric' }).format(
    Date.UTC(month.year, month.month - 1, 1),
  )
}

/** `19 March`. */
export function dayOfMonthText(reader: Reader, month: Temporal.PlainYearMonth, day: number): string {
  return dateFormat({ ...reader, timeZone: 'UTC' }, { day: 'numeric', month: 'long' }).format(
    Date.UTC(month.year, month.month - 1, day),
  )
}

/** This week and the one before it, as far as they lie in the month; of another month, its last two. */
function nearWeeks(reader: Reader, month: Temporal.PlainYearMonth, today: Temporal.PlainDate) {
  const first = month.toPlainDate({ day: 1 })
  const last = month.toPlainDate({ day: month.daysInMonth })
  const shown = before(today, first) || before(last, today) ? last : today
  const firstWeek = weekStart(reader, first)
  const wanted = weekStart(reader, shown).subtract({ weeks: 1 })
  const from = before(wanted, firstWeek) ? firstWeek : wanted
  return { from, to: from.add({ weeks: 2 }) }
}

function weekStart(reader: Reader, date: Temporal.PlainDate): Temporal.PlainDate {
  return date.subtract({ days: columnOf(reader, date) - 1 })
}

function columnOf(reader: Reader, date: Temporal.PlainDate): number {
  const firstDay = new Intl.Locale(reader.locale).getWeekInfo().firstDay
  return ((date.dayOfWeek - firstDay + 7) % 7) + 1
}

function before(one: Temporal.PlainDate, other: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(one, other) < 0
}
