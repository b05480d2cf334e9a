import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import type { PageContext } from '../site.ts'

export type LinkEndedPageProps = PageContext & {
  readonly title: string
  readonly words: string
  readonly action: { readonly label: string; readonly path: string }
}

/** A link out of a letter that works no more: no failure of anybody's. */
export function linkEndedPage({ title, words, action, ...page }: LinkEndedPageProps): Page {
  return alonePage({
    ...page,
    title,
    main: html`<main class="signin" id="main">
    <div class="ended stack">
      <h1 class="title">${title}</h1>
      <p>${words}</p>
      <p class="row"><a class="button primary" href="${action.path}">${icon('arrow-right')}${action.label}</a></p>
    </div>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}
