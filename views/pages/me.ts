import { html } from 'hono/html'
import { dateText, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { stateBadge } from '../partials/state.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type SessionProps = {
  readonly path: string
  /** `Firefox on Windows`. */
  readonly browser: string
  readonly from: string
  readonly beganAtMs: number
  readonly usedAtMs: number
  readonly isThis: boolean
}

export type TokenProps = {
  readonly path: string
  readonly name: string
  readonly scopes: string
  readonly madeAtMs: number
  readonly expiresAtMs: number | undefined
  readonly isExpired: boolean
  readonly usedAtMs: number | undefined
}

export type MeField = 'name' | 'email' | 'current' | 'next' | 'token'

export type MePageProps = PageContext & {
  readonly viewer: Viewer
  readonly name: string
  readonly email: string
  /** Otherwise a new address holds at once, as no letter can ask it. */
  readonly isMailSetUp: boolean
  readonly secondFactor: { readonly onSinceMs: number | undefined; readonly codesLeft: number }
  readonly sessions: readonly SessionProps[]
  readonly tokens: readonly TokenProps[]
  readonly scopes: readonly { readonly name: string; readonly about: string }[]
  /** What has just been done. */
  readonly said?: string | undefined
  readonly problems?: Partial<Readonly<Record<MeField, string>>>
  /** What was typed and not taken. */
  readonly typed?: Partial<Readonly<Record<'name' | 'email' | 'token', string>>>
}

/** One's own login, whoever one is. */
export function mePage(props: MePageProps): Page {
  const { said } = props
  return appPage({
    ...props,
    title: 'My sign-in',
    body: html`
    <header class="page-head"><div><h1 class="title">My sign-in</h1><p class="lead">How you come in here, and where you are in.</p></div><div class="row"><a class="button" href="/me/letters">${icon('mail')}My letters</a></div></header>
    ${said === undefined ? '' : notice({ icon: 'circle-check', state: 'ok', words: said })}
    <div class="pair part">
      <div class="flow">${namePart(props)}</div>
      <div class="flow">${passwordPart(props)}${factorPart(props)}</div>
    </div>
    ${sessionsPart(props)}
    ${tokensPart(props)}`,
  })
}

function namePart({ name, email, isMailSetUp, problems, typed }: MePageProps): Html {
  return html`<section aria-labelledby="who">
        ${partHead({ id: 'who', title: 'Who you are' })}
        <form class="stack" action="/me/name" method="post">
          ${field({ name: 'name', label: 'Name', autocomplete: 'name', value: typed?.name ?? name, problem: problems?.name, hint: 'As others see it.' })}
          <p class="row"><button class="button">Save the name</button></p>
        </form>
        <form class="stack" action="/me/email" method="post">
          ${field({ name: 'email', label: 'Mail address', type: 'email', autocomplete: 'email', value: typed?.email ?? email, problem: problems?.email, hint: `You sign in with it, and letters go there. ${isMailSetUp ? 'A new address is asked first, by a letter.' : 'This box sends no letters yet, so a new address holds at once.'}` })}
          <p class="row"><button class="button">Change the address</button></p>
        </form>
      </section>`
}

function passwordPart({ problems }: MePageProps): Html {
  return html`<section aria-labelledby="password">
        ${partHead({ id: 'password', title: 'Password' })}
        <form class="stack" action="/me/password" method="post">
          ${field({ name: 'current', label: 'Password until now', type: 'password', autocomplete: 'current-password', problem: problems?.current })}
          ${field({ name: 'next', label: 'New password', type: 'password', autocomplete: 'new-password', problem: problems?.next, hint: 'Long is better than odd: four words you will remember do well. All other sessions end.' })}
          <p class="row"><button class="button">Change the password</button></p>
        </form>
      </section>`
}

function factorPart({ reader, secondFactor: { onSinceMs, codesLeft } }: MePageProps): Html {
  const words =
    onSinceMs === undefined
      ? html`<p>${stateBadge('none', 'Off')} Whoever knows your password can sign in as you.</p>`
      : html`<p>${stateBadge('ok', 'On')} since ${dateText(reader, onSinceMs)}. ${codesLeft === 1 ? '1 recovery code is left.' : `${codesLeft} recovery codes are left.`}</p>`
  return html`<section aria-labelledby="factor">
        ${partHead({ id: 'factor', title: 'Two-factor sign-in' })}
        ${words}
        <p class="row"><a class="button" href="/me/two-factor">${icon('key-round')}${onSinceMs === undefined ? 'Turn it on' : 'Change it'}</a></p>
      </section>`
}

