import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** What a new computer types, for each kind of system; the one secret of the page stands in it. */
export function connectCommands(link: string): Html {
  return html`<h4>Windows</h4>
          ${command('Command for Windows', `bin\\holdfast-agent connect "${link}"`)}
          <h4>Linux and macOS</h4>
          ${command('Command for Linux and macOS', `bin/holdfast-agent connect '${link}'`)}`
}

/** Long commands wrap: they are copied, not read. */
export function command(label: string, text: string): Html {
  return html`<pre class="log command whole" tabindex="0" role="region" aria-label="${label}">${text}</pre>`
}
