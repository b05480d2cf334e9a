import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type BasketAsideProps, basketAside, basketBar, basketForm } from '../partials/basket.ts'
import { dayStrip, type StripDay } from '../partials/day-strip.ts'
import { type FoundFileProps, foundFile } from '../partials/found-file.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import type { PageContext, Viewer } from '../site.ts'

export type Choice = { readonly value: string; readonly name: string }

export type RestoreAsked = {
  readonly q: string
  readonly computer: string
  readonly plan: string
  readonly kind: string
  readonly size: string
  readonly state: string
  readonly changedFrom: string
  readonly changedUntil: string
  readonly day: string
  /** The last day that the strip shows, where it was turned to others; it says nothing of what is looked for. */
  readonly weeks: string
  readonly sort: string
}

export type RestorePageProps = PageContext & {
  readonly viewer: Viewer
  readonly asked: RestoreAsked
  readonly choices: {
    readonly computers: readonly Choice[]
    /** Not all of them are listed. */
    readonly hasMoreComputers: boolean
    /** More than one plan of the customer's; else nothing to choose. */
    readonly plans: readonly Choice[]
    readonly kinds: readonly Choice[]
    readonly sizes: readonly Choice[]
  }
  /** Nothing was ever backed up. */
  readonly isEmpty: boolean
  readonly addPath: string | undefined
  readonly dayEndMs: number | undefined
  readonly anyDayPath: string
  readonly days: readonly StripDay[]
  readonly earlierDaysPath: string
  /** Undefined: the strip shows today. */
  readonly laterDaysPath: string | undefined
  readonly result: RestoreResult
  /** Undefined: whoever looks has none. */
  readonly basket: BasketAsideProps | undefined
}

export type RestoreResult =
  /** Nothing was looked for: the newest versions, or those of the day. */
  | {
      readonly kind: 'versions'
      readonly versions: readonly DayVersion[]
      /** There are more than these. */
      readonly isCut: boolean
    }
  | {
      readonly kind: 'found'
      readonly files: readonly FoundFileProps[]
      readonly total: number
      /** No more and no fewer. */
      readonly isExact: boolean
      readonly isFirstPage: boolean
      readonly pager: PagerProps
    }
  /** The names are still being read. */
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'too-large' }
  /** A pattern that nearly matches too much. */
  | { readonly kind: 'too-hard' }

export type DayVersion = {
  readonly computer: string
  readonly job: string
  readonly atMs: number
  readonly files: number
  readonly sourceBytes: number
  readonly openPath: string
}

const states: readonly Choice[] = [
  { value: '', name: 'Deleted ones too' },
  { value: 'present', name: 'Not deleted' },
  { value: 'deleted', name: 'Only deleted' },
]
const sorts: readonly Choice[] = [
  { value: 'best', name: 'Best match' },
  { value: 'newest', name: 'Newest' },
  { value: 'largest', name: 'Largest' },
]
const reloadSeconds = 2

/** What would you like back: a name, a day, or both. */
export function restorePage(props: RestorePageProps): Page {
  return appPage({
    ...props,
    title: props.asked.q === '' ? 'Restore' : `${props.asked.q}, Restore`,
    place: 'restore',
    body: props.isEmpty ? emptyBody(props) : finderBody(props),
    ...(props.result.kind === 'not-ready' ? { reloadSeconds } : {}),
  })
}

/** The first backup comes first; nothing can be looked for before. */
function emptyBody({ addPath }: RestorePageProps): Html {
  return html`
    <h1 class="sentence">There is nothing to bring back yet. <small>After the first backup every file is found here: by its name, or by the day it was last right.</small></h1>
    <section class="part" aria-labelledby="steps">
      ${partHead({ id: 'steps', title: 'From here on' })}
      <ol class="steps">
        <li><h3>Connect a computer</h3><p>It takes some minutes, once for each computer.</p>${addPath === undefined ? '' : html`<p><a class="button primary" href="${addPath}">${icon('plus')}Add a computer</a></p>`}</li>
        <li><h3>Let the first backup run</h3><p>It sends everything. The next ones send what changed, every version is kept.</p></li>
        <li><h3>Come back here when something is lost</h3><p>Type a part of its name, choose the version, download it. Deleted files are found as well.</p></li>
      </ol>
    </section>`
}

function finderBody(props: RestorePageProps): Html {
  return html`
    <h1 class="title">What would you like back?</h1>
    ${finder(props)}
    <div id="days">${asOf(props)}</div>
    <div class="split part">
      <section class="part" id="${foundId}" aria-labelledby="found-head">
        ${resultPart(props)}
      </section>
      <aside class="flow">
        ${asideParts(props)}
      </aside>
    </div>`
}

/** What a new answer, or another thing in the basket, replaces. */
const foundId = 'found'

