import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import type { Place } from '../partials/rail.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ShownOncePageProps = PageContext & {
  readonly viewer: Viewer
  readonly place?: Place
  readonly above: readonly TrailStep[]
  readonly title: string
  readonly words: string
  /** What is told here and nowhere else: one secret, or several to be kept together. */
  readonly secrets: readonly string[]
  readonly after: string
  readonly done: { readonly label: string; readonly path: string }
}

/** Secrets that the box itself does not keep: a token, a link to hand over, recovery codes. */
export function shownOncePage(props: ShownOncePageProps): Page {
  const { above, title, words, secrets, after, done } = props
  return appPage({
    ...props,
    title,
    body: html`
    ${trail('Where this is', above)}
    <section class="box roomy" aria-labelledby="once">
      <h1 class="title" id="once">${title}</h1>
      <p>${words}</p>
      ${shown(secrets)}
      <p class="hint">${after}</p>
      <p class="row"><a class="button primary" href="${done.path}">${done.label}</a></p>
    </section>`,
  })
}

function shown(secrets: readonly string[]): Html {
  const [only] = secrets
  if (secrets.length === 1)
    return html`<pre class="log command" tabindex="0" role="region" aria-label="To be copied">${only}</pre>`
  return html`<ol class="codes" aria-label="Recovery codes">${secrets.map((secret) => html`<li class="code">${secret}</li>`)}</ol>`
}
