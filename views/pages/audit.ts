import { html } from 'hono/html'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { pager } from '../partials/pager.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type AuditPageProps = PageContext & {
  readonly viewer: Viewer
  /** `/audit`, or `/account/audit`: where the form leads. */
  readonly path: string
  /** Undefined: the whole box. */
  readonly customerName: string | undefined
  readonly filter: AuditFilterProps
  /** What is wrong with the question; then there are no rows. */
  readonly problem: string | undefined
  readonly actions: readonly { readonly value: string; readonly words: string }[]
  readonly rows: readonly AuditRowProps[]
  readonly nextPath: string | undefined
  readonly isFirstPage: boolean
  readonly csvPath: string
  readonly jsonPath: string
}

export type AuditFilterProps = {
  readonly person: string
  readonly action: string
  readonly object: string
  readonly customer: string
  readonly from: string
  readonly until: string
}

export type AuditRowProps = {
  readonly atMs: number
  readonly who: string
  /** Goes on after who: `suspended Calder & Rowe (C-000002): …`. */
  readonly sentence: string
  readonly customer: { readonly name: string; readonly path: string | undefined } | undefined
  readonly address: string
}

/** Who did what to which object, from where, newest first. */
export function auditPage(props: AuditPageProps): Page {
  const { customerName, csvPath, jsonPath } = props
  const isOfBox = customerName === undefined
  return appPage({
    ...props,
    title: 'Audit',
    place: isOfBox ? 'audit' : 'account',
    body: html`
    ${isOfBox ? '' : trail('Where this is', [{ name: 'Account', path: '/account' }])}
    <header class="page-head">
      <div>
        <h1 class="title">${isOfBox ? 'What was done on this box' : 'What was done in this account'}</h1>
        <p class="lead">Every change, by whom and from where. Nothing in this list can be changed or removed.</p>
      </div>
      <div class="row"><a class="button" href="${csvPath}">${icon('download')}CSV</a><a class="button" href="${jsonPath}">${icon('download')}JSON</a></div>
    </header>
    <section class="part" aria-labelledby="rows">
      <h2 class="vh" id="rows">The list</h2>
      ${filterForm(props)}
      ${props.rows.length === 0 ? emptyWords(props) : ledger(props)}
    </section>`,
  })
}

function filterForm({ path, filter, actions, customerName, problem }: AuditPageProps): Html {
  const small = (name: keyof AuditFilterProps, label: string, type: 'search' | 'date') =>
    html`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" maxlength="200" value="${filter[name]}"></div>`
  return html`<form class="ask" action="${path}" role="search" aria-label="Search the list">
        ${small('person', 'Person', 'search')}
        <div class="field"><label for="action">What was done</label><select id="action" name="action"><option value="">Anything</option>${actions.map(
          ({ value, words }) => html`<option value="${value}"${value === filter.action ? html` selected` : ''}>${words}</option>`,
        )}</select></div>
        ${small('object', 'Number, name or id', 'search')}
        ${customerName === undefined ? small('customer', 'Customer', 'search') : ''}
        ${small('from', 'From day', 'date')}
        ${small('until', 'To day', 'date')}
        <p class="row"><button class="button">${icon('search')}Search</button>${isEmpty(filter) ? '' : html`<a class="button quiet" href="${path}">Show all</a>`}</p>
        ${problem === undefined ? '' : html`<p class="wrong" role="alert">${problem}</p>`}
      </form>`
}

function isEmpty(filter: AuditFilterProps): boolean {
  return Object.values(filter).every((value) => value === '')
}

function emptyWords({ filter, problem }: AuditPageProps): Html {
  if (problem !== undefined) return html``
  return isEmpty(filter)
    ? html`<p>Nothing was done here yet. What people and commands change stands here from the first change on.</p>`
    : html`<p>Nothing was found. A person is found by a part of the mail address, an object by its whole number, name or id.</p>`
}

function ledger({ reader, rows, nextPath, isFirstPage, path, customerName }: AuditPageProps): Html {
  const isOfBox = customerName === undefined
  return html`<div class="ledger-wrap">
        <table class="ledger audit">
          <thead><tr><th scope="col">When</th><th scope="col">Who and what</th>${isOfBox ? html`<th scope="col" class="wide">Customer</th>` : ''}<th scope="col" class="wider">From</th></tr></thead>
          <tbody>${rows.map((row) => rowOf(reader, row, isOfBox))}
          </tbody>
        </table>
      </div>
      ${pager({ words: isFirstPage ? 'The newest first' : 'Further back', ...(isFirstPage ? {} : { back: path, backWord: 'Newest' }), ...(nextPath === undefined ? {} : { next: nextPath, nextWord: 'Older' }) })}`
}

function rowOf(reader: Reader, { atMs, who, sentence, customer, address }: AuditRowProps, isOfBox: boolean): Html {
  const whose =
    customer === undefined
      ? html`<span class="sub">The box</span>`
      : customer.path === undefined
        ? html`<bdi class="name">${customer.name}</bdi>`
        : html`<a class="name" href="${customer.path}"><bdi>${customer.name}</bdi></a>`
  return html`
            <tr>
              <td class="when">${timeTag(atMs, whenText(reader, atMs))}</td>
              <td class="name"><b><bdi>${who}</bdi></b> <span>${sentence}.</span><span class="narrow sub">from ${address}</span></td>
              ${isOfBox ? html`<td class="wide">${whose}</td>` : ''}
              <td class="wider name">${address}</td>
            </tr>`
}
