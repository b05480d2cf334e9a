import { html, raw } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon, spriteFor } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { type Fact, facts } from './facts.ts'

export type RestoreMode = 'restore' | 'revert'

/** As of the newest backup of that computer, as the box has it. */
export type EstimateProps = {
  readonly asOfMs: number
  readonly different: number
  readonly missing: number
  readonly same: number
  readonly extra: number
  readonly isWhole: boolean
}

export type RehearsalProps =
  | { readonly kind: 'asked' }
  | {
      readonly kind: 'told'
      readonly creates: number
      readonly folders: number
      readonly replaces: number
      readonly beside: number
      readonly same: number
      readonly keeps: number
      readonly fails: number
      /** By a revert. */
      readonly goes: number
      readonly bytes: number
      readonly freeBytes: number | undefined
      readonly replaced: readonly string[]
      /** The first of those that go. */
      readonly gone: readonly string[]
      readonly isWhole: boolean
    }
  | { readonly kind: 'failed'; readonly words: string; readonly code: string }
  | { readonly kind: 'silent' }

/** `As of the last backup today 18:02: 12 files there are different, 3 are missing.` */
export function estimateWords(reader: Reader, mode: RestoreMode, estimate: EstimateProps | undefined, computer: string): string {
  if (estimate === undefined) return `The box has no backup of ${computer} to compare with.`
  const { asOfMs, different, missing, same, extra, isWhole } = estimate
  const least = isWhole ? '' : 'at least '
  const as = `As of the last backup ${whenInSentence(reader, asOfMs)}:`
  const are = (count: number) => (count === 1 ? 'is' : 'are')
  if (mode === 'revert') {
    if (different + missing + extra === 0) return `${as} nothing would change.`
    return `${as} ${least}${countOf(reader, different, 'file')} would change, ${countText(reader, missing)} would come back, ${countText(reader, extra)} would go.`
  }
  if (different + missing === 0)
    return `${as} ${same === 1 ? 'it is there, and the same' : 'all of them are there, and the same'}.`
  return `${as} ${least}${countOf(reader, different, 'file')} there ${are(different)} different, ${countText(reader, missing)} ${are(missing)} missing.`
}

/** What the computer itself says. It renews itself until there is an answer. */
export function rehearsalPart(reader: Reader, path: string, rehearsal: RehearsalProps): Html {
  const renew = rehearsal.kind === 'asked' ? html` hx-get="${path}" hx-trigger="every 1s" hx-swap="outerHTML"` : ''
  return html`<div id="rehearsal" aria-live="polite"${renew}>${rehearsalWords(reader, rehearsal)}</div>`
}

/** For an answer that is swapped in: with the icons that it uses. */
export async function rehearsalFragment(reader: Reader, path: string, rehearsal: RehearsalProps): Promise<Html> {
  const text = String(await rehearsalPart(reader, path, rehearsal))
  return html`${raw(text)}${spriteFor(text)}`
}

function rehearsalWords(reader: Reader, rehearsal: RehearsalProps): Html {
  switch (rehearsal.kind) {
    case 'asked':
      return html`<p class="hint">The computer is counting what it would meet right now.</p>`
    case 'silent':
      return html`<p class="hint">The computer has not answered. The order works all the same; what it meets is said at the end.</p>`
    case 'failed':
      return html`<p class="hint">The computer could not say what it would meet: ${rehearsal.words} <a href="/docs/errors/${rehearsal.code}">${rehearsal.code}</a></p>`
    case 'told':
      return told(reader, rehearsal)
    default:
      return rehearsal satisfies never
  }
}

function told(reader: Reader, counts: Extract<RehearsalProps, { kind: 'told' }>): Html {
  const { freeBytes, bytes, replaced, replaces, gone, goes, isWhole } = counts
  const isTight = freeBytes !== undefined && freeBytes < bytes
  return html`<p><b>The computer has looked just now${isWhole ? '' : ', for as long as one likes to wait: it is at least this'}.</b></p>
      ${facts(countFacts(reader, counts))}
      ${isTight ? html`<p class="notice" data-state="partial">${icon('triangle-alert')}<span>${sizeText(reader, bytes)} are to be written, and ${sizeText(reader, freeBytes)} are free there.</span></p>` : ''}
      ${goes === 0 ? '' : html`<p class="hint">What its backups leave out stays, though it is counted among what goes.</p>`}
      ${namesPart(reader, 'Which would be replaced', replaced, replaces)}
      ${namesPart(reader, 'Which would go', gone, goes)}`
}

function namesPart(reader: Reader, title: string, names: readonly string[], count: number): Html {
  if (names.length === 0) return html``
  const more = count - names.length
  return html`<details><summary>${title}</summary><ul class="list">${names.map((path) => html`<li><bdi class="exact">${path}</bdi></li>`)}${more > 0 ? html`<li>And ${countText(reader, more)} more.</li>` : ''}</ul></details>`
}

function countFacts(reader: Reader, counts: Extract<RehearsalProps, { kind: 'told' }>): readonly Fact[] {
  const row = (label: string, count: number, always = false): readonly Fact[] =>
    count === 0 && !always ? [] : [{ label, value: countText(reader, count) }]
  return [
    ...row('Are missing and come', counts.creates, true),
    ...row('Are replaced', counts.replaces, true),
    ...row('Are not in it and go', counts.goes),
    ...row('Are put beside', counts.beside),
    ...row('Are the same already', counts.same, true),
    ...row('Stay as they are', counts.keeps),
    ...row('Cannot be had there', counts.fails),
    { label: 'To be written', value: sizeText(reader, counts.bytes) },
    ...(counts.freeBytes === undefined ? [] : [{ label: 'Free there', value: sizeText(reader, counts.freeBytes) }]),
  ]
}
