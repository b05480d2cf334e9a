import { html } from 'hono/html'
import { type CalendarDay, calendarOf, dayOfMonthText, monthText } from '../format/calendar.ts'
import { countText } from '../format/count.ts'
import { dayOf, timeText, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { type State, stateBadge, stateWords } from './state.ts'

/** What happened to one computer on one day. */
export type DayProps = { readonly state: 'ok' | 'partial' | 'failed'; readonly atMs: number; readonly path: string }

export type RibbonProps = {
  readonly name: string
  readonly path: string
  readonly lastAtMs: number | undefined
  /** From when on a day without a backup is a gap. */
  readonly sinceMs: number
  /** By day of the month. */
  readonly days: ReadonlyMap<number, DayProps>
  /** Days without a backup, of a computer whose times are known: one was planned and it was off, one is to come, none was planned. */
  readonly plans?: ReadonlyMap<number, 'off' | 'next' | 'none'>
}

export type MonthProps = {
  readonly month: Temporal.PlainYearMonth
  readonly ribbons: readonly RibbonProps[]
  /** The months beside it, where there is something to see. */
  readonly earlierPath?: string
  readonly laterPath?: string
  /** One computer: a full calendar instead of a line of days. */
  readonly single?: boolean
}

/** A month of each computer. Days that were kept grow together into one band, so that a gap is seen at once. */
export function monthPart(reader: Reader, props: MonthProps): Html {
  const days = calendarOf(reader, props.month)
  return html`<header class="part-head">
        <h2 id="month">${monthText(reader, props.month)}</h2>
        ${legend(reader, props.ribbons)}
        ${monthLinks(reader, props)}
      </header>
      ${props.single ? '' : html`<p class="hint only-narrow">Two weeks. A computer’s own page has the whole month.</p>`}
      <div class="ribbons${props.single ? ' one' : ''}">
        ${axis(days)}
        ${props.ribbons.map((ribbon) => ribbonOf(reader, { ...props, ribbon, days }))}
      </div>`
}

const dayIcons = { ok: 'check', partial: 'triangle-alert', failed: 'octagon-x' } as const
const dayWords = { ok: 'backed up', partial: 'partly backed up', failed: 'failed' } as const

function legend(reader: Reader, ribbons: readonly RibbonProps[]): Html {
  const counted = (['ok', 'partial', 'failed'] as const).map((state) => ({ state, days: countDays(ribbons, state) }))
  const planned = (['off', 'next'] as const).map((state) => ({ state, days: countPlans(ribbons, state) }))
  const isPlanned = ribbons.length > 0 && ribbons.every(({ plans }) => plans !== undefined)
  return html`<ul class="legend">${counted
    .filter(({ days }) => days > 0)
    .map(({ state, days }) => legendItem(state, countText(reader, days)))}${planned
    .filter(({ days }) => days > 0)
    .map(({ state, days }) =>
      legendItem(state, state === 'off' ? countText(reader, days) : undefined),
    )}${legendItem('none', undefined, isPlanned ? 'None planned' : undefined)}</ul>`
}

function countPlans(ribbons: readonly RibbonProps[], state: 'off' | 'next'): number {
  return ribbons.reduce((sum, { plans }) => sum + [...(plans ?? new Map()).values()].filter((plan) => plan === state).length, 0)
}

function legendItem(state: State, count?: string, words: string = stateWords[state]): Html {
  return html`<li>${stateBadge(state, words)}${count === undefined ? '' : html` <span class="count">${count}</span>`}</li>`
}

function countDays(ribbons: readonly RibbonProps[], state: State): number {
  return ribbons.reduce(
    (sum, { days }) =>
      sum +
      days
        .values()
        .filter((day) => day.state === state)
        .toArray().length,
    0,
  )
}

function monthLinks(reader: Reader, { month, earlierPath, laterPath }: MonthProps): Html {
  const name = (other: Temporal.PlainYearMonth) =>
    monthText(reader, other).replace(other.year === month.year ? ` ${other.year}` : '', '')
  return html`<span class="row end">${
    earlierPath === undefined
      ? ''
      : html`<a href="${earlierPath}">${icon('chevron-left')} ${name(month.subtract({ months: 1 }))}</a>`
  }${laterPath === undefined ? '' : html`<a href="${laterPath}">${name(month.add({ months: 1 }))} ${icon('chevron-right')}</a>`}</span>`
}

/** The days' letters and numbers. A calendar needs the letters once: over its first week that is whole. */
function axis(days: readonly CalendarDay[]): Html {
  const headed = days.findIndex(({ isFar, column }) => !isFar && column === 1)
  return html`<div class="axis" aria-hidden="true">
          <ol class="days">${days.map(({ day, letter, isToday }, index) => {
            const isHead = headed !== -1 && index >= headed && index < headed + 7
            const classes = [isToday ? 'today' : '', isHead ? '' : 'far'].filter(Boolean).join(' ')
            return html`<li${classes === '' ? '' : html` class="${classes}"`}>${letter}<b>${day}</b></li>`
          })}</ol>
          <span>Last backup</span>
        </div>`
}

function ribbonOf(
  reader: Reader,
  props: MonthProps & { readonly ribbon: RibbonProps; readonly days: readonly CalendarDay[] },
): Html {
  const { name, path, lastAtMs } = props.ribbon
  return html`<section class="ribbon">
          <div class="ribbon-head">
            <h3><a href="${path}">${name}</a></h3>
            <p class="ribbon-last">${lastAtMs === undefined ? 'Never' : whenText(reader, lastAtMs)}</p>
          </div>
          <ol class="month">${props.days.map((day) => dayOfRibbon(reader, { ...props, day }))}
          </ol>
        </section>`
}

function dayOfRibbon(reader: Reader, props: MonthProps & { readonly ribbon: RibbonProps; readonly day: CalendarDay }): Html {
  const { day, column, isFar, isToday } = props.day
  const { days, sinceMs, plans } = props.ribbon
  const found = days.get(day)
  const plan = found === undefined ? plans?.get(day) : undefined
  const date = dayOfMonthText(reader, props.month, day)
  const classes = [day === 1 ? `d${column}` : '', isFar ? 'far' : ''].filter(Boolean).join(' ')
  return html`
            <li${classes === '' ? '' : html` class="${classes}"`} data-state="${found?.state ?? plan ?? 'none'}"${isToday ? html` aria-current="date"` : ''}>${
              found === undefined
                ? plan === undefined
                  ? emptyDay({ day, date, isToday, isGap: isGap(reader, { month: props.month, day, sinceMs }) })
                  : plannedDay({ day, date, plan, isToday, isGap: isGap(reader, { month: props.month, day, sinceMs }) })
                : keptDay(reader, { day, date, found })
            }</li>`
}

function keptDay(
  reader: Reader,
  { day, date, found }: { readonly day: number; readonly date: string; readonly found: DayProps },
): Html {
  const words = `${date}: ${dayWords[found.state]} at ${timeText(reader, found.atMs)}`
  return html`<a class="day" href="${found.path}" title="${words}"><b>${day}</b>${icon(dayIcons[found.state])}<span class="vh">${words}</span></a>`
}

function emptyDay(props: {
  readonly day: number
  readonly date: string
  readonly isGap: boolean
  readonly isToday: boolean
}): Html {
  const { day, date, isGap, isToday } = props
  return html`<span class="day"><b>${day}</b>${isGap ? icon('minus') : ''}<span class="vh">${isGap ? `${date}: no backup${isToday ? ' yet' : ''}` : date}</span></span>`
}

const planWords = { off: 'was off', next: 'backup planned', none: 'no backup planned' } as const

function plannedDay(props: {
  readonly day: number
  readonly date: string
  readonly plan: 'off' | 'next' | 'none'
  readonly isGap: boolean
  readonly isToday: boolean
}): Html {
  const { day, date, plan, isGap, isToday } = props
  // To come without a plan: nothing to say of it, and nothing to see.
  const shown = plan === 'none' ? (isGap ? icon('minus') : '') : icon(plan === 'off' ? 'power-off' : 'circle-dashed')
  const words = `${date}: ${planWords[plan]}${isToday && plan === 'next' ? ' today' : ''}`
  return html`<span class="day" title="${words}"><b>${day}</b>${shown}<span class="vh">${words}</span></span>`
}

/** Neither still to come, nor before there was anything to be backed up. */
function isGap(
  reader: Reader,
  of: { readonly month: Temporal.PlainYearMonth; readonly day: number; readonly sinceMs: number },
): boolean {
  const date = of.month.toPlainDate({ day: of.day })
  const isBefore = Temporal.PlainDate.compare(date, dayOf(reader, of.sinceMs)) < 0
  const isToCome = Temporal.PlainDate.compare(date, dayOf(reader, reader.nowMs)) > 0
  return !isBefore && !isToCome
}
