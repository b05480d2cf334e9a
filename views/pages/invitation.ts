import { html } from 'hono/html'
import { whenInSentence } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { largePlate } from '../plates/large-plate.ts'
import type { PageContext } from '../site.ts'

export type InvitationPageProps = PageContext & {
  readonly token: string
  readonly byName: string
  /** `an owner of Calder & Rowe`, `an administrator of this box`. */
  readonly asWhat: string
  readonly email: string
  readonly expiresAtMs: number
  readonly step:
    | { readonly kind: 'new'; readonly name?: string; readonly problems: Partial<Record<'name' | 'password' | 'form', string>> }
    | { readonly kind: 'sign-in'; readonly path: string }
    | { readonly kind: 'accept'; readonly problem?: string }
    /** Somebody else is signed in here. */
    | { readonly kind: 'other-login'; readonly signedInAs: string }
}

/** Where the link of an invitation leads. */
export function invitationPage(props: InvitationPageProps): Page {
  const { byName, asWhat, reader, expiresAtMs, ...page } = props
  return alonePage({
    ...page,
    reader,
    title: 'Invitation',
    main: html`<main class="signin" id="main">
    ${stepForm(
      props,
      html`<h1 class="title">${byName} invites you.</h1>
      <p>You would be <b>${asWhat}</b>. The invitation works until ${whenInSentence(reader, expiresAtMs).replace(/^on /, '')}.</p>`,
    )}
    <figure>
      ${largePlate}
      <figcaption>Fig. 1. The holdfast: the part of the kelp that does not let go.</figcaption>
    </figure>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}

function stepForm({ step, token, email }: InvitationPageProps, head: Html): Html {
  const hidden = html`<input type="hidden" name="token" value="${token}">`
  switch (step.kind) {
    case 'new':
      return html`<form action="/invitation" method="post">
      ${head}
      ${step.problems.form === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: step.problems.form })}
      ${hidden}
      <p>You will sign in as <b>${email}</b>.</p>
      ${field({ name: 'name', label: 'Your name', autocomplete: 'name', value: step.name ?? '', problem: step.problems.name })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', problem: step.problems.password, hint: 'Long is better than odd: four words you will remember do well.' })}
      <button class="button primary wide">${icon('check')}Accept the invitation</button>
    </form>`
    case 'sign-in':
      return html`<form action="/signin" method="get">
      ${head}
      <p>You have a login already: <b>${email}</b>. Sign in with it, and this page comes back.</p>
      <input type="hidden" name="next" value="${step.path}">
      <button class="button primary wide">${icon('log-in')}Sign in</button>
    </form>`
    case 'accept':
      return html`<form action="/invitation" method="post">
      ${head}
      ${step.problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: step.problem })}
      ${hidden}
      <p>You are signed in as <b>${email}</b>.</p>
      <button class="button primary wide">${icon('check')}Accept the invitation</button>
      <p class="hint"><a href="/">Not now</a></p>
    </form>`
    case 'other-login':
      return html`<form action="/signout" method="post">
      ${head}
      <p>It is for <b>${email}</b>, and you are signed in as <b>${step.signedInAs}</b>. Sign out, then open the link again.</p>
      <button class="button primary wide">${icon('log-out')}Sign out</button>
      <p class="hint"><a href="/">Stay as you are</a></p>
    </form>`
    default:
      return step satisfies never
  }
}
