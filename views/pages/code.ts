import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { largePlate } from '../plates/large-plate.ts'
import type { PageContext } from '../site.ts'

export type CodePageProps = PageContext & {
  /** Stands for the first step. */
  readonly ticket: string
  readonly next: string
  readonly problem?: string
}

/** The second step of signing in. */
export function codePage({ ticket, next, problem, ...page }: CodePageProps): Page {
  return alonePage({
    ...page,
    title: 'Sign in, second step',
    main: html`<main class="signin" id="main">
    <form action="/signin/code" method="post">
      <h1 class="title">One more step.</h1>
      <p>Your password is right. Now the six digits that your authenticator shows.</p>
      ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
      <input type="hidden" name="ticket" value="${ticket}">
      <input type="hidden" name="next" value="${next}">
      ${field({ name: 'otp', label: 'Code', autocomplete: 'one-time-code', hint: 'Telephone lost? Type one of your recovery codes instead.' })}
      <button class="button primary wide">${icon('log-in')}Sign in</button>
      <p class="hint"><a href="/signin">Begin again</a></p>
    </form>
    <figure>
      ${largePlate}
      <figcaption>Fig. 1. The holdfast: the part of the kelp that does not let go.</figcaption>
    </figure>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}
