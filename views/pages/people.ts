import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import type { Page } from '../html.ts'
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
import type { PageContext, Viewer } from '../site.ts'

export type PeoplePageProps = PageContext & {
  readonly viewer: Viewer
  readonly people: readonly PersonProps[]
  readonly invitations: readonly InvitationProps[]
  readonly roles: readonly RoleChoice[]
  readonly isMailed: boolean
  readonly said?: string | undefined
  readonly problem?: string | undefined
  readonly typed?: { readonly email: string; readonly role: string; readonly problem: string } | undefined
}

/** The staff of the box. */
export function peoplePage(props: PeoplePageProps): Page {
  const { reader, people, invitations, roles, isMailed, said, problem, typed } = props
  return appPage({
    ...props,
    title: 'People',
    place: 'people',
    body: html`
    <header class="page-head"><div><h1 class="title">The people of this box</h1><p class="lead">Administrators look after the box, implementors set up customers and computers. Neither reads what customers store.</p></div></header>
    ${said === undefined ? '' : notice({ icon: 'circle-check', state: 'ok', words: said })}
    ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
    <section class="part" aria-labelledby="staff">
      ${partHead({ id: 'staff', title: 'Staff', beside: html`<p>${countOf(reader, people.length, 'person', 'people')}</p>` })}
      ${peopleLedger(reader, { people, roles, hidden: '' })}
    </section>
    ${invitationsPart(reader, { invitations, roles, hidden: '' })}
    ${inviteBox({ path: '/people/invite', title: 'Invite somebody', roles, hidden: '', isMailed, ...typed })}`,
  })
}
