/** Which account to stand in. */
import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { customerSearch } from '../partials/customer-search.ts'
import type { PageContext, Viewer } from '../site.ts'

export type AccountRow = {
  readonly customerId: string
  readonly name: string
  readonly number: string
  readonly role: string
  /** They belong to it, rather than look after it. */
  readonly isMine: boolean
}

export type AccountsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly accounts: readonly AccountRow[]
  /** There are others that are not listed. */
  readonly hasMore: boolean
  /** What the account is chosen for; empty: to stand in it. */
  readonly to: '' | 'add-computer'
  /** What staff looked for. */
  readonly text: string
}

export function accountsPage(props: AccountsPageProps): Page {
  const { viewer, accounts, hasMore, to, text } = props
  const isSearched = viewer.staff !== undefined && (hasMore || text !== '')
  const isForAdding = to === 'add-computer'
  const mine = accounts.filter(({ isMine }) => isMine)
  const others = accounts.filter(({ isMine }) => !isMine)
  return appPage({
    ...props,
    title: 'Accounts',
    body: html`
    <h1 class="title">${isForAdding ? 'In whose account is the computer to be added?' : 'In whose account do you want to stand?'}</h1>
    <p class="lead">Pages about computers, versions and plans then speak of that account, until you enter another one.</p>
    ${viewer.staff === undefined ? '' : html`<p><a class="button" href="/overview">${icon('hard-drive')}All customers of this box</a></p>`}
    ${isSearched ? customerSearch({ action: '/accounts', label: 'Search accounts', text, hidden: wayField(to) }) : ''}
    ${accounts.length === 0 && text !== '' ? html`<p>Nobody was found for “<bdi>${text}</bdi>”. <a href="${to === '' ? '/accounts' : `/accounts?to=${to}`}">Show the first accounts</a></p>` : ''}
    ${mine.length === 0 ? '' : part('mine', 'You belong to', mine, to)}
    ${others.length === 0 ? '' : part('others', viewer.staff === undefined ? 'Others' : 'You look after', others, to)}
    ${hasMore ? html`<p class="sub">There are more: look for them by name or number.</p>` : ''}`,
  })
}

function part(id: string, head: string, accounts: readonly AccountRow[], to: AccountsPageProps['to']): Html {
  return html`
    <section class="part" aria-labelledby="${id}">
      <header class="part-head"><h2 id="${id}">${head}</h2></header>
      <ul class="list">
        ${accounts.map((account) => row(account, to))}
      </ul>
    </section>`
}

function row({ customerId, name, number, role }: AccountRow, to: AccountsPageProps['to']): Html {
  return html`<li><span class="name"><b>${name}</b> <span class="sub">${number}, ${role}</span></span>
          <form class="end" action="/accounts/enter" method="post"><input type="hidden" name="customer" value="${customerId}">${wayField(to)}<button class="button small">${to === '' ? 'Enter' : 'Add it here'}<span class="vh">${to === '' ? ' the account' : ', to the account'} ${name}</span></button></form></li>
        `
}

function wayField(to: AccountsPageProps['to']): Html | string {
  return to === '' ? '' : html`<input type="hidden" name="to" value="${to}">`
}
