import { html } from 'hono/html'
import { timeTag, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { stateBadge } from './state.ts'

/** A computer that came by a link, and how far it is. */
export type Arrival = {
  readonly name: string
  readonly number: string
  readonly system: string
  readonly path: string
  readonly atMs: number
  readonly backup: 'none' | 'running' | 'done' | 'failed'
}

/** A computer that wants in and looks like a known one. */
export type QuestionProps = {
  readonly id: string
  /** How it calls itself. */
  readonly name: string
  readonly system: string
  readonly address: string
  readonly known: { readonly name: string; readonly number: string; readonly path: string }
  /** Stands behind a colon. */
  readonly why: string
  /** Per cent. */
  readonly likeness: number
  readonly askedAtMs: number
  readonly mayAnswer: boolean
  /** They may let it take over, too. */
  readonly mayGrant: boolean
}

export type ArrivalsProps = {
  readonly path: string
  readonly arrivals: readonly Arrival[]
  readonly questions: readonly QuestionProps[]
  /** More may come: the part renews itself. */
  readonly isOpen: boolean
  readonly left: number
}

/** What has come of a link, renewed while something may still happen. */
export function arrivalsPart(reader: Reader, props: ArrivalsProps): Html {
  const { path, arrivals, questions, isOpen, left } = props
  const isMoving = isOpen || arrivals.some(({ backup }) => backup === 'none' || backup === 'running')
  const renew = isMoving ? html` hx-get="${path}/arrived" hx-trigger="every 3s" hx-swap="outerHTML"` : ''
  return html`<section class="part" id="arrived" aria-labelledby="arrived-title" aria-live="polite"${renew}>
      <header class="part-head"><h2 id="arrived-title">${titleOf(props)}</h2></header>
      ${questions.map((question) => questionBox(reader, question))}
      ${arrivals.length === 0 ? html`<p class="prose">${isOpen ? 'This page says so as soon as it appears. It can be closed meanwhile: the link works without it.' : 'Nobody came by this link.'}</p>` : arrivalsList(reader, arrivals)}
      ${isMoving ? html`<p class="hint">${isOpen && left > 0 ? waitingFor(left) : ''} <a href="${path}">Look again</a></p>` : ''}
    </section>`
}

function titleOf({ arrivals, questions, isOpen }: ArrivalsProps): string {
  const newest = arrivals.at(-1)
  if (newest !== undefined)
    return arrivals.length === 1 ? 'Your computer has appeared.' : `${arrivals.length} computers have appeared.`
  if (questions.length > 0) return 'A computer is at the door.'
  return isOpen ? 'Waiting for the computer.' : 'No computer came.'
}

function waitingFor(left: number): string {
  return left === 1 ? 'One computer may still come.' : `${left} computers may still come.`
}

function arrivalsList(reader: Reader, arrivals: readonly Arrival[]): Html {
  return html`<ul class="list settle">${arrivals.map(
    (arrival) => html`
        <li><span><a class="name" href="${arrival.path}">${arrival.name}</a> <span class="id">${arrival.number}</span><span class="sub">${arrival.system === '' ? '' : html`${arrival.system}, `}connected ${timeTag(arrival.atMs, whenText(reader, arrival.atMs))}</span></span><span class="end">${backupState(arrival.backup)}</span></li>`,
  )}
      </ul>`
}

function backupState(backup: Arrival['backup']): Html {
  switch (backup) {
    case 'none':
      return stateBadge('none', 'No backup yet')
    case 'running':
      return stateBadge('running', 'Its first backup is running')
    case 'done':
      return stateBadge('ok', 'Its first backup is done')
    case 'failed':
      return stateBadge('failed', 'Its first backup failed')
    default:
      return backup satisfies never
  }
}

/** The decision: may it take the known one's place? */
export function questionBox(reader: Reader, question: QuestionProps): Html {
  const { id, name, system, address, known, why, likeness, askedAtMs, mayAnswer, mayGrant } = question
  return html`<div class="box" role="group" aria-labelledby="${id}">
        <h2 id="${id}">${name} looks like ${known.name}. Let it take over?</h2>
        <p>It shows ${why}. ${likeness} % of what can be compared is the same. It asked ${whenText(reader, askedAtMs)} from ${address}${system === '' ? '' : `, with ${system}`}.</p>
        <p>Taking over: it becomes <a href="${known.path}">${known.name}</a> (<span class="id">${known.number}</span>), whose versions go along and can be restored there; the old one is let in no more. A new computer begins without versions.</p>
        ${
          mayAnswer
            ? html`<form class="row" action="/computers/questions/${id}" method="post">${mayGrant ? html`<button class="button" name="answer" value="take-over">Let it take over</button>` : html`<span class="hint">An owner or a member can let it take over.</span>`}<button class="button" name="answer" value="as-new">It is a new computer</button></form>`
            : html`<p class="hint">Somebody who may add computers answers this.</p>`
        }
      </div>`
}
