import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { type State, stateBadge } from '../partials/state.ts'
import { type WorkProps, workPart } from '../partials/work.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type RestoreStateWord, restoreStateBadges } from './restore-order.ts'

export type RunRow = {
  readonly path: string
  readonly computer: string
  readonly job: string
  readonly state: State
  /** Beside the state: what was left out, or why it failed. */
  readonly words: string
  readonly startedAtMs: number
  readonly tookMs: number | undefined
  readonly files: number
  readonly newBytes: number
}

export type ActivityPageProps = PageContext & {
  readonly viewer: Viewer
  readonly runs: readonly RunRow[]
  readonly computers: readonly { readonly id: string; readonly name: string }[]
  readonly filter: { readonly computer: string | undefined; readonly state: string | undefined; readonly day: string | undefined }
  readonly work: WorkProps
  /** The newest of what went back to computers, and where all of it stands, for whoever may read files. */
  readonly restores?: { readonly newest: readonly RestoreEntry[]; readonly path: string | undefined }
  readonly pager: PagerProps
}

export type RestoreEntry = {
  /** Undefined for whoever may not read files; then `what` is without names. */
  readonly path: string | undefined
  readonly what: string
  readonly computer: string
  readonly askedAtMs: number
  readonly state: RestoreStateWord
}

const filterNames = [
  ['ok', 'Backed up'],
  ['partial', 'Partly'],
  ['failed', 'Failed'],
  ['refused', 'Refused'],
  ['running', 'Running'],
] as const

/** What ran when, and how it ended. */
export function activityPage(props: ActivityPageProps): Page {
  const { reader, runs, filter } = props
  const isFiltered = filter.computer !== undefined || filter.state !== undefined || filter.day !== undefined
  return appPage({
    ...props,
    title: 'Activity',
    place: 'activity',
    body: html`
    <header class="page-head"><div>
      <h1 class="title">Activity</h1>
      <p class="lead">Every backup of every computer: when it ran, how it ended, and what it left out.</p>
    </div></header>
    ${workPart(reader, props.work)}
    ${props.restores === undefined || props.restores.newest.length === 0 ? '' : restoresPart(reader, props.restores)}
    <section class="part" aria-labelledby="runs">
      <h2 class="vh" id="runs">Backups</h2>
      ${filterForm(props)}
      ${runs.length === 0 ? nothing(isFiltered) : ledger(reader, runs)}
      ${pager(props.pager)}
    </section>`,
  })
}

function restoresPart(reader: Reader, { newest, path }: NonNullable<ActivityPageProps['restores']>): Html {
  const all = path === undefined ? {} : { beside: html`<a class="end" href="${path}">All of them</a>` }
  return html`<section class="part" aria-labelledby="went-back">
      ${partHead({ id: 'went-back', title: 'Back to computers', ...all })}
      <ul class="list">${newest.map((restore) => restoreEntry(reader, restore))}
      </ul>
    </section>`
}

function restoreEntry(reader: Reader, { path, what, computer, askedAtMs, state }: RestoreEntry): Html {
  const [mark, word] = restoreStateBadges[state]
  const name = html`<bdi class="exact">${what}</bdi>`
  return html`
        <li><span>${path === undefined ? name : html`<a class="name" href="${path}">${name}</a>`}<span class="sub">to ${computer}, asked ${timeTag(askedAtMs, whenInSentence(reader, askedAtMs))}</span></span><span class="end">${stateBadge(mark, word)}</span></li>`
}

function filterForm({ computers, filter }: ActivityPageProps): Html {
  const option = (value: string, name: string, chosen: string | undefined) =>
    html`<option value="${value}"${value === chosen ? html` selected` : ''}>${name}</option>`
  return html`<form class="tools" action="/activity" method="get">
        <label class="vh" for="computer">Computer</label>
        <select id="computer" name="computer"><option value="">All computers</option>${computers.map(({ id, name }) => option(id, name, filter.computer))}</select>
        <label class="vh" for="state">State</label>
        <select id="state" name="state"><option value="">All states</option>${filterNames.map(([value, name]) => option(value, name, filter.state))}</select>
        <label class="vh" for="day">Day</label>
        <input id="day" name="day" type="date" class="day-field" value="${filter.day ?? ''}">
        <button class="button">Show</button>
      </form>`
}

function nothing(isFiltered: boolean): Html {
  return isFiltered
    ? html`<p>No backup is like that. <a href="/activity">Show all of them</a>.</p>`
    : html`<p class="lead">Nothing has run yet. The first backup of a computer shows up here while it runs.</p>`
}

function ledger(reader: Reader, runs: readonly RunRow[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Began</th><th scope="col">Computer</th><th scope="col">State</th><th scope="col" class="num wide">Took</th><th scope="col" class="num wider">Files</th><th scope="col" class="num wide">New</th></tr></thead>
          <tbody>${runs.map((run) => rowOf(reader, run))}
          </tbody>
        </table>
      </div>`
}

function rowOf(reader: Reader, run: RunRow): Html {
  const took = run.tookMs === undefined ? '' : durationText(reader, run.tookMs)
  return html`
            <tr>
              <th scope="row" class="when"><a href="${run.path}">${timeTag(run.startedAtMs, whenText(reader, run.startedAtMs))}<span class="vh">: backup of ${run.computer}</span></a></th>
              <td><span class="name">${run.computer}</span><span class="sub">${run.job}</span></td>
              <td>${stateBadge(run.state)}${run.words === '' ? '' : html` <span class="why">${run.words}</span>`}<span class="narrow sub">${took === '' ? '' : `Took ${took}. `}${countOf(reader, run.files, 'file')}, ${sizeText(reader, run.newBytes)} new</span></td>
              <td class="num wide">${took}</td>
              <td class="num wider">${countText(reader, run.files)}</td>
              <td class="num wide">${sizeText(reader, run.newBytes)}</td>
            </tr>`
}
