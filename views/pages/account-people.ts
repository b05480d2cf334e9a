import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import {
  type InvitationProps,
  invitationsPart,
  inviteBox,
  type PersonProps,
  peopleLedger,
  type RoleChoice,
} from '../partials/people.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

/** A look that an administrator took behind the glass. */
export type GlassLookProps = {
  readonly byName: string
  readonly reason: string
  readonly beganAtMs: number
  readonly endedAtMs: number | undefined
  /** Undefined for whoever may not read names of files. */
  readonly openings: readonly { readonly atMs: number; readonly words: string; readonly place: string }[] | undefined
  readonly openingsCount: number
}

export type AccountPeoplePageProps = PageContext & {
  readonly viewer: Viewer
  readonly customerId: string
  readonly people: readonly PersonProps[]
  readonly invitations: readonly InvitationProps[]
  readonly roles: readonly RoleChoice[]
  /** Whom the reader may ask in: nobody, the first owner, anybody. */
  readonly mayInvite: 'nobody' | 'first-owner' | 'anybody'
  readonly isMailed: boolean
  readonly looks: readonly GlassLookProps[]
  /** Of administrators who do not belong here: the way behind the glass. */
  readonly glassPath: string | undefined
  readonly said?: string | undefined
  readonly problem?: string | undefined
  readonly typed?: { readonly email: string; readonly role: string; readonly problem: string } | undefined
}

/** Who belongs to this account. */
export function accountPeoplePage(props: AccountPeoplePageProps): Page {
  const { reader, people, invitations, roles, said, problem, customerId } = props
  const hidden = html`<input type="hidden" name="customer" value="${customerId}">`
  return appPage({
    ...props,
    title: 'People',
    place: 'account',
    body: html`
    ${trail('Where this is', [{ name: 'Account', path: '/account' }])}
    <header class="page-head"><div><h1 class="title">Who belongs to this account</h1><p class="lead">${leadOf(props)}</p></div></header>
    ${said === undefined ? '' : notice({ icon: 'circle-check', state: 'ok', words: said })}
    ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
    <section class="part" aria-labelledby="members">
      ${partHead({ id: 'members', title: 'People', beside: html`<p>${countOf(reader, people.length, 'person', 'people')}</p>` })}
      ${people.length === 0 ? html`<p>Nobody yet. The first owner invites everybody else.</p>` : peopleLedger(reader, { people, roles, hidden })}
    </section>
    ${invitationsPart(reader, { invitations, roles, hidden })}
    ${invitePart(props, hidden)}
    ${looksPart(props)}`,
  })
}

function leadOf({ mayInvite, people }: AccountPeoplePageProps): string {
  if (mayInvite === 'anybody') return 'You let people in, and say what they may do.'
  if (mayInvite === 'first-owner')
    return 'This account has no owner yet. Invite one: everything after that is the owner’s business.'
  return people.length === 0
    ? 'The invitation of its owner is on the way.'
    : 'Its owners let people in, and say what they may do.'
}

function invitePart({ mayInvite, roles, isMailed, typed }: AccountPeoplePageProps, hidden: Html): Html | string {
  if (mayInvite === 'nobody') return ''
  const title = mayInvite === 'anybody' ? 'Invite somebody' : 'Invite the first owner'
  const offered = mayInvite === 'anybody' ? roles : roles.filter(({ role }) => role === 'owner')
  return inviteBox({ path: '/account/people/invite', title, roles: offered, hidden, isMailed, ...typed })
}

function looksPart({ reader, looks, glassPath }: AccountPeoplePageProps): Html | string {
  if (looks.length === 0 && glassPath === undefined) return ''
  return html`<section class="part" aria-labelledby="looks">
      ${partHead({ id: 'looks', title: 'When the box’s people looked into files' })}
      <p>Administrators of the box may read names and contents of files in an emergency: for an hour, with a reason, and every owner gets a letter at once.</p>
      ${looks.length === 0 ? html`<p>That has never happened.</p>` : html`<ol class="times">${looks.map((look) => lookRow(reader, look))}</ol>`}
      ${glassPath === undefined ? '' : html`<p class="row more-link"><a class="button danger" href="${glassPath}">${icon('eye')}Look into files</a></p>`}
    </section>`
}

function lookRow(reader: Reader, look: GlassLookProps): Html {
  const { byName, reason, beganAtMs, endedAtMs, openings, openingsCount } = look
  const opened =
    openingsCount === 0 ? 'Nothing was opened' : `${countOf(reader, openingsCount, 'thing was', 'things were')} opened`
  const list =
    openings === undefined || openings.length === 0
      ? ''
      : html`<details><summary>What was opened</summary><ul class="list">${openings.map(({ atMs, words, place }) => html`<li><span><span class="name">${place}</span> <span class="sub">${words}</span></span><span class="end">${whenText(reader, atMs)}</span></li>`)}</ul></details>`
  return html`<li><time>${whenText(reader, beganAtMs)}</time><div><p><b>${byName}</b>: <i>${reason}</i></p><p>${endedAtMs === undefined ? 'Still open.' : `Until ${whenInSentence(reader, endedAtMs).replace(/^on /, '')}.`} ${opened}.</p>${list}</div></li>`
}
