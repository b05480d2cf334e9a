import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { type LetterChoicesProps, letterChoices } from '../partials/letter-choices.ts'
import { notice } from '../partials/notice.ts'
import { trail } from '../partials/trail.ts'
import { type WebhooksProps, webhooksPart } from '../partials/webhooks.ts'
import type { PageContext, Viewer } from '../site.ts'

export const letterRoles = ['owner', 'member', 'viewer'] as const
export type LetterRole = (typeof letterRoles)[number]

export type AccountLettersPageProps = PageContext & {
  readonly viewer: Viewer
  readonly defaults: Readonly<Record<LetterRole, LetterChoicesProps>>
  readonly silenceDays: string
  readonly usualSilenceDays: number
  readonly problem: string | undefined
  readonly isSaved: boolean
  readonly isMailSetUp: boolean
  readonly programs: WebhooksProps
}

const roleNames: Readonly<Record<LetterRole, string>> = { owner: 'Owners', member: 'Members', viewer: 'Viewers' }

/** Which letters the people of an account get while they do not choose themselves, and which programs are told. */
export function accountLettersPage(props: AccountLettersPageProps): Page {
  const { isSaved, isMailSetUp } = props
  return appPage({
    ...props,
    title: 'Letters',
    place: 'account',
    body: html`
    ${trail('Where this is', [{ name: 'Account', path: '/account' }])}
    <header class="page-head"><h1 class="title">Letters</h1></header>
    ${isSaved ? notice({ icon: 'circle-check', state: 'ok', words: 'Kept. It holds for everybody who has not chosen themselves.' }) : ''}
    ${isMailSetUp ? '' : notice({ icon: 'triangle-alert', state: 'partial', words: 'The box cannot send letters yet: its administrator has to name a mail server.' })}
    <div class="split part">
      <div class="flow">${defaultsPart(props)}</div>
      <aside class="flow">${webhooksPart(props.programs)}</aside>
    </div>`,
  })
}

function defaultsPart({ defaults, silenceDays, usualSilenceDays, problem }: AccountLettersPageProps): Html {
  return html`<section class="box" aria-labelledby="defaults">
          <h2 id="defaults">Who gets which letters</h2>
          <p>This holds for everybody who has not chosen themselves on <a href="/me/letters">My letters</a>, and for whoever comes new.</p>
          <form class="flow" action="/account/letters" method="post">
            ${letterRoles.map(
              (role) => html`<fieldset><legend>${roleNames[role]}</legend>
            ${letterChoices(defaults[role], `${role}-`)}
            </fieldset>`,
            )}
            ${field({ name: 'silence', label: 'A computer is silent after, in days', value: silenceDays, isOptional: true, problem, hint: `Empty: ${usualSilenceDays}. Where its schedule is slower, when that was missed twice.` })}
            <p class="row"><button class="button primary">${icon('check')}Save</button></p>
          </form>
        </section>`
}
