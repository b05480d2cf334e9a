import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { checkField } from '../partials/copy-settings.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import { type WebhooksProps, webhooksPart } from '../partials/webhooks.ts'
import type { PageContext, Viewer } from '../site.ts'

export type WebhooksPageProps = PageContext & {
  readonly viewer: Viewer
  readonly programs: WebhooksProps
  readonly mayBePrivate: boolean
}

/** Settings, Programs that are told: of the whole box. */
export function webhooksPage(props: WebhooksPageProps): Page {
  return appPage({
    ...props,
    title: 'Programs that are told',
    place: 'settings',
    body: html`
    ${trail('Where this is', [{ name: 'Settings', path: '/settings' }])}
    <header class="page-head"><h1 class="title">Programs that are told</h1></header>
    <div class="split part">
      <div class="flow">${webhooksPart(props.programs)}</div>
      <aside class="flow">
        <section aria-labelledby="house">
          ${partHead({ id: 'house', title: 'Programs of customers' })}
          <form class="flow" action="/settings/webhooks/house" method="post">
            ${checkField({ name: 'private', label: 'They may lie in this network', isChecked: props.mayBePrivate, hint: 'Otherwise the box calls addresses of the internet only, so that no owner of an account can have it call machines of the house.' })}
            <p class="row"><button class="button">Save</button></p>
          </form>
        </section>
      </aside>
    </div>`,
  })
}
