import { html } from 'hono/html'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { dateFormat } from './intl.ts'

/** The reader's calendar day at that moment. */
export function dayOf(reader: Reader, atMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(reader.timeZone).toPlainDate()
}

/** `Today 18:02`, `Yesterday 18:02`, `Tue 24 March 18:01`, `24 March 2025 18:01`: every time has its day. */
export function whenText(reader: Reader, atMs: number): string {
  return `${capitalised(dayText(reader, atMs))} ${timeText(reader, atMs)}`
}

/** The same inside a sentence: `today at 18:02`, `on Tue 24 March at 18:01`. */
export function whenInSentence(reader: Reader, atMs: number): string {
  const day = dayText(reader, atMs)
  return `${nearDay(reader, atMs) === undefined ? 'on ' : ''}${day} at ${timeText(reader, atMs)}`
}

/** `today`, `Tue 24 March`, `24 March 2025`. */
export function dayText(reader: Reader, atMs: number): string {
  const near = nearDay(reader, atMs)
  if (near !== undefined) return near
  return isThisYear(reader, atMs)
    ? dateFormat(reader, { weekday: 'short', day: 'numeric', month: 'long' }).format(atMs)
    : dateText(reader, atMs)
}

/** `24 March 2026`, whatever day it is today. */
export function dateText(reader: Reader, atMs: number): string {
  return dateFormat(reader, { day: 'numeric', month: 'long', year: 'numeric' }).format(atMs)
}

/** `18:02`, `08:05`; `8:05 PM` where the reader counts to twelve. */
export function timeText(reader: Reader, atMs: number): string {
  const plain = dateFormat(reader, { hour: 'numeric', minute: '2-digit' })
  return plain.resolvedOptions().hour12
    ? plain.format(atMs)
    : dateFormat(reader, { hour: '2-digit', minute: '2-digit' }).format(atMs)
}

/** A moment as an element programs can read, too. */
export function timeTag(atMs: number, words: string): Html {
  return html`<time datetime="${new Date(atMs).toISOString()}">${words}</time>`
}

/** Whole days of the reader's calendar from then until now. */
export function daysSince(reader: Reader, atMs: number): number {
  return dayOf(reader, atMs).until(dayOf(reader, reader.nowMs), { largestUnit: 'day' }).days
}

function nearDay(reader: Reader, atMs: number): 'today' | 'yesterday' | 'tomorrow' | undefined {
  const days = daysSince(reader, atMs)
  if (days === 0) return 'today'
  if (days === 1) return 'yesterday'
  return days === -1 ? 'tomorrow' : undefined
}

function isThisYear(reader: Reader, atMs: number): boolean {
  return dayOf(reader, atMs).year === dayOf(reader, reader.nowMs).year
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
