import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { dateFormat } from '../format/intl.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'

export type StripDay = {
  readonly date: Temporal.PlainDate
  /** Files that its versions brought or changed; undefined: nothing was backed up that day. */
  readonly changed: number | undefined
  /** Undefined: there is nothing to look at. */
  readonly path: string | undefined
  readonly isChosen: boolean
}

const barHeight = 28
const leastBar = 3

/** Five weeks to choose a day from; the taller the bar, the more changed that day. */
export function dayStrip(reader: Reader, days: readonly StripDay[]): Html {
  const most = Math.max(1, ...days.map(({ changed }) => changed ?? 0))
  return html`<ol class="strip">${days.map((day, index) => dayItem(reader, day, { most, isFirst: index === 0 }))}
      </ol>`
}

function dayItem(reader: Reader, day: StripDay, { most, isFirst }: { readonly most: number; readonly isFirst: boolean }): Html {
  const { date, changed, path, isChosen } = day
  const month = date.day === 1 || isFirst ? html`<i>${formatted(reader, date, { month: 'short' })}</i>` : ''
  const inner = html`${month}${bar(changed, most)}${formatted(reader, date, { weekday: 'narrow' })}<b>${date.day}</b>`
  const words = `${formatted(reader, date, { month: 'long' })}${changed === undefined ? '' : `, ${countText(reader, changed)} changed`}`
  return html`
        <li${date.day === 1 ? html` class="d1"` : ''}>${
          path === undefined
            ? html`<span class="off">${inner}<span class="vh"> ${formatted(reader, date, { month: 'long' })}, no backup</span></span>`
            : html`<a href="${path}"${isChosen ? html` aria-current="date"` : ''}>${inner}<span class="vh"> ${words}</span></a>`
        }</li>`
}

function bar(changed: number | undefined, most: number): Html {
  if (changed === undefined) return html`<svg viewBox="0 0 10 28" aria-hidden="true"></svg>`
  const height = Math.max(leastBar, Math.round(barHeight * Math.sqrt(changed / most)))
  return html`<svg viewBox="0 0 10 28" aria-hidden="true"><rect x="2" y="${barHeight - height}" width="6" height="${height}" rx="1"/></svg>`
}

function formatted(reader: Reader, date: Temporal.PlainDate, options: Intl.DateTimeFormatOptions): string {
  return dateFormat({ ...reader, timeZone: 'UTC' }, options).format(Date.UTC(date.year, date.month - 1, date.day))
}