/** An empty basket is there to be filled, and takes no room. */
function asideParts({ reader, basket }: RestorePageProps): Html {
  if (basket === undefined) return howTo()
  const aside = basketAside(reader, basket, foundId)
  return basket.files + basket.folders + basket.links === 0 ? html`${howTo()}${aside}` : html`${aside}${howTo()}`
}

function howTo(): Html {
  return html`<section aria-labelledby="how">
          ${partHead({ id: 'how', title: 'How to look' })}
          <dl class="facts">
            <div><dt><kbd>march invoice</kbd></dt><dd>Both words, in the name or one in the folders above</dd></div>
            <div><dt><kbd>"old layout"</kbd></dt><dd>The words as they stand</dd></div>
            <div><dt><kbd>*.dwg</kbd></dt><dd>Names that end so</dd></div>
          </dl>
          <p class="hint">Deleted files are found, too. Choose a day above to see everything as it was then.</p>
        </section>`
}

/** The days keep what was typed in their addresses; a new answer may need other drawings. */
const others = '#days,.sprite:outerHTML:.sprite'

/** Works as a plain form; with the script the list follows while one types. */
function finder({ asked, choices }: RestorePageProps): Html {
  const follow = html`hx-get="/restore" hx-trigger="input delay:250ms, change" hx-target="#found" hx-select="#found" hx-select-oob="${others}" hx-swap="outerHTML" hx-replace-url="true" hx-sync="this:replace"`
  return html`<form class="stack finder" action="/restore" role="search" ${follow}>
      <div class="search big">
        ${icon('search')}<label class="vh" for="q">Name of a file or folder</label>
        <input id="q" name="q" type="search" value="${asked.q}" placeholder="Name, part of a name, or *.dwg" autocomplete="off" maxlength="255">
        <button class="button primary">Find</button>
      </div>
      <div class="tools">
        ${choices.computers.length > 1 ? select('computer', 'Computer', [{ value: '', name: 'Every computer' }, ...choices.computers], asked.computer) : ''}
        ${choices.hasMoreComputers ? html`<p class="hint">Not every computer is in this list; a search looks at all.</p>` : ''}
        ${choices.plans.length > 1 ? select('plan', 'Plan', [{ value: '', name: 'Every plan' }, ...choices.plans], asked.plan) : ''}
        ${select('kind', 'Kind of file', [{ value: '', name: 'Any kind' }, ...choices.kinds], asked.kind)}
        ${select('size', 'Size', [{ value: '', name: 'Any size' }, ...choices.sizes], asked.size)}
        ${select('state', 'Deleted files', states, asked.state)}
      </div>
      ${finer(asked)}
    </form>`
}

/** What is asked for now and then. */
function finer(asked: RestoreAsked): Html {
  const isAsked = [asked.day, asked.changedFrom, asked.changedUntil, asked.sort].some((said) => said !== '')
  return html`<details class="finer"${isAsked ? html` open` : ''}>
        <summary>Days and order</summary>
        <div class="tools">
          ${dateField('day', 'As it was on', asked.day)}
          ${dateField('from', 'Changed from', asked.changedFrom)}
          ${dateField('until', 'Changed until', asked.changedUntil)}
          ${select('sort', 'Order', sorts, asked.sort === '' ? 'best' : asked.sort)}
        </div>
      </details>`
}

