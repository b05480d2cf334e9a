import { html } from 'hono/html'
import { dateText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { type IconName, icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type AccountStandingProps, accountStanding } from '../partials/account-standing.ts'
import { type CustomerDetailsProps, customerDetails } from '../partials/customer-details.ts'
import { facts } from '../partials/facts.ts'
import { partHead } from '../partials/part-head.ts'
import type { PageContext, Viewer } from '../site.ts'

export type AccountPageProps = PageContext & {
  readonly viewer: Viewer
  readonly number: string
  readonly createdAtMs: number
  readonly details: CustomerDetailsProps
  readonly standing: AccountStandingProps
  readonly mayEdit: boolean
  readonly mayKeep: boolean
  /** Other pages about the account that this person may open. */
  readonly places: readonly AccountPlaceProps[]
}

export type AccountPlaceProps = {
  readonly path: string
  readonly name: string
  readonly about: string
  readonly icon: IconName
}

/** The account itself: who it is, and the ways to everything that belongs to it. */
export function accountPage(props: AccountPageProps): Page {
  const { reader, details, number, createdAtMs, mayEdit, places } = props
  return appPage({
    ...props,
    title: 'Account',
    place: 'account',
    body: html`
    <header class="page-head">
      <div>
        <h1 class="title"><bdi>${details.name}</bdi></h1>
        <p class="lead">Your number is <span class="id">${number}</span>. Have it at hand when you ask for help.</p>
      </div>
      ${mayEdit ? html`<div class="row"><a class="button" href="/account/edit">${icon('pencil')}Edit the details</a></div>` : ''}
    </header>
    ${accountStanding(reader, props.standing, props.mayKeep && props.standing.kind === 'leaving' ? keepForm : undefined)}
    <div class="split part">
      <section aria-labelledby="places">
        ${partHead({ id: 'places', title: 'What belongs to it' })}
        ${places.length === 0 ? html`<p>An owner of this account looks after plan, people and the recovery kit.</p>` : html`<ul class="list">${places.map(placeRow)}</ul>`}
      </section>
      <aside aria-labelledby="details">
        ${partHead({ id: 'details', title: 'Details' })}
        ${customerDetails(reader, details)}
        ${facts([{ label: 'Since', value: dateText(reader, createdAtMs) }])}
      </aside>
    </div>`,
  })
}

function placeRow({ path, name, about, icon: shape }: AccountPlaceProps): Html {
  return html`
          <li><span class="name">${icon(shape)} <a href="${path}"><b>${name}</b></a><span class="sub">${about}</span></span></li>`
}

const keepForm = html`<form action="/account/keep" method="post"><button class="button small">${icon('rotate-ccw')}Keep this account</button></form>`
