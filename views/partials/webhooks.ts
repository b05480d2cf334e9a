import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { field } from './field.ts'
import { notice } from './notice.ts'
import { partHead } from './part-head.ts'
import { stateBadge } from './state.ts'

export type WebhookProps = {
  readonly id: string
  readonly url: string
  readonly isActive: boolean
}

export type WebhooksProps = {
  /** Where its forms go: `/settings/webhooks`. */
  readonly path: string
  readonly webhooks: readonly WebhookProps[]
  readonly typed: string
  readonly problem: string | undefined
  /** Of the one that was just added: shown this once. */
  readonly added: { readonly url: string; readonly secret: string } | undefined
  readonly tested: { readonly url: string; readonly isTaken: boolean; readonly words: string } | undefined
  /** What such a program hears of. */
  readonly about: string
}

/** Programs that are told what happens, and a form for one more. */
export function webhooksPart(props: WebhooksProps): Html {
  const { path, webhooks, typed, problem, added, tested, about } = props
  return html`<section aria-labelledby="programs">
        ${partHead({ id: 'programs', title: 'Programs that are told' })}
        <p>${about}</p>
        ${added === undefined ? '' : notice({ icon: 'key-round', state: 'ok', words: html`<b>${added.url}</b> is told from now on. Its secret, shown this once: <code>${added.secret}</code>` })}
        ${tested === undefined ? '' : notice({ icon: tested.isTaken ? 'circle-check' : 'octagon-x', state: tested.isTaken ? 'ok' : 'failed', words: html`<b>${tested.url}</b> ${tested.words}` })}
        ${webhooks.length === 0 ? html`<p class="hint">There is none yet.</p>` : list(path, webhooks)}
        <form class="flow" action="${path}" method="post">
          ${field({ name: 'url', label: 'Address of another program', value: typed, problem, hint: 'It gets a POST with JSON, signed with a secret that is shown once.' })}
          <p class="row"><button class="button">${icon('plus')}Add the program</button></p>
        </form>
      </section>`
}

function list(path: string, webhooks: readonly WebhookProps[]): Html {
  return html`<div class="ledger-wrap"><table class="ledger">
          <thead><tr><th scope="col">Address</th><th scope="col">State</th><th scope="col" class="acts"><span class="vh">Acts</span></th></tr></thead>
          <tbody>${webhooks.map(({ id, url, isActive }) => {
            const act = (name: string, words: string) =>
              html`<form action="${path}/${id}/${name}" method="post"><button class="button small quiet">${words}<span class="vh"> ${url}</span></button></form>`
            return html`
            <tr><th scope="row" class="name">${url}</th><td>${stateBadge(isActive ? 'ok' : 'paused', isActive ? 'Told' : 'Paused')}</td><td class="acts">${act('test', 'Test')}${isActive ? act('pause', 'Pause') : act('go-on', 'Go on')}${act('remove', 'Remove')}</td></tr>`
          })}
          </tbody>
        </table></div>`
}
