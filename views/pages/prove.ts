import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { largePlate } from '../plates/large-plate.ts'
import type { PageContext } from '../site.ts'

export type ProvePageProps = PageContext & {
  readonly email: string
  /** Where to go afterwards: a path of this box. */
  readonly next: string
  readonly asks: 'password' | 'code'
  readonly problem?: string
}

/** Before an act that opens much, or that cannot be taken back: is it still you? */
export function provePage({ email, next, asks, problem, ...page }: ProvePageProps): Page {
  const input =
    asks === 'code'
      ? field({
          name: 'proof',
          label: 'Code of your authenticator',
          autocomplete: 'one-time-code',
          hint: 'A recovery code will do.',
        })
      : field({ name: 'proof', label: 'Password', type: 'password', autocomplete: 'current-password' })
  return alonePage({
    ...page,
    title: 'Is it you?',
    main: html`<main class="signin" id="main">
    <form action="/me/prove" method="post">
      <h1 class="title">Is it still you?</h1>
      <p>What you are about to do opens much, or cannot be taken back. So the box asks <b>${email}</b> once more. It then holds for ten minutes.</p>
      ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
      <input type="hidden" name="next" value="${next}">
      ${input}
      <button class="button primary wide">${icon('key-round')}Go on</button>
      <p class="hint"><a href="/">Leave it</a></p>
    </form>
    <figure>
      ${largePlate}
      <figcaption>Fig. 1. The holdfast: the part of the kelp that does not let go.</figcaption>
    </figure>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}
