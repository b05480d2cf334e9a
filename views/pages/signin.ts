import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { largePlate } from '../plates/large-plate.ts'
import type { PageContext } from '../site.ts'

export type SignInPageProps = PageContext & {
  readonly email?: string
  /** Why the last try did not succeed. */
  readonly problem?: string
  /** What was just done, elsewhere. */
  readonly said?: string
  /** Where to go afterwards: a path of this box. */
  readonly next?: string
}

export function signInPage({ email, problem, said, next, ...page }: SignInPageProps): Page {
  return alonePage({
    ...page,
    title: 'Sign in',
    main: html`<main class="signin" id="main">
    <form action="/signin" method="post">
      <h1 class="title">Welcome back.</h1>
      <p>Sign in to the backups on <b>${page.site.host}</b>.</p>
      ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
      ${said === undefined ? '' : notice({ icon: 'circle-check', state: 'ok', words: said })}
      ${next === undefined ? '' : html`<input type="hidden" name="next" value="${next}">`}
      ${field({ name: 'email', label: 'Mail address', type: 'email', autocomplete: 'username', ...(email === undefined ? {} : { value: email }) })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
      <label class="check"><input type="checkbox" name="stay" value="yes"> Stay signed in on this computer for 30 days</label>
      <button class="button primary wide">${icon('log-in')}Sign in</button>
      <p class="hint"><a href="/reset">I forgot the password</a></p>
    </form>
    <figure>
      ${largePlate}
      <figcaption>Fig. 1. The holdfast: the part of the kelp that does not let go.</figcaption>
    </figure>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}
