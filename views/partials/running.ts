import { html, raw } from 'hono/html'
import { countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon, spriteFor } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { partHead } from './part-head.ts'

/** A backup that goes on, with what its computer told last; nothing where it told nothing yet. */
export type RunningProps = {
  readonly value: string
  readonly name: string
  readonly path: string
  readonly customer: string
  readonly sinceMs: number
  readonly told: RunningTold | undefined
}

export type RunningTold = {
  readonly filesDone: number
  readonly filesTotal: number | undefined
  readonly bytesDone: number
  readonly bytesTotal: number | undefined
  readonly bytesPerSecond: number
  readonly leftMs: number | undefined
  readonly isStopping: boolean
}

const path = '/fleet/running'

/** What runs now, of all computers. It renews itself; without script, by loading the page again. Nothing runs: nothing is shown. */
export function runningPart(reader: Reader, running: readonly RunningProps[], count: number): Html {
  const renew = html` hx-get="${path}" hx-trigger="every 5s" hx-swap="outerHTML"`
  if (running.length === 0) return html`<div id="running"${renew}></div>`
  const more = count > running.length ? html`<a href="/fleet?state=running">All ${countText(reader, count)}</a>` : html``
  return html`<section class="part running" id="running" aria-labelledby="now"${renew}>
      ${partHead({ id: 'now', title: 'Running now', beside: more })}
      <ul class="runs">${running.map((one) => rowOf(reader, one))}
      </ul>
    </section>`
}

/** The same with the icons it uses, to be put into a page that may not have them yet. */
export async function runningFragment(reader: Reader, running: readonly RunningProps[], count: number): Promise<Html> {
  const text = String(await runningPart(reader, running, count))
  return html`${raw(text.replace(/<\/(section|div)>\s*$/, ''))}${spriteFor(text)}${raw(running.length === 0 ? '</div>' : '</section>')}`
}

function rowOf(reader: Reader, { value, name, customer, sinceMs, told, path: computer }: RunningProps): Html {
  const stop =
    told?.isStopping === true
      ? html`<span class="hint">Stops</span>`
      : html`<form class="inline" action="/fleet/stop" method="post"><input type="hidden" name="computer" value="${value}"><button class="button small quiet">${icon('x')}Cancel<span class="vh"> the backup of ${name}</span></button></form>`
  return html`
        <li class="progress">
          <p><a class="plain" href="${computer}"><b>${name}</b></a> <span class="hint">${customer}</span></p>
          <div class="end">${stop}</div>
          ${barOf(name, told)}
          <p class="hint">${told === undefined ? `Since ${whenInSentence(reader, sinceMs).replace(/^on /, '')}` : toldText(reader, told)}</p>
          <p class="hint end">${told?.leftMs === undefined ? '' : `about ${durationText(reader, told.leftMs)} left`}</p>
        </li>`
}

function barOf(name: string, told: RunningTold | undefined): Html {
  const { bytesDone = 0, bytesTotal } = told ?? {}
  if (bytesTotal === undefined || bytesTotal === 0) return html`<progress aria-label="Backup of ${name}"></progress>`
  const share = Math.min(100, Math.floor((bytesDone * 100) / bytesTotal))
  return html`<progress max="100" value="${share}" aria-label="Backup of ${name}">${share} %</progress>`
}

/** `3.4 GiB of 5.9 GiB at 48 MiB/s, 1,212 of 1,940 files`. */
function toldText(reader: Reader, { bytesDone, bytesTotal, bytesPerSecond, filesDone, filesTotal }: RunningTold): string {
  const bytes =
    bytesTotal === undefined ? sizeText(reader, bytesDone) : `${sizeText(reader, bytesDone)} of ${sizeText(reader, bytesTotal)}`
  const speed = bytesPerSecond > 0 ? ` at ${sizeText(reader, bytesPerSecond)}/s` : ''
  const files =
    filesTotal === undefined
      ? countText(reader, filesDone)
      : `${countText(reader, filesDone)} of ${countText(reader, filesTotal)}`
  return `${bytes}${speed}, ${files} files`
}
