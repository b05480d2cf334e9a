import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type GlassPageProps = PageContext & {
  readonly viewer: Viewer
  readonly path: string
  readonly customer: string
  /** Who get a letter. */
  readonly owners: number
  readonly reason?: string
  readonly problem?: string
}

/** Before an administrator reads what customers store. */
export function glassPage(props: GlassPageProps): Page {
  const { reader, path, customer, owners, reason, problem } = props
  return appPage({
    ...props,
    title: 'Look into files',
    body: html`
    ${trail('Where this is', [
      { name: customer, path: '/' },
      { name: 'People', path: '/account/people' },
    ])}
    <header class="page-head"><div>${sentence({
      state: 'partial',
      says: `You have no right to the files of ${customer}.`,
      small: ['In an emergency you can look all the same, in sight of its owners.'],
    })}</div></header>
    <section class="part box roomy" aria-labelledby="break">
      <h2 id="break">Break the glass</h2>
      <ul class="list">
        <li>${icon('eye')}<span>You read names and contents of files, for one hour and in this browser only. You change nothing.</span></li>
        <li>${icon('mail')}<span>${owners === 0 ? 'The account has no owner yet who could get a letter.' : `${countOf(reader, owners, 'owner gets', 'owners get')} a letter at once, with your name and your reason.`}</span></li>
        <li>${icon('file-text')}<span>Every folder and every file that you open is written down, and the owners can read it.</span></li>
      </ul>
      <form class="stack measure" action="${path}" method="post">
        <div class="field"><label for="reason">Why?</label><textarea id="reason" name="reason" rows="3" required minlength="10" maxlength="500" aria-describedby="reason-hint${problem === undefined ? '' : ' reason-problem'}"${problem === undefined ? '' : html` aria-invalid="true"`}>${reason ?? ''}</textarea><p class="hint" id="reason-hint">At least ten characters. Who asked you, and for what?</p>${problem === undefined ? '' : html`<p class="wrong" id="reason-problem">${problem}</p>`}</div>
        <p class="row"><button class="button danger">${icon('eye')}Break the glass</button><a class="button" href="/account/people">Leave it</a></p>
      </form>
    </section>`,
  })
}
