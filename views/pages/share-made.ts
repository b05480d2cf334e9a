import { html } from 'hono/html'
import { whenInSentence } from '../format/when.ts'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ShareMadePageProps = PageContext & {
  readonly viewer: Viewer
  readonly title: string
  /** The whole address: shown here, and nowhere else. */
  readonly link: string
  readonly untilMs: number
  readonly hasPassword: boolean
  readonly path: string
  /** It leads to this computer only: nobody else could open it. */
  readonly isThisComputerOnly: boolean
}

/** The link, once. */
export function shareMadePage(props: ShareMadePageProps): Page {
  const { reader, site, title, link, untilMs, hasPassword, path, isThisComputerOnly } = props
  return appPage({
    ...props,
    title: 'Link',
    place: 'sharing',
    body: html`
    ${trail('Where this is', [{ name: 'Sharing', path: '/sharing' }])}
    <section class="box roomy" aria-labelledby="made">
      <h1 class="title" id="made">The link to ${title} is made.</h1>
      <p>Copy it now. The box does not keep the link itself, so it cannot be shown again; a new link can be made at any time.</p>
      <pre class="log command whole" tabindex="0" role="region" aria-label="The link" id="link">${link}</pre>
      <p class="row"><button class="button primary" type="button" data-copy="link" hidden>Copy the link</button><span role="status" data-copied></span></p>
      <p>It works until ${whenInSentence(reader, untilMs).replace(/^on /, '')}.${hasPassword ? ' Tell the password another way than the link.' : ''}</p>
      ${isThisComputerOnly ? html`<p class="hint">${icon('triangle-alert')} This address leads to this computer only. An administrator can say under Settings by which address others open the box.</p>` : ''}
      <p class="row"><a class="button" href="${path}">Done</a></p>
    </section>
    <script src="${site.assets}/copy-text.js" defer></script>`,
  })
}
