import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** What somebody wrote to whoever opens their link; lines stay lines. */
export function messageQuote(message: string | undefined): Html {
  if (message === undefined) return html``
  const lines = message.split('\n')
  return html`<blockquote class="quote">${lines.map((line, index) => html`${index === 0 ? '' : html`<br>`}${line}`)}</blockquote>`
}
