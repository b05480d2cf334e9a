import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { dateFormat } from '../format/intl.ts'
import { dateText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import type { KeepReasonProps } from './keep-reason.ts'

/** Until when a version is kept, and by what: the engine's foresight, as far as it is said. */
export type KeptUntilProps =
  | { readonly kind: 'for-good' }
  | { readonly kind: 'until'; readonly atMs: number; readonly isBound: boolean; readonly reason: KeptReasonProps }
  | { readonly kind: 'while'; readonly reason: KeptReasonProps }
  | { readonly kind: 'undo'; readonly atMs: number }
  | { readonly kind: 'in-bin'; readonly goesAtMs: number }
  | { readonly kind: 'going' }

/** Of the newest of a unit of time: the unit as the rules name it, `2026-03-14`, `2026-W11`, `2026-03`, `2026`. */
export type KeptReasonProps =
  | Exclude<KeepReasonProps, { readonly kind: 'newest-of' }>
  | (Extract<KeepReasonProps, { readonly kind: 'newest-of' }> & { readonly name: string })

/** `Kept as the last of March 2026, until about 31 March 2027`: wherever a version is listed. */
export function keptUntilText(reader: Reader, kept: KeptUntilProps): string {
  switch (kept.kind) {
    case 'for-good':
      return 'Kept for good (pinned)'
    case 'going':
      return 'Goes with the next tidying'
    case 'undo':
      return `Kept while a change of rules can be undone, until ${lastDay(reader, kept.atMs)}`
    case 'in-bin':
      return `In the bin, until ${dateText(reader, kept.goesAtMs)} at the earliest`
    case 'while':
      return whileText(reader, kept.reason)
    case 'until':
      return untilWords(reader, kept)
    default:
      return kept satisfies never
  }
}

/** The same with a pin beside what is pinned. */
export function keptUntil(reader: Reader, kept: KeptUntilProps): Html {
  const words = keptUntilText(reader, kept)
  return kept.kind === 'for-good' ? html`${icon('pin')} ${words}` : html`${words}`
}

function untilWords(reader: Reader, { atMs, isBound, reason }: Extract<KeptUntilProps, { readonly kind: 'until' }>): string {
  const day = lastDay(reader, atMs)
  if (reason.kind === 'within' && !isBound)
    return `Kept until it is older than ${countOf(reader, reason.days, 'day')}, on ${dateText(reader, atMs)}`
  if (reason.kind === 'last-day' && !isBound) return `Kept until it is a day old, on ${dateText(reader, atMs)}`
  if (reason.kind === 'shared' && !isBound) return `Kept while a link shares it, until ${day}`
  return `Kept as ${asWhat(reader, reason)}, ${isBound ? 'at least until' : 'until about'} ${day}`
}

function whileText(reader: Reader, reason: KeptReasonProps): string {
  if (reason.kind === 'in-use') return 'Kept while a backup or a restore needs it'
  if (reason.kind === 'unfinished') return 'Kept until a backup is finished'
  return `Kept as long as it is ${asWhat(reader, reason)}`
}

function asWhat(reader: Reader, reason: KeptReasonProps): string {
  switch (reason.kind) {
    case 'pinned':
      return 'a pinned one'
    case 'in-use':
      return 'what a backup or a restore needs'
    case 'shared':
      return 'one that a link shares'
    case 'newest-good':
      return 'the newest good one'
    case 'unfinished':
      return 'the newest that was begun'
    case 'last-day':
      return 'one of the last day'
    case 'hour-of-week':
      return 'the last of its hour'
    case 'last':
      return `one of the newest ${countOf(reader, reason.count, 'version')}`
    case 'within':
      return `one of the last ${countOf(reader, reason.days, 'day')}`
    case 'newest-of':
      return `the last of ${unitName(reader, reason)}`
    default:
      return reason satisfies never
  }
}

/** A unit is one of the box's calendar, wherever the reader is. */
function unitName(reader: Reader, { unit, name }: Extract<KeptReasonProps, { readonly kind: 'newest-of' }>): string {
  const written = (date: Temporal.PlainDate, options: Intl.DateTimeFormatOptions) =>
    dateFormat(reader, { timeZone: 'UTC', ...options }).format(date.toZonedDateTime('UTC').epochMilliseconds)
  switch (unit) {
    case 'hourly':
      return 'its hour'
    case 'daily':
      return written(Temporal.PlainDate.from(name), { day: 'numeric', month: 'long', year: 'numeric' })
    case 'weekly':
      return `the week from ${written(mondayOf(name), { day: 'numeric', month: 'long', year: 'numeric' })}`
    case 'monthly':
      return written(Temporal.PlainDate.from(`${name}-01`), { month: 'long', year: 'numeric' })
    case 'yearly':
      return name
    default:
      return unit satisfies never
  }
}

/** The first week of a year of ISO 8601 has its 4 January. */
function mondayOf(week: string): Temporal.PlainDate {
  const [year = '', number = ''] = week.split('-W')
  const fourth = Temporal.PlainDate.from(`${year}-01-04`)
  return fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: Number(number) - 1 })
}

/** What ends with a day's first moment was kept on the day before. */
function lastDay(reader: Reader, atMs: number): string {
  return dateText(reader, atMs - 1)
}
