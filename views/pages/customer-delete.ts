import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { dateText } from '../format/when.ts'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CustomerDeletePageProps = PageContext & {
  readonly viewer: Viewer
  readonly name: string
  readonly number: string
  readonly path: string
  readonly computers: number
  readonly copies: readonly string[]
  readonly days: number
  readonly endsAtMs: number
  readonly problem: string | undefined
}

/** What deleting a customer does, when, and how it is taken back. */
export function customerDeletePage(props: CustomerDeletePageProps): Page {
  const { reader, name, number, path, days, endsAtMs, copies, problem, computers } = props
  const everywhere =
    copies.length === 0
      ? 'on this box'
      : `on this box and in the second ${copies.length === 1 ? 'copy' : 'copies'} ${copies.join(', ')}`
  return appPage({
    ...props,
    title: `Delete ${name}`,
    place: 'customers',
    body: html`
    ${trail('Where this is', [
      { name: 'Customers', path: '/customers' },
      { name, path },
    ])}
    <header class="page-head"><div>${sentence({ state: 'failed', says: `Delete ${name} and all its backups?`, small: [`${countOf(reader, computers, 'computer')}, ${number}. Nothing is removed before ${dateText(reader, endsAtMs)}.`] })}</div></header>
    <section class="part" aria-labelledby="how">
      <h2 class="vh" id="how">What happens</h2>
      <ol class="steps">
        <li><h3>At once, nothing more is backed up</h3><p>Its computers are told so. Its owners get a letter.</p></li>
        <li><h3>For ${countOf(reader, days, 'day')} it can be taken back</h3><p>Its people sign in, restore and take an export as before. An administrator or an owner keeps the account with one button.</p></li>
        <li><h3>Then its keys are destroyed ${everywhere}</h3><p>Key slots and the sealed recovery secret go, and the backups of this box that hold them are replaced by new ones. From then on nobody can read its backups from here, and they are removed.</p></li>
        <li><h3>What stays</h3><p>The audit log keeps the number ${number}. A printed recovery kit together with a copy of the stored files that somebody else has would still open them: only whoever holds those can destroy them.</p></li>
      </ol>
    </section>
    <form class="part box" action="${path}/delete" method="post" aria-labelledby="sure">
      <h2 id="sure">To be sure</h2>
      <div class="field"><label for="number">Type the customer’s number, ${number}</label><input id="number" name="number" type="text" required autocomplete="off" spellcheck="false"${problem === undefined ? '' : html` aria-invalid="true" aria-describedby="number-problem"`}>${problem === undefined ? '' : html`<p class="wrong" id="number-problem">${problem}</p>`}</div>
      <p class="row"><button class="button danger">${icon('trash-2')}Delete ${number}</button><a class="button" href="${path}">Keep this customer</a></p>
    </form>`,
  })
}