function select(name: string, label: string, choices: readonly Choice[], chosen: string): Html {
  return html`<label class="vh" for="${name}">${label}</label>
        <select id="${name}" name="${name}">${choices.map(({ value, name: words }) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words}</option>`)}</select>`
}

function dateField(name: string, label: string, value: string): Html {
  return html`<label class="dated" for="${name}">${label} <input id="${name}" name="${name}" type="date" value="${value}"></label>`
}

function asOf(props: RestorePageProps): Html {
  const { reader, dayEndMs, anyDayPath, days, earlierDaysPath, laterDaysPath } = props
  const title = dayEndMs === undefined ? 'At any time' : `As it was on ${dateText(reader, dayEndMs - 1)}`
  return html`<section class="part as-of" aria-labelledby="asof">
      <header class="part-head"><h2 id="asof">${title}</h2> <p class="hint">Taller means more changed that day.</p>${dayEndMs === undefined ? '' : html` <a class="end" href="${anyDayPath}">At any time</a>`}</header>
      ${dayStrip(reader, days)}
      <p class="row weeks"><a href="${earlierDaysPath}">${icon('chevron-left')} Earlier weeks</a>${laterDaysPath === undefined ? '' : html` <a class="end" href="${laterDaysPath}">Later weeks ${icon('chevron-right')}</a>`}</p>
    </section>`
}

function resultPart(props: RestorePageProps): Html {
  const { reader, result, asked, dayEndMs } = props
  switch (result.kind) {
    case 'versions':
      return versionsPart(props, result)
    case 'found':
      return html`${partHead({ id: 'found-head', title: foundTitle(props, result) })}
      ${
        result.files.length === 0
          ? nothingFound(asked, dayEndMs, result)
          : inBasketForm(
              props,
              html`<ul class="finds">${result.files.map((file, index) => foundFile(reader, file, { isOpen: index === 0 && result.isFirstPage }))}
        </ul>`,
            )
      }
      ${pager(result.pager)}`
    case 'not-ready':
      return html`${partHead({ id: 'found-head', title: 'One moment' })}
      <p class="prose" role="status" hx-get="${waitPath(asked)}" hx-trigger="load delay:2s" hx-target="closest section" hx-select="#found" hx-select-oob="${others}" hx-swap="outerHTML">The names of the files are being read. This happens once after the box started, and takes some seconds for millions of files. The answer appears here by itself.</p>`
    case 'too-large':
      return html`${partHead({ id: 'found-head', title: 'Choose one computer' })}
      <p class="prose" role="status">There are more files in this account than the box keeps in memory for searching. Choose a computer above and the search works there. An administrator can <a href="/errors/HF-SEARCH-TOO-LARGE">allow the search more memory</a>.</p>`
    case 'too-hard':
      return html`${partHead({ id: 'found-head', title: 'Without the wildcards' })}
      <p class="prose" role="status">This pattern takes too long to look for. Type a part of the name as it is, without <kbd>*</kbd> and <kbd>?</kbd>, or choose one computer above.</p>`
    default:
      return result satisfies never
  }
}

function inBasketForm({ reader, basket }: RestorePageProps, body: Html): Html {
  if (basket === undefined) return body
  return html`${basketForm({ of: basket.of, back: basket.back, list: foundId, body })}${basketBar(reader, basket)}`
}

type Found = Extract<RestoreResult, { kind: 'found' }>

function foundTitle({ reader }: RestorePageProps, { files, total, isExact, isFirstPage, pager: { next } }: Found): string {
  if (files.length === 0) return next !== undefined ? 'Nothing so far' : isFirstPage ? 'Nothing found' : 'Nothing more'
  const count = countOf(reader, total, 'file or folder', 'files and folders')
  return isExact ? count : `About ${count}`
}

function nothingFound({ q }: RestoreAsked, dayEndMs: number | undefined, { isFirstPage, pager: { next } }: Found): Html {
  return html`<p class="prose" role="status">${nothingWords()}</p>`

  function nothingWords(): string {
    if (next !== undefined) return 'There is more to look at.'
    if (!isFirstPage) return 'There is nothing more.'
    const what = q === '' ? 'No file is like that.' : `No name holds “${q}”.`
    return `${what} ${dayEndMs === undefined ? 'Try a shorter part of the name, or fewer of the choices above.' : 'It may have been there on another day: look at any time.'}`
  }
}

function waitPath(asked: RestoreAsked): string {
  const { changedFrom, changedUntil, ...rest } = asked
  return `/restore?${new URLSearchParams({ ...rest, from: changedFrom, until: changedUntil })}`
}

function versionsPart(
  { reader, dayEndMs }: RestorePageProps,
  { versions, isCut }: Extract<RestoreResult, { kind: 'versions' }>,
): Html {
  const title = dayEndMs === undefined ? 'Or look into the newest versions' : 'What there was'
  return html`${partHead({ id: 'found-head', title })}
      ${
        versions.length === 0
          ? html`<p class="prose" role="status">Nothing had been backed up yet on that day.</p>`
          : html`<div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Computer</th><th scope="col">Backed up</th><th scope="col" class="num wide">Files</th><th scope="col" class="num wide">Size</th><th scope="col"><span class="vh">Get it</span></th></tr></thead>
        <tbody>${versions.map(
          (version) => html`
          <tr>
            <th scope="row" class="name"><a href="${version.openPath}">${version.computer}</a><span class="sub">${version.job}</span></th>
            <td class="when">${timeTag(version.atMs, whenText(reader, version.atMs))}<span class="narrow sub">${countOf(reader, version.files, 'file')}, ${sizeText(reader, version.sourceBytes)}</span></td>
            <td class="num wide">${countOf(reader, version.files, 'file')}</td>
            <td class="num wide">${sizeText(reader, version.sourceBytes)}</td>
            <td class="acts"><a class="button small quiet" href="${version.openPath}">${icon('folder')}<span class="label">Open<span class="vh"> ${version.computer}, ${version.job}</span></span></a></td>
          </tr>`,
        )}
        </tbody>
      </table></div>${isCut ? html`<p class="hint">These are the first ${countOf(reader, versions.length, 'version')}. Choose a computer above to see the others.</p>` : ''}`
      }`
}
