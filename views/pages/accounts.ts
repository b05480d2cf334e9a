/** Which account to stand in. */
import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
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
}

export function accountsPage(props: AccountsPageProps): Page {
  const { viewer, accounts, hasMore } = props
  const mine = accounts.filter(({ isMine }) => isMine)
  const others = accounts.filter(({ isMine }) => !isMine)
  return appPage({
    ...props,
    title: 'Accounts',
    body: html`
    <h1 class="title">In whose account do you want to stand?</h1>
    <p class="lead">Pages about computers, versions and plans then speak of that account, until you enter another one.</p>
    ${viewer.staff === undefined ? '' : html`<p><a class="button" href="/overview">${icon('hard-drive')}All customers of this box</a></p>`}
    ${mine.length === 0 ? '' : part('mine', 'You belong to', mine)}
    ${others.length === 0 ? '' : part('others', viewer.staff === undefined ? 'Others' : 'You look after', others)}
    ${hasMore ? html`<p class="sub">There are more: look for them under Customers.</p>` : ''}`,
  })
}

function part(id: string, head: string, accounts: readonly AccountRow[]): Html {
  return html`
    <section class="part" aria-labelledby="${id}">
      <header class="part-head"><h2 id="${id}">${head}</h2></header>
      <ul class="list">
        ${accounts.map(row)}
      </ul>
    </section>`
}

function row({ customerId, name, number, role }: AccountRow): Html {
  return html`<li><span class="name"><b>${name}</b> <span class="sub">${number}, ${role}</span></span>
          <form class="end" action="/accounts/enter" method="post"><input type="hidden" name="customer" value="${customerId}"><button class="button small">Enter<span class="vh"> the account ${name}</span></button></form></li>
        `
}
