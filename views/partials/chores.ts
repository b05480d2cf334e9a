import { html, raw } from 'hono/html'
import { countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon, spriteFor } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { partHead } from './part-head.ts'
import { stateBadge } from './state.ts'

export type ChoreProps = {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly page: string | undefined
  readonly state: 'running' | 'queued' | 'held' | 'failed' | 'ok' | 'none'
  readonly progress: ChoreProgressProps | undefined
  readonly lastAtMs: number | undefined
  readonly lastTookMs: number | undefined
  /** What came of it, in a sentence. */
  readonly result: string
  readonly nextAtMs: number | undefined
}

export type ChoreProgressProps = {
  readonly words: string
  readonly done: number | undefined
  readonly total: number | undefined
  readonly unit: 'bytes' | 'count'
  readonly sinceMs: number
}

/** `path`: where the part comes from when it renews itself. `acts`: below it each chore is started and stopped. */
export type ChoresAbout = { readonly title: string; readonly path: string; readonly acts?: string }

const choreActs = '/storage/chores'
const ofTheBox: ChoresAbout = { title: 'What the box does by itself', path: '/storage/chores' }

const stateNames = {
  running: ['running', 'Running'],
  queued: ['silent', 'Waits for its turn'],
  held: ['silent', 'Waits for the clock'],
  failed: ['failed', 'Failed'],
  ok: ['ok', 'Done'],
  none: ['none', 'Not yet'],
} as const

/** The work that the box does by itself. It renews itself while something runs; without script, by loading the page again. */
export function choresPart(reader: Reader, chores: readonly ChoreProps[], about: ChoresAbout = ofTheBox): Html {
  const isBusy = chores.some(({ state }) => state === 'running' || state === 'queued')
  const renew = isBusy ? html` hx-get="${about.path}" hx-trigger="every 2s" hx-swap="outerHTML"` : ''
  return html`<section class="part" id="chores" aria-labelledby="chores-title"${renew}>
      ${partHead({ id: 'chores-title', title: about.title })}
      ${chores.length === 0 ? html`<p class="hint">Nothing yet.</p>` : ledger(reader, chores, about.acts ?? choreActs)}
    </section>`
}

/** The same with the icons it uses, to be put into a page that may not have them yet. */
export async function choresFragment(
  reader: Reader,
  chores: readonly ChoreProps[],
  about: ChoresAbout = ofTheBox,
): Promise<Html> {
  const text = String(await choresPart(reader, chores, about))
  return html`${raw(text.replace(/<\/section>\s*$/, ''))}${spriteFor(text)}${raw('</section>')}`
}

function ledger(reader: Reader, chores: readonly ChoreProps[], acts: string): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Work</th><th scope="col">State</th><th scope="col" class="wide">Last</th><th scope="col" class="wider">Next</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
          <tbody>${chores.map((chore) => rowOf(reader, chore, acts))}
          </tbody>
        </table>
      </div>`
}

function rowOf(reader: Reader, chore: ChoreProps, acts: string): Html {
  const { name, title, about, page, state } = chore
  const [badge, word] = stateNames[state]
  const last = chore.lastAtMs === undefined ? 'Never' : timeTag(chore.lastAtMs, whenText(reader, chore.lastAtMs))
  const next = chore.nextAtMs === undefined ? 'When asked' : timeTag(chore.nextAtMs, nextText(reader, chore.nextAtMs))
  return html`
            <tr id="chore-${name}">
              <th scope="row">${page === undefined ? html`<span class="name">${title}</span>` : html`<a class="name" href="${page}">${title}</a>`}
                <span class="sub">${about}</span>${chore.result === '' ? '' : html`<span class="sub">${chore.result}</span>`}${chore.progress === undefined ? '' : choreProgress(reader, title, chore.progress)}</th>
              <td>${stateBadge(badge, word)}<span class="narrow sub">${last}</span></td>
              <td class="wide when">${last}${chore.lastTookMs === undefined ? '' : html`<span class="sub">${durationText(reader, chore.lastTookMs)}</span>`}</td>
              <td class="wider when">${next}</td>
              <td class="acts">${actOf(chore, acts)}</td>
            </tr>`
}

function nextText(reader: Reader, atMs: number): string {
  return atMs <= reader.nowMs ? 'Within a minute' : whenText(reader, atMs)
}

function actOf({ name, title, state }: ChoreProps, acts: string): Html {
  const isActive = state === 'running' || state === 'queued'
  const act = isActive ? 'cancel' : 'run'
  return html`<form action="${acts}/${name}/${act}" method="post"><button class="button small">${icon(isActive ? 'square' : 'refresh-cw')}<span class="label">${isActive ? 'Stop' : 'Run now'}</span><span class="vh">: ${title}</span></button></form>`
}

/** How far a chore is, with what is left. */
export function choreProgress(reader: Reader, title: string, { words, done, total, unit, sinceMs }: ChoreProgressProps): Html {
  const amount = (value: number) => (unit === 'bytes' ? sizeText(reader, value) : countText(reader, value))
  const known = done !== undefined && total !== undefined && total > 0
  const bar = known
    ? html`<progress max="${total}" value="${Math.min(done, total)}" aria-label="${title}">${Math.floor((done * 100) / total)} %</progress>`
    : html`<progress aria-label="${title}"></progress>`
  const far = done === undefined ? '' : total === undefined ? amount(done) : `${amount(done)} of ${amount(total)}`
  return html`<span class="progress"><span class="sub">${words}</span><span class="sub end">${durationText(reader, reader.nowMs - sinceMs)}</span>${bar}<span class="sub">${far}</span><span class="sub end">${known ? leftText(reader, { done, total, sinceMs }) : ''}</span></span>`
}

/** Said once enough was done to guess by. */
function leftText(reader: Reader, { done, total, sinceMs }: { done: number; total: number; sinceMs: number }): string {
  const share = done / total
  if (share < 0.02 || share >= 1) return ''
  return `${durationText(reader, ((reader.nowMs - sinceMs) * (1 - share)) / share)} left`
}
