import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { facts } from './facts.ts'
import { type GoingProps, goingVersions } from './going-versions.ts'
import { notice } from './notice.ts'

/** What moving to another plan means; nothing is done yet. */
export type MoveRehearsal = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly computers: number
  readonly computersMax: number
  readonly keptNow: string
  readonly keptThen: string
  /** Versions that the other plan's rules would let go; undefined when the computer has rules of its own. */
  readonly going: GoingProps | undefined
  /** Undefined: it would have taken too long to count. */
  readonly freedBytes: number | undefined
  /** Nothing goes before then that the plan of now keeps. */
  readonly heldUntilMs: number
  /** It came from there, and goes back. */
  readonly isUndo: boolean
  readonly isFull: boolean
}

/** A move that was made, while it can be taken back. */
export type MovedProps = {
  readonly fromId: string
  readonly from: string
  readonly to: string
  readonly untilMs: number
  /** What the rules of now would let go; undefined when the computer has got rules of its own since. */
  readonly going: GoingProps | undefined
}

type Computer = { readonly name: string; readonly path: string }

export function moveBox(reader: Reader, { name, path }: Computer, move: MoveRehearsal): Html {
  const { id, from, to, computers, computersMax, keptNow, keptThen, isFull, isUndo } = move
  return html`<div class="box">
          <h3>${isUndo ? 'Back from' : 'From'} ${from} to ${to}</h3>
          ${facts([
            {
              label: 'Computers under it',
              value: `${computers} of ${computersMax} now${isFull ? ': it is full' : ', one more with this one'}`,
            },
            { label: 'Kept now', value: keptNow },
            { label: 'Kept then', value: keptThen },
          ])}
          <p>${rehearsalWords(reader, name, move)} What it stored counts against the quota of ${to} as soon as the box has counted again, in the night.</p>
          <p class="row">${isFull ? '' : html`<button class="button" form="move">Move it ${isUndo ? 'back ' : ''}to ${to}</button>`}<a class="button" href="${path}/manage">Keep ${from}</a></p>
          <form id="move" action="${path}/move" method="post"><input type="hidden" name="plan" value="${id}"></form>
        </div>`
}

/** Stays on the page until the move can no longer be taken back. */
export function movedNotice(reader: Reader, { path }: Computer, moved: MovedProps, mayMove: boolean): Html {
  const { fromId, from, to, untilMs, going } = moved
  const then = going === undefined ? 'It has rules of its own.' : afterwards(reader, going, `the rules of ${to}`)
  return notice({
    icon: 'layers',
    words: html`<b>It was moved from ${from} to ${to}.</b> ${heldWords(reader, from, untilMs)} Until then it can be moved back. ${then}`,
    ...(mayMove
      ? {
          action: html`<form action="${path}/move" method="post"><input type="hidden" name="plan" value="${fromId}"><button class="button small">Move it back to ${from}</button></form>`,
        }
      : {}),
  })
}

/** Beneath what is asked, or was done. */
export function mayGoPart(reader: Reader, going: GoingProps | undefined): Html {
  if (going === undefined || going.first.length === 0) return html``
  return html`<div class="part">${goingVersions(reader, going, 'Which versions may go')}</div>`
}

function rehearsalWords(reader: Reader, name: string, move: MoveRehearsal): Html | string {
  const { from, to, going, freedBytes, heldUntilMs, isUndo } = move
  if (going === undefined) return `${name} has rules of its own; they stay.`
  if (isUndo) return html`That takes the move back. ${heldWords(reader, from, heldUntilMs)}`
  const frees =
    going.going === 0 || freedBytes === undefined ? '' : ` That frees ${sizeText(reader, freedBytes)} once they have gone.`
  return html`For seven days it can be moved back. ${heldWords(reader, from, heldUntilMs)} ${afterwards(reader, going, `the rules of ${to}`)}${frees}`
}

function heldWords(reader: Reader, from: string, untilMs: number): Html {
  return html`Nothing that ${from} keeps goes before ${timeTag(untilMs, beforeWords(reader, untilMs))}.`
}

/** `Sun 6 December at 09:14`: the sentence says "before". */
function beforeWords(reader: Reader, atMs: number): string {
  return whenInSentence(reader, atMs).replace(/^on /, '')
}

function afterwards(reader: Reader, { going }: GoingProps, by: string): string {
  if (going === 0) return `As things are, no version goes by ${by} then.`
  return `As things are, ${countOf(reader, going, 'version')} ${going === 1 ? 'goes' : 'go'} into the bin by ${by} then, and for good seven days later.`
}
