import { html, raw } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon, spriteFor } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'

export type RunningProps = {
  readonly what?: 'backup' | 'restore'
  readonly computer: string
  readonly path: string
  readonly job: string
  readonly phase: 'scanning' | 'sending' | 'finishing' | 'restoring'
  readonly filesDone: number
  readonly filesTotal: number | undefined
  readonly bytesDone: number
  readonly bytesTotal: number | undefined
  readonly bytesPerSecond: number
  readonly leftMs: number | undefined
  readonly isStopping: boolean
  /** Where stopping it is asked; undefined for whoever may not. */
  readonly stopPath: string | undefined
}

/** Something a computer was asked for that has not ended. */
export type WaitingProps = {
  readonly computer: string
  readonly words: string
  /** Its own page, where it has one. */
  readonly path?: string | undefined
  readonly givenAtMs: number
  readonly givenBy: string
  /** It waits for the computer to appear, or is being done. */
  readonly state: 'waiting' | 'listening' | 'taken'
}

export type WorkProps = {
  readonly running: readonly RunningProps[]
  readonly waiting: readonly WaitingProps[]
  /** Where news of what runs come from, as server-sent events. */
  readonly streamPath: string
  /** Of the page itself: to load it again without a script, and when a backup has ended. */
  readonly path: string
}

/** What runs and what waits. The list of what runs renews itself; without a script a link loads the page again. */
export function workPart(reader: Reader, { running, waiting, streamPath, path }: WorkProps): Html {
  return html`${waiting.map((order) => waitingNotice(reader, order))}
    <div class="running" hx-sse:connect="${streamPath}" hx-swap="innerHTML" aria-live="off">${running.length === 0 ? '' : runningSection(reader, running, path)}</div>`
}

/** What the stream sends: never empty, as an empty message changes nothing. */
export async function runningFragment(reader: Reader, running: readonly RunningProps[], path: string): Promise<Html> {
  const text = String(await (running.length === 0 ? endedNotice(path) : runningSection(reader, running, path)))
  return html`${raw(text)}${spriteFor(text)}`
}

function runningSection(reader: Reader, running: readonly RunningProps[], path: string): Html {
  return html`<section class="part" aria-labelledby="running-title">
      <header class="part-head"><h2 id="running-title">Running now</h2><noscript><a class="end" href="${path}">Look again</a></noscript></header>
      <ul class="runs">${running.map((backup) => runningItem(reader, backup))}
      </ul>
    </section>`
}

function endedNotice(path: string): Html {
  return html`<p class="notice" role="status">${icon('circle-check')}<span>It has ended.</span><a class="button small" href="${path}">Show how it went</a></p>`
}

const phaseWords = {
  scanning: 'Looking for changes',
  sending: 'Sending',
  finishing: 'Finishing',
  restoring: 'Getting files back',
} as const

export function runningItem(reader: Reader, backup: RunningProps): Html {
  const { computer, path, job, phase, bytesDone, bytesTotal, leftMs } = backup
  const isKnown = bytesTotal !== undefined && bytesTotal > 0 && phase !== 'scanning'
  const label = labelOf(backup)
  const bar = isKnown
    ? html`<progress max="${bytesTotal}" value="${Math.min(bytesDone, bytesTotal)}" aria-label="${label}">${percentOf(bytesDone, bytesTotal)} %</progress>`
    : html`<progress aria-label="${label}"></progress>`
  const left = leftMs === undefined ? '' : `About ${durationText(reader, leftMs)} left`
  return html`
        <li class="progress">
          <p><a class="name" href="${path}">${computer}</a> <span class="hint">${job}: ${backup.isStopping ? 'stopping' : phaseWords[phase].toLowerCase()}</span></p>
          ${stopButton(backup)}
          ${bar}
          <p class="hint">${amounts(reader, backup)}</p><p class="hint end">${left}</p>
        </li>`
}

function labelOf({ what, computer }: RunningProps): string {
  return what === 'restore' ? `Restore to ${computer}` : `Backup of ${computer}`
}

function stopButton(running: RunningProps): Html | string {
  const { stopPath, isStopping } = running
  if (stopPath === undefined || isStopping) return html`<span></span>`
  return html`<form class="end" action="${stopPath}" method="post"><input type="hidden" name="kind" value="cancel"><button class="button small">${icon('square')}<span class="label">Cancel</span><span class="vh">: ${labelOf(running)}</span></button></form>`
}

function amounts(reader: Reader, { bytesDone, bytesTotal, bytesPerSecond, filesDone, filesTotal }: RunningProps): string {
  const bytes =
    bytesTotal === undefined
      ? sizeText(reader, bytesDone)
      : `${sizeText(reader, Math.min(bytesDone, bytesTotal))} of ${sizeText(reader, bytesTotal)}`
  const files =
    filesTotal === undefined
      ? countOf(reader, filesDone, 'file')
      : `${countText(reader, filesDone)} of ${countOf(reader, filesTotal, 'file')}`
  const speed = bytesPerSecond > 0 ? `${sizeText(reader, bytesPerSecond)}/s` : undefined
  return [bytes, speed, files].filter((part) => part !== undefined).join(', ')
}

function percentOf(done: number, total: number): number {
  return Math.min(100, Math.floor((done * 100) / total))
}

/** The button that asks for a backup, of one computer or of all. */
export function backUpNow(path: string): Html {
  return html`<form action="${path}" method="post"><input type="hidden" name="kind" value="run-now"><button class="button">${icon('play')}Back up now</button></form>`
}

const waitingWords = {
  waiting: 'It waits until the computer appears.',
  listening: 'The computer is about to take it.',
  taken: 'The computer is at it.',
} as const

function waitingNotice(reader: Reader, { computer, words, path, givenAtMs, givenBy, state }: WaitingProps): Html {
  return html`<p class="notice" role="status">${icon(state === 'taken' ? 'refresh-cw' : 'circle-dashed')}<span><b>${computer}: ${words}.</b> ${timeTag(givenAtMs, `Asked ${whenInSentence(reader, givenAtMs)} by ${givenBy}.`)} ${waitingWords[state]}</span>${path === undefined ? '' : html`<a class="button small" href="${path}">Look</a>`}</p>`
}
