import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'

/**
 * The ways to get a kit. Each is a form of its own page sent back, never an address: what it answers holds a secret, and addresses are
 * kept by browsers and logs.
 */
export function kitForm(action: string, props: { readonly isPrimary: boolean }): Html {
  return html`<form class="row" action="${action}" method="post">
        <button class="button${props.isPrimary ? ' primary' : ''}" name="format" value="page">${icon('file-text')}Show it for printing</button>
        <button class="button" name="format" value="pdf">${icon('download')}As PDF</button>
        <button class="button" name="format" value="html">${icon('download')}As a page to keep</button>
        <button class="button" name="format" value="txt">${icon('download')}As text</button>
      </form>`
}
