import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { dateText, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'
import { field } from './field.ts'
import { partHead } from './part-head.ts'
import { stateBadge } from './state.ts'

export type RoleChoice = { readonly role: string; readonly name: string; readonly about: string }

export type PersonProps = {
  readonly name: string
  readonly email: string
  readonly role: string
  readonly sinceMs: number
  readonly hasSecondFactor: boolean
  readonly isYou: boolean
  /** Where the forms of the row go; undefined: this is not the reader's business, or the last one stays. */
  readonly path: string | undefined
  /** Why there are no buttons, where it needs saying. */
  readonly why?: string
}

export type InvitationProps = {
  readonly email: string
  readonly role: string
  readonly byName: string
  readonly sentAtMs: number
  readonly expiresAtMs: number
  readonly isExpired: boolean
  readonly path: string | undefined
}

/** Hidden fields that say for which account a form was shown. */
type Hidden = Html | string

export function peopleLedger(
  reader: Reader,
  props: { readonly people: readonly PersonProps[]; readonly roles: readonly RoleChoice[]; readonly hidden: Hidden },
): Html {
  return html`<div class="ledger-wrap"><table class="ledger people">
        <thead><tr><th scope="col">Name</th><th scope="col" class="wide">Since</th><th scope="col" class="wide">Two-factor</th><th scope="col">Role</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
        <tbody>${props.people.map((person) => personRow(reader, person, props))}
        </tbody>
      </table></div>`
}

function personRow(
  reader: Reader,
  person: PersonProps,
  { roles, hidden }: { readonly roles: readonly RoleChoice[]; readonly hidden: Hidden },
): Html {
  const { name, email, role, sinceMs, hasSecondFactor, isYou, path, why } = person
  const named = roles.find((choice) => choice.role === role)?.name ?? role
  const change =
    path === undefined
      ? html`${named}${why === undefined ? '' : html`<span class="sub">${why}</span>`}`
      : html`<form class="row" action="${path}/role" method="post">${hidden}<select class="role" name="role" aria-label="Role of ${name}">${roles.map((choice) => html`<option value="${choice.role}"${choice.role === role ? ' selected' : ''}>${choice.name}</option>`)}</select><button class="button small">Save<span class="vh"> the role of ${name}</span></button></form>`
  const remove =
    path === undefined
      ? ''
      : html`<form action="${path}/remove" method="post">${hidden}<button class="button small danger">Remove<span class="vh"> ${name}</span></button></form>`
  return html`
          <tr>
            <th scope="row"><span class="name">${name}</span>${isYou ? ' (you)' : ''}<span class="sub">${email}</span></th>
            <td class="when wide">${dateText(reader, sinceMs)}</td>
            <td class="wide">${hasSecondFactor ? stateBadge('ok', 'On') : stateBadge('none', 'Off')}</td>
            <td>${change}</td>
            <td class="acts">${remove}</td>
          </tr>`
}

export function invitationsPart(
  reader: Reader,
  props: { readonly invitations: readonly InvitationProps[]; readonly roles: readonly RoleChoice[]; readonly hidden: Hidden },
): Html {
  const { invitations } = props
  if (invitations.length === 0) return html``
  return html`<section class="part" aria-labelledby="invited">
      ${partHead({ id: 'invited', title: 'Invited, not here yet', beside: html`<p>${countOf(reader, invitations.length, 'invitation')}</p>` })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Mail address</th><th scope="col" class="wide">Role</th><th scope="col" class="wide">By</th><th scope="col">Works until</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
        <tbody>${invitations.map((invitation) => invitationRow(reader, invitation, props))}
        </tbody>
      </table></div>
    </section>`
}

function invitationRow(
  reader: Reader,
  invitation: InvitationProps,
  { roles, hidden }: { readonly roles: readonly RoleChoice[]; readonly hidden: Hidden },
): Html {
  const { email, role, byName, sentAtMs, expiresAtMs, isExpired, path } = invitation
  const named = roles.find((choice) => choice.role === role)?.name ?? role
  const acts =
    path === undefined
      ? ''
      : html`<div class="row"><form action="${path}/again" method="post">${hidden}<button class="button small">${icon('mail')}<span class="label">Send again</span><span class="vh"> to ${email}</span></button></form><form action="${path}/withdraw" method="post">${hidden}<button class="button small danger">Withdraw<span class="vh"> the invitation of ${email}</span></button></form></div>`
  return html`
          <tr>
            <th scope="row"><span class="name">${email}</span><span class="narrow sub">${named}, by ${byName}</span></th>
            <td class="wide">${named}</td>
            <td class="wide">${byName}<span class="sub">${whenText(reader, sentAtMs)}</span></td>
            <td class="when">${isExpired ? stateBadge('partial', 'Too old') : whenText(reader, expiresAtMs)}</td>
            <td class="acts">${acts}</td>
          </tr>`
}

export type InviteFormProps = {
  readonly path: string
  readonly title: string
  readonly roles: readonly RoleChoice[]
  readonly hidden: Hidden
  /** The box has a mail server; else the link is shown, to be handed over. */
  readonly isMailed: boolean
  readonly email?: string | undefined
  readonly role?: string | undefined
  readonly problem?: string | undefined
}

export function inviteBox(props: InviteFormProps): Html {
  const { path, title, roles, hidden, isMailed, email, role, problem } = props
  const chosen = role ?? roles.at(-1)?.role
  return html`<section class="part box" aria-labelledby="invite">
      <h2 id="invite">${title}</h2>
      <form class="stack measure" action="${path}" method="post">
        ${hidden}
        ${field({ name: 'email', label: 'Mail address', type: 'email', autocomplete: 'off', value: email ?? '', problem })}
        <fieldset class="stack"><legend>As</legend>
          ${roles.map((choice) => html`<label class="check"><input type="radio" name="role" value="${choice.role}"${choice.role === chosen ? ' checked' : ''}> <span><b>${choice.name}</b>: ${choice.about}</span></label>`)}
        </fieldset>
        <p class="hint">${isMailed ? 'A letter with a link goes there. The link works once, and for seven days.' : 'This box sends no letters yet: the link is shown to you once, to be handed over. It works once, and for seven days.'}</p>
        <p class="row"><button class="button primary">${icon('user-plus')}Invite</button></p>
      </form>
    </section>`
}
