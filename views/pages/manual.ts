import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { alonePage } from '../layout.ts'
import type { PageContext } from '../site.ts'

export type ManualPageProps = PageContext & {
  readonly title: string
  /** What people quote when they ask for help. */
  readonly code?: string
  readonly body: Html
}

/** One page of the manual, as the box itself shows it. */
export function manualPage({ code, body, ...page }: ManualPageProps): Page {
  return alonePage({
    ...page,
    main: html`<main class="share prose" id="main">
    <nav aria-label="Where this is"><ol class="trail"><li><a href="/docs/errors">Errors</a></li></ol></nav>
    <h1 class="title">${page.title}</h1>
    ${code === undefined ? '' : html`<p class="hint">Code <code>${code}</code></p>`}
    ${body}
  </main>`,
    footer: html`<p><a href="/">Go to Home</a></p>`,
  })
}

export type ManualIndexPageProps = PageContext & {
  readonly title: string
  readonly entries: readonly { readonly code: string; readonly title: string; readonly path: string }[]
}

export function manualIndexPage({ entries, ...page }: ManualIndexPageProps): Page {
  const rows = entries.map(
    ({ code, title, path }) => html`<tr><th scope="row"><a href="${path}">${code}</a></th><td>${title}</td></tr>`,
  )
  return alonePage({
    ...page,
    main: html`<main class="share" id="main">
    <h1 class="title">${page.title}</h1>
    <div class="ledger-wrap"><table class="ledger">
      <thead><tr><th scope="col">Code</th><th scope="col">What happened</th></tr></thead>
      <tbody>${rows}</tbody>
    </table></div>
  </main>`,
    footer: html`<p><a href="/">Go to Home</a></p>`,
  })
}
