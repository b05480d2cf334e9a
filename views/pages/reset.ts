import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { largePlate } from '../plates/large-plate.ts'
import type { PageContext } from '../site.ts'

export type ResetPageProps = PageContext & {
  readonly step: /** The box sends no letters. */
    | { readonly kind: 'no-letters' }
    | { readonly kind: 'ask'; readonly email?: string; readonly problem?: string }
    | { readonly kind: 'asked'; readonly email: string }
    | { readonly kind: 'new'; readonly token: string; readonly email: string; readonly problem?: string }
    /** Somebody’s new mail address. */
    | { readonly kind: 'address'; readonly token: string; readonly email: string }
}

/** A forgotten password, and a link out of a letter. */
export function resetPage({ step, ...page }: ResetPageProps): Page {
  return alonePage({
    ...page,
    title: step.kind === 'address' ? 'New mail address' : 'New password',
    main: html`<main class="signin" id="main">
    ${stepForm(step)}
    <figure>
      ${largePlate}
      <figcaption>Fig. 1. The holdfast: the part of the kelp that does not let go.</figcaption>
    </figure>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}

function stepForm(step: ResetPageProps['step']): Html {
  switch (step.kind) {
    case 'no-letters':
      return html`<form action="/signin" method="get">
      <h1 class="title">This box sends no letters yet.</h1>
      <p>So it cannot send you a link. Whoever looks after the box gives you a new password, with <code>holdfast user reset</code>.</p>
      <button class="button primary wide">Back to signing in</button>
    </form>`
    case 'ask':
      return html`<form action="/reset" method="post">
      <h1 class="title">A new password</h1>
      <p>The box sends a link to your mail address. With it you set another password.</p>
      ${step.problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: step.problem })}
      ${field({ name: 'email', label: 'Mail address', type: 'email', autocomplete: 'username', value: step.email ?? '' })}
      <button class="button primary wide">${icon('mail')}Send the link</button>
      <p class="hint"><a href="/signin">Back to signing in</a></p>
    </form>`
    case 'asked':
      return html`<form action="/signin" method="get">
      <h1 class="title">Look into your mail.</h1>
      <p>If <b>${step.email}</b> signs in here, a letter with a link is on its way. It works for one hour. Nothing comes? Look into the folder for unwanted mail, and at the address.</p>
      <button class="button primary wide">Back to signing in</button>
    </form>`
    case 'new':
      return html`<form action="/reset/new" method="post">
      <h1 class="title">Your new password</h1>
      <p>For <b>${step.email}</b>. All sessions of this login end.</p>
      <input type="hidden" name="token" value="${step.token}">
      <input type="hidden" name="username" autocomplete="username" value="${step.email}">
      ${field({ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', problem: step.problem, hint: 'Long is better than odd: four words you will remember do well.' })}
      <button class="button primary wide">${icon('key-round')}Set the password</button>
    </form>`
    case 'address':
      return html`<form action="/mail-address" method="post">
      <h1 class="title">Your new mail address</h1>
      <p>From now on you would sign in with <b>${step.email}</b>, and letters would go there.</p>
      <input type="hidden" name="token" value="${step.token}">
      <button class="button primary wide">${icon('check')}Use this address</button>
    </form>`
    default:
      return step satisfies never
  }
}
