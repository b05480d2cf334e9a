import { html } from 'hono/html'
import type { Html } from '../html.ts'

export type Fact = { readonly label: string; readonly value: Html | string; readonly valueClass?: string }

/** Labels and values, in rows. */
export function facts(rows: readonly Fact[]): Html {
  return html`<dl class="facts">${rows.map(
    ({ label, value, valueClass }) => html`
            <div><dt>${label}</dt><dd${valueClass === undefined ? '' : html` class="${valueClass}"`}>${value}</dd></div>`,
  )}
          </dl>`
}
