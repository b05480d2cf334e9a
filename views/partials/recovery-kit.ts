import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { notice } from './notice.ts'

/** A kit that was never printed: where to do it, or for whoever may not, what somebody runs on the box. */
export type KitAsked =
  | { readonly opens: 'customer'; readonly path: string }
  | { readonly opens: 'customer'; readonly command: string }
  | { readonly opens: 'server'; readonly path: string }

/** They stay until the kits were printed: without them, a box that is lost takes the keys of its backups with it. */
export function recoveryKitNotices(asked: readonly KitAsked[]): Html {
  return html`${asked.map(recoveryKitNotice)}`
}

function recoveryKitNotice(asked: KitAsked): Html {
  const words =
    asked.opens === 'customer'
      ? html`<b>The recovery kit has not been printed yet.</b> It opens your backups when this box is gone.`
      : html`<b>The server’s recovery kit has not been printed yet.</b> It brings this whole box back from a copy of its disk.`
  const onTheBox = 'command' in asked ? html` On the box: <code>${asked.command}</code>` : ''
  return notice({
    icon: 'key-round',
    state: 'partial',
    words: html`${words}${onTheBox}`,
    ...('path' in asked ? { action: html`<a class="button small" href="${asked.path}">Print it</a>` } : {}),
  })
}
