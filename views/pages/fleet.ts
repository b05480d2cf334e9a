import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, daysSince, timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { type PausedState, pausedBadge } from '../partials/paused.ts'
import { type RunningProps, runningPart } from '../partials/running.ts'
import { type SparkDay, spark } from '../partials/spark.ts'
import { type State, stateBadge, stateIcons, stateWords } from '../partials/state.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type FleetSums, fleetLead, fleetTitle } from './fleet-sentence.ts'

export type FleetRow = {
  /** Of the computer, for the box beside it. */
  readonly value: string
  readonly name: string
  readonly path: string
  readonly customer: string
  readonly customerPath: string
  readonly state: FleetState
  readonly lastGoodAtMs: number | undefined
  readonly nextAtMs: number | undefined
  readonly storedBytes: number
  readonly days: readonly SparkDay[]
}

export type FleetState =
  | { readonly kind: 'ok' | 'none' }
  | { readonly kind: 'failed'; readonly times: number; readonly why: string | undefined }
  | { readonly kind: 'silent'; readonly sinceMs: number }
  | { readonly kind: 'partial'; readonly skipped: number }
  | { readonly kind: 'running'; readonly sinceMs: number }
  | PausedState

export type FleetTab = {
  readonly kind: State | undefined
  readonly count: number
  readonly path: string
  readonly isHere: boolean
}

export type FleetColumn = {
  readonly sort: 'name' | 'customer' | 'state' | 'good' | 'next' | 'stored'
  readonly path: string
  /** Undefined: the table is not in its order. */
  readonly order: 'ascending' | 'descending' | undefined
}

export type FleetChoiceProps = { readonly value: string; readonly name: string; readonly isChosen: boolean }

export type FleetPageProps = PageContext & {
  readonly viewer: Viewer
  /** Over the whole box. */
  readonly sums: FleetSums
  readonly tabs: readonly FleetTab[]
  readonly search: string
  /** The state that the table is narrowed to, kept when the form is sent. */
  readonly state: State | undefined
  readonly customers: readonly FleetChoiceProps[]
  readonly plans: readonly FleetChoiceProps[]
  readonly columns: readonly FleetColumn[]
  readonly rows: readonly FleetRow[]
  readonly pager: PagerProps
  readonly exportPath: string
  /** Asks for whose account first; undefined for those who may not. */
  readonly addPath: string | undefined
  readonly running: readonly RunningProps[]
  readonly runningCount: number
  readonly maxSearchCharacters: number
}

/** Every computer of every customer. */
export function fleetPage(props: FleetPageProps): Page {
  const { reader, sums } = props
  return appPage({
    ...props,
    title: 'Computers',
    place: 'fleet',
    body: html`
    <header class="page-head">
      <div>
        <h1 class="title">${fleetTitle(reader, sums)}</h1>
        <p class="lead">${fleetLead(reader, sums)}</p>
      </div>
      ${headActs(props)}
    </header>
    ${sums.all === 0 ? '' : runningPart(reader, props.running, props.runningCount)}
    ${sums.all === 0 ? '' : tablePart(props)}`,
  })
}

function headActs({ sums, exportPath, addPath }: FleetPageProps): Html {
  const add = addPath === undefined ? '' : html`<a class="button" href="${addPath}">${icon('plus')}Add a computer</a>`
  const file = sums.all === 0 ? '' : html`<a class="button" href="${exportPath}">${icon('download')}Export</a>`
  return html`<p class="row">${add}${file}</p>`
}

function tablePart(props: FleetPageProps): Html {
  const { reader, tabs, rows, site } = props
  return html`<section class="part" aria-labelledby="all">
      <h2 class="vh" id="all">All computers</h2>
      <nav class="tabs" aria-label="By state">${tabs.map((tab) => tabOf(reader, tab))}
      </nav>
      ${filters(props)}
      ${rows.length === 0 ? html`<p class="hint">No computer is like that. <a href="/fleet">Show all</a></p>` : ledgerForm(props)}
      ${pager(props.pager)}
    </section>
    <script src="${site.assets}/choose-rows.js" defer></script>`
}

function tabOf(reader: Reader, { kind, count, path, isHere }: FleetTab): Html {
  const state = kind === undefined || kind === 'none' || kind === 'paused' ? '' : html` data-state="${kind}"`
  const name = kind === undefined ? 'All' : html`${icon(stateIcons[kind])}${kind === 'none' ? 'No backup yet' : stateWords[kind]}`
  return html`
        <a href="${path}"${state}${isHere ? html` aria-current="page"` : ''}>${name} <span class="count">${countText(reader, count)}</span></a>`
}

function filters({ search, state, customers, plans, maxSearchCharacters }: FleetPageProps): Html {
  return html`<form class="tools filters" action="/fleet" role="search">
        <div class="search">${icon('search')}<label class="vh" for="q">Search computers</label><input id="q" name="q" type="search" maxlength="${maxSearchCharacters}" value="${search}" placeholder="Name, number, customer or address"></div>
        <label class="vh" for="customer">Customer</label>
        <select id="customer" name="customer"><option value="">Every customer</option>${customers.map(option)}</select>
        <label class="vh" for="plan">Plan</label>
        <select id="plan" name="plan"><option value="">Every plan</option>${plans.map(option)}</select>
        ${state === undefined ? '' : html`<input type="hidden" name="state" value="${state}">`}
        <button class="button">Filter</button>
      </form>`
}

