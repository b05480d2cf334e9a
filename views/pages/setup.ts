import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { largePlate } from '../plates/large-plate.ts'
import type { PageContext } from '../site.ts'

export type SetupField = 'email' | 'name' | 'customer' | 'password' | 'form'

export type SetupPageProps = PageContext & {
  /** The one-time token of the setup link. */
  readonly token: string
  readonly email?: string
  readonly name?: string
  readonly customer?: string
  readonly problems: Readonly<Partial<Record<SetupField, string | undefined>>>
}

/** The first page of a new box: who looks after it, and whose files it keeps. */
export function setupPage({ token, email, name, customer, problems, ...page }: SetupPageProps): Page {
  return alonePage({
    ...page,
    title: 'Set up',
    main: html`<main class="signin" id="main">
    <form action="/setup" method="post">
      <h1 class="title">This box is ready. Who looks after it?</h1>
      <p>You will be its administrator, and the owner of the first account. This link works once.</p>
      ${problems.form === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problems.form })}
      <input type="hidden" name="token" value="${token}">
      ${field({ name: 'name', label: 'Your name', autocomplete: 'name', problem: problems.name, value: name ?? '' })}
      ${field({ name: 'email', label: 'Mail address', type: 'email', autocomplete: 'username', problem: problems.email, value: email ?? '' })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', problem: problems.password, hint: 'Long is better than odd: four words you will remember do well.' })}
      ${field({ name: 'customer', label: 'Whose files does it keep?', autocomplete: 'organization', problem: problems.customer, value: customer ?? 'Office', hint: 'The name of the office. It can be changed later.' })}
      <button class="button primary wide">${icon('key-round')}Set up this box</button>
    </form>
    <figure>
      ${largePlate}
      <figcaption>Fig. 1. The holdfast: the part of the kelp that does not let go.</figcaption>
    </figure>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}
