import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { customerSearch } from '../partials/customer-search.ts'
import { type CustomerStateProps, customerState } from '../partials/customer-state.ts'
import { pager } from '../partials/pager.ts'
import { sentence } from '../partials/sentence.ts'
import { sproutPlate } from '../plates/sprout-plate.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CustomersPageProps = PageContext & {
  readonly viewer: Viewer
  readonly text: string
  readonly state: '' | CustomerStateName
  readonly counts: Readonly<Record<CustomerStateName, number>>
  readonly rows: readonly CustomerRowProps[]
  readonly isFirstPage: boolean
  readonly firstPath: string
  readonly nextPath: string | undefined
}

export type CustomerStateName = 'active' | 'suspended' | 'leaving'

export type CustomerRowProps = CustomerStateProps & {
  readonly path: string
  readonly name: string
  readonly number: string
  readonly contact: string
  readonly city: string
  readonly lastGoodAtMs: number | undefined
  readonly licence: { readonly planName: string; readonly usedBytes: number; readonly quotaBytes: number } | undefined
}

/** Everybody whose computers are kept here. */
export function customersPage(props: CustomersPageProps): Page {
  const { counts } = props
  const total = counts.active + counts.suspended + counts.leaving
  return appPage({ ...props, title: 'Customers', place: 'customers', body: total === 0 ? emptyBody() : fullBody(props, total) })
}

function emptyBody(): Html {
  return html`
    <header class="home-head">
      ${sentence({ says: 'There is no customer yet.', small: ['The first one takes two minutes.'] })}
      <p class="lead">A customer is a company with its own people, computers and plan. Its backups are kept apart from everybody else’s, under keys of their own.</p>
      <div class="row"><a class="button primary" href="/customers/new">${icon('plus')}Add a customer</a></div>
      ${sproutPlate}
    </header>`
}

function fullBody(props: CustomersPageProps, total: number): Html {
  const { reader, counts, rows } = props
  return html`
    <header class="page-head">
      <div>
        <h1 class="title">${countOf(reader, total, 'customer')}</h1>
        <p class="lead">${leadOf(reader, counts)}</p>
      </div>
      <div class="row"><a class="button primary" href="/customers/new">${icon('plus')}Add a customer</a></div>
    </header>
    <section class="part" aria-labelledby="all">
      <h2 class="vh" id="all">All customers</h2>
      ${tabs(props, total)}
      ${customerSearch({
        action: '/customers',
        label: 'Search customers',
        text: props.text,
        hidden: props.state === '' ? '' : html`<input type="hidden" name="state" value="${props.state}">`,
      })}
      ${rows.length === 0 ? nothingFound(props) : ledger(props)}
    </section>`
}

function leadOf(reader: Reader, { suspended, leaving }: CustomersPageProps['counts']): string {
  const parts = [
    ...(suspended === 0 ? [] : [`${countText(reader, suspended)} suspended`]),
    ...(leaving === 0 ? [] : [`${countText(reader, leaving)} deleted, which can still be taken back`]),
  ]
  return parts.length === 0 ? 'Each with its own people, computers and plan.' : `${parts.join('; ')}.`
}

const stateNames: Readonly<Record<CustomerStateName, string>> = { active: 'Active', suspended: 'Suspended', leaving: 'Leaving' }

function tabs({ reader, counts, state, text }: CustomersPageProps, total: number): Html {
  const q = text === '' ? '' : `q=${encodeURIComponent(text)}`
  const tab = (key: CustomersPageProps['state'], words: string, count: number) => {
    const query = [q, key === '' ? '' : `state=${key}`].filter((part) => part !== '').join('&')
    return html`<a href="/customers${query === '' ? '' : `?${query}`}"${key === state ? html` aria-current="page"` : ''}>${words} <span class="count">${countText(reader, count)}</span></a>
        `
  }
  return html`<nav class="tabs" aria-label="By state">
        ${tab('', 'All', total)}${(['active', 'suspended', 'leaving'] as const).map((key) => tab(key, stateNames[key], counts[key]))}
      </nav>`
}

function nothingFound({ text, state }: CustomersPageProps): Html {
  if (text === '') return html`<p>No customer is ${state === 'leaving' ? 'leaving' : state} just now.</p>`
  return html`<p>Nobody was found for “<bdi>${text}</bdi>”. <a href="/customers">Show all customers</a></p>`
}

function ledger({ reader, rows, isFirstPage, firstPath, nextPath }: CustomersPageProps): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger customers">
          <thead><tr><th scope="col">Customer</th><th scope="col">State</th><th scope="col" class="num wide">Computers</th><th scope="col" class="wider">Plan</th><th scope="col" class="num wide">Used</th><th scope="col" class="wider">Last good</th></tr></thead>
          <tbody>${rows.map((row) => rowOf(reader, row))}
          </tbody>
        </table>
      </div>
      ${pager({ words: isFirstPage ? 'By number' : 'Further on', ...(isFirstPage ? {} : { back: firstPath, backWord: 'First' }), ...(nextPath === undefined ? {} : { next: nextPath }) })}`
}

function rowOf(reader: Reader, row: CustomerRowProps): Html {
  const { name, number, contact, city, computers, licence, lastGoodAtMs } = row
  const who = [number, contact, city].filter((part) => part !== '').join(', ')
  const used =
    licence === undefined
      ? 'No plan'
      : html`${sizeText(reader, licence.usedBytes)}<span class="sub">of ${sizeText(reader, licence.quotaBytes)}</span>`
  return html`
            <tr>
              <th scope="row"><a class="name" href="${row.path}"><bdi>${name}</bdi></a><span class="sub name"><bdi>${who}</bdi></span></th>
              <td>${customerState(reader, row)}<span class="narrow sub">${countOf(reader, computers, 'computer')}${licence === undefined ? ', no plan' : `, ${sizeText(reader, licence.usedBytes)}`}</span></td>
              <td class="num wide">${countText(reader, computers)}</td>
              <td class="wider name">${licence?.planName ?? ''}</td>
              <td class="num wide">${used}</td>
              <td class="wider when">${lastGoodAtMs === undefined ? 'Never' : timeTag(lastGoodAtMs, whenText(reader, lastGoodAtMs))}</td>
            </tr>`
}
