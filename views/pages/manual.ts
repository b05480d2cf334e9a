import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { alonePage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { partHead } from '../partials/part-head.ts'
import type { PageContext } from '../site.ts'

export type ManualPageSection = { readonly title: string; readonly body: Html }

export type ManualPageProps = PageContext & {
  readonly title: string
  /** What people quote when they ask for help. */
  readonly code: string
  readonly sections: readonly ManualPageSection[]
}

/** What somebody who has just met the error decides by; the rest explains. */
const decidingSections: readonly string[] = ['What to do', 'Who can fix it']

/** One error of the manual, as the box itself shows it: what to do first, then why. */
export function manualPage({ code, sections, ...page }: ManualPageProps): Promise<Html> {
  const deciding = decidingSections.flatMap((title) => sections.find((section) => section.title === title) ?? [])
  const explaining = sections.filter((section) => !deciding.includes(section))
  return alonePage({
    ...page,
    main: html`<main class="share" id="main">
    <nav aria-label="Where this is"><ol class="trail"><li><a href="/docs/errors">Errors</a></li></ol></nav>
    <h1 class="title">${page.title}.</h1>
    <div class="split part">
      <div class="flow">
        ${deciding.length === 0 ? '' : html`<div class="box roomy">${deciding.map(({ title, body }) => html`<h2>${title}</h2><div class="prose stack">${body}</div>`)}</div>`}
        ${explaining.map(({ title, body }) => html`<section>${partHead({ title })}<div class="prose stack">${body}</div></section>`)}
      </div>
      <aside>
        <section aria-labelledby="quote">
          ${partHead({ id: 'quote', title: 'If you ask for help' })}
          ${facts([{ label: 'Code', value: code, valueClass: 'id' }])}
        </section>
      </aside>
    </div>
  </main>`,
    footer: html`<p><a href="/">Go to Home</a></p>`,
  })
}

export type ManualIndexPageProps = PageContext & {
  readonly title: string
  readonly entries: readonly { readonly code: string; readonly title: string; readonly path: string }[]
}

export function manualIndexPage({ entries, ...page }: ManualIndexPageProps): Promise<Html> {
  const rows = entries.map(
    ({ code, title, path }) => html`<tr><th scope="row"><a href="${path}">${code}</a></th><td>${title}</td></tr>`,
  )
  return alonePage({
    ...page,
    main: html`<main class="share" id="main">
    <h1 class="title">${page.title}.</h1>
    <p class="lead">Every message of Holdfast carries one of these codes.</p>
    <div class="part ledger-wrap"><table class="ledger">
      <thead><tr><th scope="col">Code</th><th scope="col">What happened</th></tr></thead>
      <tbody>${rows}</tbody>
    </table></div>
  </main>`,
    footer: html`<p><a href="/">Go to Home</a></p>`,
  })
}
