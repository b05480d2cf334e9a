import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage, appPage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { sentence } from '../partials/sentence.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ErrorPageProps = PageContext & {
  readonly status: number
  /** `HF-NOT-FOUND`: the code to name when asking for help. */
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly hint: string
  /** Who can put it right. */
  readonly who: string
  readonly requestId: string
  readonly viewer?: Viewer
}

const whoCanFix: Readonly<Record<string, string>> = {
  you: 'You can put this right yourself.',
  implementor: 'Whoever set up your backups can put this right.',
  administrator: 'Whoever looks after this box can put this right.',
  network: 'This lies between you and the box.',
}

/** A request that failed: what, what to do and who can do it, then what to quote when asking. */
export function errorPage({ viewer, ...props }: ErrorPageProps): Page {
  const page = { site: props.site, reader: props.reader, title: props.title }
  const body = errorBody(props)
  if (viewer !== undefined) return appPage({ ...page, viewer, body })
  return alonePage({
    ...page,
    main: html`<main class="share" id="main">${body}</main>`,
    footer: html`<p>Nothing that was backed up is touched by this.</p>`,
  })
}

function errorBody(props: Omit<ErrorPageProps, 'viewer'>): Html {
  const { detail, title } = props
  const repeats = detail === title || detail === `${title}.`
  return html`
    ${sentence({ state: props.status >= 500 ? 'failed' : 'partial', says: fullStop(title) })}
    ${repeats ? '' : html`<p class="lead">${fullStop(detail)}</p>`}
    <div class="split part">
      <div class="box roomy">
        <h2>What to do</h2>
        <p>${fullStop(props.hint)}</p>
        <p>${icon('users')} <b>${whoCanFix[props.who] ?? ''}</b></p>
        <p class="row"><a class="button primary" href="/">${icon('house')}Go to Home</a></p>
      </div>
      <aside class="flow">
        <section aria-labelledby="quote">
          <header class="part-head"><h2 id="quote">If you ask for help</h2></header>
          ${facts([
            { label: 'Code', value: html`<a href="/docs/errors/${props.code}">${props.code}</a>`, valueClass: 'id' },
            { label: 'Request', value: props.requestId },
            { label: 'Status', value: String(props.status), valueClass: 'id' },
          ])}
        </section>
      </aside>
    </div>`
}

function fullStop(words: string): string {
  return /[.?]$/.test(words) ? words : `${words}.`
}
