import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { sproutPlate } from '../plates/sprout-plate.ts'
import type { PageContext } from '../site.ts'

export type ShareGatePageProps = PageContext & {
  readonly by: string
  readonly customer: string
  readonly kind: 'download' | 'upload'
  /** Where the form leads: the link itself. */
  readonly path: string
  readonly problem: string | undefined
}

/** A link that asks for its password. What lies behind it is not told before. */
export function shareGatePage(props: ShareGatePageProps): Page {
  const { by, customer, kind, path, problem } = props
  const says = kind === 'download' ? `${by} has shared something with you.` : `${by} asks you for files.`
  return alonePage({
    ...props,
    title: 'Password',
    main: html`<main class="share" id="main">
    <h1 class="sentence">${says}</h1>
    <p class="lead">From ${customer}. The link has a password: ask ${by} for it, if it did not come with the link.</p>
    <form class="box roomy part" action="${path}" method="post">
      ${field({ name: 'password', label: 'Password of the link', type: 'password', autocomplete: 'off', problem })}
      <p class="row"><button class="button primary">${icon('arrow-right')}Go on</button></p>
    </form>
  </main>`,
    footer: html`${sproutPlate}<p>Holdfast keeps the backups of ${customer}. Not expecting this? Then simply close the page.</p>`,
  })
}
