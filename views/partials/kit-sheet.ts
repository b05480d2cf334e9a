import { html } from 'hono/html'
import type { Html } from '../html.ts'

export type KitSheetProps = {
  readonly title: string
  readonly subject: string
  readonly facts: readonly { readonly label: string; readonly values: readonly string[] }[]
  readonly codeGroups: readonly string[]
  readonly parts: readonly {
    readonly title: string
    readonly words?: readonly string[]
    readonly steps?: readonly { readonly words: string; readonly commands?: readonly string[] }[]
  }[]
  readonly block: string
  /** `path` draws the dark squares of a code of `size` by `size`. */
  readonly qr: { readonly size: number; readonly path: string }
}

const quietSquares = 4

/** A recovery kit, but for its title: the same on a page of the box and in a file. */
export function kitSheetParts(sheet: KitSheetProps): Html {
  return html`<div class="kit-head">
      <dl>${sheet.facts.map(({ label, values }) => html`<dt>${label}</dt>${values.map((value) => html`<dd>${value}</dd>`)}`)}</dl>
      ${qrDrawing(sheet)}
    </div>
    <h2>Recovery code</h2>
    <ol class="kit-code">${sheet.codeGroups.map((group, index) => html`<li><small>${index + 1}</small>${group}</li>`)}</ol>
    ${sheet.parts.map(
      ({ title, words = [], steps = [] }) => html`
    <h2>${title}</h2>
    ${words.map((text) => html`<p>${text}</p>`)}
    ${
      steps.length === 0
        ? ''
        : html`<ol>${steps.map(
            (step) => html`
      <li>${step.words}${(step.commands ?? []).length === 0 ? '' : html`<pre tabindex="0">${(step.commands ?? []).join('\n')}</pre>`}</li>`,
          )}</ol>`
    }`,
    )}
    <h2>For programs</h2>
    <p>The square above holds these lines. This file, or the lines in a file of their own, are what --recovery-kit takes.</p>
    <pre class="kit-block" tabindex="0">${sheet.block}</pre>`
}

/** White ground of its own: a camera wants dark on light, whatever the theme. */
function qrDrawing({ qr }: KitSheetProps): Html {
  const side = qr.size + 2 * quietSquares
  return html`<svg class="kit-qr" viewBox="${-quietSquares} ${-quietSquares} ${side} ${side}" role="img" aria-label="The lines for programs, as a QR code" shape-rendering="crispEdges"><rect x="${-quietSquares}" y="${-quietSquares}" width="${side}" height="${side}" fill="#fff"/><path d="${qr.path}" fill="#000"/></svg>`
}
