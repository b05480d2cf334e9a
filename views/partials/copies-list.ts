import { html, raw } from 'hono/html'
import { countOf } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon, spriteFor } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { partHead } from './part-head.ts'
import { type State, stateBadge } from './state.ts'

export const copyStates = ['running', 'failed', 'old', 'damaged', 'first', 'paused', 'ok'] as const
export type CopyState = (typeof copyStates)[number]

export type CopyProps = {
  readonly name: string
  readonly path: string
  readonly folder: string
  readonly state: CopyState
  /** Everything of before is in it; undefined while it was never finished. */
  readonly asOfMs: number | undefined
  readonly missingBytes: number
  readonly missingVersions: number
  readonly storedBytes: number
  /** Undefined: when asked. */
  readonly nextAtMs: number | undefined
  /** What came of the last run, in a sentence. */
  readonly result: string
  readonly progress: CopyProgressProps | undefined
}

export type CopyProgressProps = {
  readonly words: string
  readonly bytes: number
  /** 0: nobody knows yet. */
  readonly bytesTotal: number
  readonly sinceMs: number
}

const badges: Readonly<Record<CopyState, readonly [State, string]>> = {
  running: ['running', 'Running'],
  failed: ['failed', 'Failed'],
  old: ['partial', 'Too old'],
  damaged: ['partial', 'Found damage'],
  first: ['none', 'Not finished yet'],
  paused: ['silent', 'Paused'],
  ok: ['ok', 'Whole'],
}

/** The copies there are. It renews itself while one runs; without script, by loading the page again. */
export function copiesList(reader: Reader, copies: readonly CopyProps[]): Html {
  const isBusy = copies.some(({ state }) => state === 'running')
  const renew = isBusy ? html` hx-get="/storage/copies/list" hx-trigger="every 2s" hx-swap="outerHTML"` : ''
  return html`<section class="part" id="copies" aria-labelledby="copies-title"${renew}>
      ${partHead({ id: 'copies-title', title: 'Places' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Copy</th><th scope="col">State</th><th scope="col">As of</th><th scope="col" class="num wide">Missing</th><th scope="col" class="wider">Next</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
          <tbody>${copies.map((copy) => rowOf(reader, copy))}
          </tbody>
        </table>
      </div>
    </section>`
}

/** The same with the icons it uses, to be put into a page that may not have them yet. */
export async function copiesFragment(reader: Reader, copies: readonly CopyProps[]): Promise<Html> {
  const text = String(await copiesList(reader, copies))
  return html`${raw(text.replace(/<\/section>\s*$/, ''))}${spriteFor(text)}${raw('</section>')}`
}

export function copyBadge(state: CopyState): Html {
  const [badge, words] = badges[state]
  return stateBadge(badge, words)
}

export function missingText(
  reader: Reader,
  { missingBytes, missingVersions }: Pick<CopyProps, 'missingBytes' | 'missingVersions'>,
): string {
  if (missingBytes === 0 && missingVersions === 0) return 'Nothing'
  return `${sizeText(reader, missingBytes)}, ${countOf(reader, missingVersions, 'version')}`
}

export function nextText(reader: Reader, nextAtMs: number | undefined): Html | string {
  if (nextAtMs === undefined) return 'When asked'
  return nextAtMs <= reader.nowMs ? 'Within a minute' : timeTag(nextAtMs, whenText(reader, nextAtMs))
}

function rowOf(reader: Reader, copy: CopyProps): Html {
  const { name, path, folder, state, asOfMs, result, progress } = copy
  const missing = missingText(reader, copy)
  return html`
            <tr>
              <th scope="row"><a class="name" href="${path}">${name}</a>
                ${folder === name ? '' : html`<span class="sub">${folder}</span>`}${result === '' ? '' : html`<span class="sub">${result}</span>`}${progress === undefined ? '' : progressBar(reader, name, progress)}</th>
              <td>${copyBadge(state)}<span class="narrow sub">Missing: ${missing}</span></td>
              <td class="when">${asOfMs === undefined ? 'Not yet' : timeTag(asOfMs, whenText(reader, asOfMs))}</td>
              <td class="num wide">${missing}</td>
              <td class="wider when">${nextText(reader, copy.nextAtMs)}</td>
              <td class="acts">${actOf(copy)}</td>
            </tr>`
}

function actOf({ name, path, state }: CopyProps): Html {
  const isRunning = state === 'running'
  return html`<form action="${path}/${isRunning ? 'stop' : 'run'}" method="post"><button class="button small">${icon(isRunning ? 'square' : 'refresh-cw')}<span class="label">${isRunning ? 'Stop' : 'Run now'}</span><span class="vh">: ${name}</span></button></form>`
}

function progressBar(reader: Reader, name: string, { words, bytes, bytesTotal, sinceMs }: CopyProgressProps): Html {
  const tookMs = Math.max(reader.nowMs - sinceMs, 1)
  const share = bytesTotal === 0 ? undefined : Math.min(bytes / bytesTotal, 1)
  const bar =
    share === undefined
      ? html`<progress aria-label="${name}"></progress>`
      : html`<progress max="${bytesTotal}" value="${Math.min(bytes, bytesTotal)}" aria-label="${name}">${Math.floor(share * 100)} %</progress>`
  const speed = bytes === 0 ? '' : `, ${sizeText(reader, Math.round((bytes * 1000) / tookMs))} a second`
  const far = share === undefined ? '' : `${sizeText(reader, bytes)} of ${sizeText(reader, bytesTotal)}${speed}`
  const left =
    share === undefined || share < 0.02 || share >= 1 ? '' : `${durationText(reader, (tookMs * (1 - share)) / share)} left`
  return html`<span class="progress"><span class="sub">${words}</span><span class="sub end">${durationText(reader, tookMs)}</span>${bar}<span class="sub">${far}</span><span class="sub end">${left}</span></span>`
}
