import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { notice } from './notice.ts'

/** Stays until the kit was printed: without it, a box that is lost takes the keys of its backups with it. */
export function recoveryKitNotice(command: string): Html {
  return notice({
    icon: 'key-round',
    state: 'partial',
    words: html`<b>The recovery kit has not been printed yet.</b> It opens your backups when this box is gone. On the box: <code>${command}</code>`,
  })
}