function option({ value, name, isChosen }: FleetChoiceProps): Html {
  return html`<option value="${value}"${isChosen ? ' selected' : ''}>${name}</option>`
}

const columnNames: Readonly<Record<FleetColumn['sort'], { readonly name: string; readonly className: string }>> = {
  name: { name: 'Computer', className: '' },
  customer: { name: 'Customer', className: 'wide' },
  state: { name: 'State', className: '' },
  good: { name: 'Last good', className: 'wide' },
  next: { name: 'Next', className: 'wider' },
  stored: { name: 'Stored', className: 'num wider' },
}

function ledgerForm({ reader, columns, rows }: FleetPageProps): Html {
  return html`<form action="/fleet/act" method="get" data-choose-rows>
        <div class="ledger-wrap">
          <table class="ledger fleet">
            <thead>
              <tr>
                <td class="tick"><input type="checkbox" data-choose-all hidden aria-label="Choose all on this page"></td>${columns.map(headOf)}
                <th scope="col" class="wide">14 days</th>
              </tr>
            </thead>
            <tbody>${rows.map((row) => rowOf(reader, row))}
            </tbody>
          </table>
        </div>
        ${bulkBar()}
      </form>`
}

function headOf({ sort, path, order }: FleetColumn): Html {
  const { name, className } = columnNames[sort]
  const arrow = order === undefined ? '' : html` ${icon(order === 'ascending' ? 'arrow-down' : 'arrow-up')}`
  return html`
                <th scope="col"${className === '' ? '' : html` class="${className}"`}${order === undefined ? '' : html` aria-sort="${order}"`}><a href="${path}">${name}${arrow}</a></th>`
}

function rowOf(reader: Reader, row: FleetRow): Html {
  const good = row.lastGoodAtMs === undefined ? 'Never' : timeTag(row.lastGoodAtMs, whenText(reader, row.lastGoodAtMs))
  return html`
              <tr>
                <td class="tick"><input type="checkbox" name="computer" value="${row.value}" aria-label="Choose ${row.name}"></td>
                <th scope="row"><a class="name" href="${row.path}">${row.name}</a><span class="narrow sub">${row.customer}</span></th>
                <td class="wide"><a class="plain" href="${row.customerPath}">${row.customer}</a></td>
                <td>${fleetStateBadge(reader, row.state)}<span class="narrow sub">Last good: ${good}</span></td>
                <td class="wide when">${good}</td>
                <td class="wider when">${nextOf(reader, row)}</td>
                <td class="num wider">${sizeText(reader, row.storedBytes)}</td>
                <td class="wide">${spark(reader, row.days)}</td>
              </tr>`
}

function nextOf(reader: Reader, { state, nextAtMs }: FleetRow): Html | string {
  if (state.kind === 'running') return 'Now'
  if (state.kind === 'paused')
    return state.untilMs === undefined ? 'When resumed' : timeTag(state.untilMs, dateText(reader, state.untilMs))
  if (nextAtMs === undefined) return 'When asked'
  return nextAtMs <= reader.nowMs ? 'When it appears' : timeTag(nextAtMs, whenText(reader, nextAtMs))
}

/** Icon, word, and the time or the number that makes it worth reading. */
export function fleetStateBadge(reader: Reader, state: FleetState): Html {
  switch (state.kind) {
    case 'failed':
      return html`${stateBadge('failed', state.times > 1 ? `Failed ${countText(reader, state.times)} times` : 'Failed')}${state.why === undefined ? '' : html` <span class="why">${state.why}</span>`}`
    case 'silent':
      return stateBadge('silent', `Silent ${countOf(reader, daysSince(reader, state.sinceMs), 'day')}`)
    case 'partial':
      return html`${stateBadge('partial')} <span class="why">${countOf(reader, state.skipped, 'file')} left out</span>`
    case 'paused':
      return pausedBadge(reader, state)
    case 'none':
      return stateBadge('none', 'No backup yet')
    case 'ok':
    case 'running':
      return stateBadge(state.kind)
    default:
      return state satisfies never
  }
}

/** The other acts ask first; this one has nothing to lose. */
function bulkBar(): Html {
  return html`<div class="bulk">
          <p><b data-chosen>Those chosen</b> <span class="hint">on this page</span></p>
          <button class="button small" name="act" value="run" formmethod="post">${icon('play')}Back up now</button>
          <button class="button small" name="act" value="pause">${icon('circle-pause')}Pause…</button>
          <button class="button small" name="act" value="resume">${icon('rotate-ccw')}Resume…</button>
          <button class="button small" name="act" value="move">${icon('layers')}Move to plan…</button>
        </div>`
}