function sessionsPart({ reader, sessions }: MePageProps): Html {
  const others = sessions.filter(({ isThis }) => !isThis).length
  const beside =
    others === 0
      ? undefined
      : html`<form class="end" action="/me/sessions/end-others" method="post"><button class="button small">End all others</button></form>`
  return html`<section class="part" aria-labelledby="sessions">
      ${partHead({ id: 'sessions', title: 'Where you are signed in', ...(beside === undefined ? {} : { beside }) })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Browser</th><th scope="col" class="wide">From</th><th scope="col" class="wide">Signed in</th><th scope="col">Last used</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
        <tbody>${sessions.map((session) => sessionRow(reader, session))}
        </tbody>
      </table></div>
    </section>`
}

function sessionRow(reader: Reader, { path, browser, from, beganAtMs, usedAtMs, isThis }: SessionProps): Html {
  return html`
          <tr>
            <th scope="row"><span class="name">${browser}</span>${isThis ? html`<span class="sub">this one</span>` : ''}<span class="narrow sub">${from}, since ${whenText(reader, beganAtMs)}</span></th>
            <td class="wide">${from}</td>
            <td class="when wide">${whenText(reader, beganAtMs)}</td>
            <td class="when">${isThis ? 'now' : whenText(reader, usedAtMs)}</td>
            <td class="acts">${isThis ? '' : html`<form action="${path}" method="post"><button class="button small">End<span class="vh"> the session of ${browser}, ${from}</span></button></form>`}</td>
          </tr>`
}

function tokensPart(props: MePageProps): Html {
  const { reader, tokens, scopes, problems, typed } = props
  const list =
    tokens.length === 0
      ? html`<p>You have none. A token lets a script do what you may do, as far as its scopes go.</p>`
      : html`<div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">For</th><th scope="col" class="wide">May</th><th scope="col" class="wide">Made</th><th scope="col">Until</th><th scope="col" class="wide">Last used</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
        <tbody>${tokens.map((token) => tokenRow(reader, token))}
        </tbody>
      </table></div>`
  return html`<section class="part" aria-labelledby="tokens">
      ${partHead({ id: 'tokens', title: 'API tokens' })}
      ${list}
      <form class="stack part measure" action="/me/tokens" method="post" aria-label="A new token">
        ${field({ name: 'token', label: 'A new token, for', value: typed?.token ?? '', problem: problems?.token, hint: 'What it is for, such as “report on Mondays”.' })}
        <fieldset><legend>It may</legend>
          ${scopes.map(({ name, about }) => html`<label class="check"><input type="checkbox" name="scope" value="${name}"${name === 'read' ? ' checked' : ''}> <span><b>${name}</b>: ${about}</span></label>`)}
        </fieldset>
        <div class="field"><label for="expires">Until</label><select id="expires" name="expires"><option value="30d">in 30 days</option><option value="90d" selected>in 90 days</option><option value="365d">in a year</option><option value="never">it is withdrawn</option></select></div>
        <p class="row"><button class="button">${icon('plus')}Make the token</button></p>
      </form>
    </section>`
}

function tokenRow(reader: Reader, token: TokenProps): Html {
  const { path, name, scopes, madeAtMs, expiresAtMs, isExpired, usedAtMs } = token
  const until = expiresAtMs === undefined ? 'withdrawn' : dateText(reader, expiresAtMs)
  return html`
          <tr>
            <th scope="row"><span class="name">${name}</span><span class="narrow sub">${scopes}</span></th>
            <td class="wide">${scopes}</td>
            <td class="when wide">${dateText(reader, madeAtMs)}</td>
            <td class="when">${isExpired ? html`${stateBadge('none', 'Ended')}<span class="sub">${until}</span>` : until}</td>
            <td class="when wide">${usedAtMs === undefined ? 'never' : whenText(reader, usedAtMs)}</td>
            <td class="acts"><form action="${path}" method="post"><button class="button small danger">Withdraw<span class="vh"> the token for ${name}</span></button></form></td>
          </tr>`
}
