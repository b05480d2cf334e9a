import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { alonePage } from '../layout.ts'
import { connectCommands } from '../partials/connect-commands.ts'
import type { PageContext } from '../site.ts'

/** What somebody sees who opens an enrolment link in a browser. The link's secret never gets here: it stays behind the `#`. */
export function enrolPage(page: PageContext): Page {
  return alonePage({
    ...page,
    title: 'Connect this computer',
    main: html`<main class="share" id="main">
    <h1 class="title">This link connects a computer.</h1>
    <p class="lead">Somebody at ${page.site.host} made it, so that this computer is backed up there. It takes about five minutes, and no password.</p>
    <h2 class="vh">How it goes</h2>
    <ol class="steps">
      <li><h3>Copy the link</h3><p>The whole address of this page, with what stands behind the #. It is a secret: whoever has it can add a computer to that account, and nothing else.</p></li>
      <li><h3>Give it to Holdfast on the computer that is to be backed up</h3><p>In a terminal, in the folder of Holdfast:</p>
        ${connectCommands('THE LINK')}</li>
      <li><h3>Choose what is kept</h3><p>Holdfast says how. Nothing is sent before you have chosen.</p></li>
    </ol>
  </main>`,
    footer: html`<p>Holdfast at ${page.site.host}</p>`,
  })
}
