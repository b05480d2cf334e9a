import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type BasketAsideProps, basketAside, basketBar, basketForm } from '../partials/basket.ts'
import { type EntryProps, entryRow } from '../partials/entry.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { stateBadge } from '../partials/state.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import { type VersionKeepProps, versionKeep } from '../partials/version-keep.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type VersionFacts = {
  readonly computer: string
  readonly takenAtMs: number
  readonly verdict: 'ok' | 'partial' | 'failed'
  readonly isCheckpoint: boolean
  readonly job: string
  readonly files: number
  readonly sourceBytes: number
  readonly newBytes: number
  readonly tookMs: number
  readonly skipped: number
  readonly skippedPath: string
}

export type VersionPageProps = PageContext & {
  readonly viewer: Viewer
  readonly version: VersionFacts
  readonly keep: VersionKeepProps
  /** From the computer down to the folder above this one. */
  readonly above: readonly TrailStep[]
  /** Nothing: the top of the version. */
  readonly folder: string | undefined
  readonly entries: readonly EntryProps[]
  /** What names must contain; empty: all are shown. */
  readonly filter: string
  readonly path: string
  readonly zipPath: string
  readonly tarPath: string
  /** To a new link to this folder; nothing for who may not share. */
  readonly sharePath?: string | undefined
  /** This folder back to a computer, and as it was here; undefined for whoever may not. */
  readonly backPath?: string | undefined
  readonly revertPath?: string | undefined
  readonly pager: PagerProps
  /** The same folder, one version before and after. */
  readonly earlierPath: string | undefined
  readonly laterPath: string | undefined
  /** Undefined: whoever looks has none. */
  readonly basket: BasketAsideProps | undefined
  /** What is different from the version before; undefined where there is none. */
  readonly changesPath: string | undefined
}

const listingId = 'listing'

/** One folder of one version: what lay in it, to be opened or taken out. */
export function versionPage(props: VersionPageProps): Page {
  const { reader, version, folder } = props
  const when = whenText(reader, version.takenAtMs)
  return appPage({
    ...props,
    title: `${folder ?? version.computer}, ${when}`,
    place: 'computers',
    body: html`
    ${trail('Where this folder is', props.above)}
    <header class="page-head">
      <div>
        <h1 class="title"><bdi class="exact">${folder ?? when}</bdi></h1>
        <p class="lead">As it was on ${version.computer} ${whenInSentence(reader, version.takenAtMs)}.${folder === undefined ? ' Open a folder, or take all of it.' : ''}</p>
      </div>
      <p class="row"><a class="button primary" href="${props.zipPath}">${icon('folder-archive')}Download this folder</a> <a class="button" href="${props.tarPath}">${icon('download')}As tar<span class="vh"> archive</span></a>${props.sharePath === undefined ? '' : html` <a class="button" href="${props.sharePath}">${icon('share-2')}Share</a>`}${backButtons(props)}</p>
    </header>
    <div class="split part">
      <section class="part" aria-labelledby="files">
        ${partHead({ id: 'files', title: 'Files and folders', beside: otherVersions(props) })}
        ${filterForm(props)}
        ${listing(props)}
      </section>
      <aside class="flow">
        ${props.basket === undefined ? '' : basketAside(reader, props.basket, listingId)}
        <section aria-labelledby="version">
          ${partHead({ id: 'version', title: 'This version' })}
          ${facts(versionFacts(reader, version))}
        </section>
        ${versionKeep(reader, props.keep)}
      </aside>
    </div>`,
  })
}

function backButtons({ backPath, revertPath }: VersionPageProps): Html {
  return html`${backPath === undefined ? '' : html`<a class="button" href="${backPath}">${icon('rotate-ccw')}Back to the computer</a>`}${revertPath === undefined ? '' : html`<a class="button" href="${revertPath}">Revert</a>`}`
}

function otherVersions({ earlierPath, laterPath, changesPath }: VersionPageProps): Html {
  return html`<span class="row end">${changesPath === undefined ? '' : html`<a href="${changesPath}">What changed</a> `}${earlierPath === undefined ? '' : html`<a href="${earlierPath}">${icon('chevron-left')} Earlier</a>`}${
    laterPath === undefined ? '' : html` <a href="${laterPath}">Later ${icon('chevron-right')}</a>`
  }</span>`
}

/** Works as a plain form; with the script the list follows while one types. */
function filterForm({ path, filter }: VersionPageProps): Html {
  const follow = html`hx-get="${path}" hx-trigger="input changed delay:250ms" hx-target="#listing" hx-select="#listing" hx-swap="outerHTML" hx-replace-url="true"`
  return html`<form class="tools filters" action="${path}" role="search">
          <div class="search">${icon('search')}<label class="vh" for="name">Names that contain</label><input id="name" name="name" type="search" value="${filter}" placeholder="Part of a name in this folder" autocomplete="off" ${follow}></div>
          <button class="button">Filter</button>
        </form>`
}

function listing(props: VersionPageProps): Html {
  const { reader, entries, filter } = props
  return html`<div id="${listingId}">
          ${entries.length === 0 ? html`<p class="prose" role="status">${emptyWords(filter)}</p>` : choosable(props)}
          ${pager(props.pager)}
          ${props.basket === undefined ? '' : basketBar(reader, props.basket)}
        </div>`
}

function choosable({ reader, entries, basket }: VersionPageProps): Html {
  const body = ledger(reader, entries)
  return basket === undefined ? body : basketForm({ of: basket.of, back: basket.back, list: listingId, body })
}

function emptyWords(filter: string): string {
  return filter === '' ? 'This folder was empty.' : `No name here contains “${filter}”.`
}

function ledger(reader: Reader, entries: readonly EntryProps[]): Html {
  return html`<div class="ledger-wrap">
            <table class="ledger">
              <thead><tr><th scope="col">Name</th><th scope="col" class="num wide">Size</th><th scope="col" class="wide">Last changed</th><th scope="col"><span class="vh">Get it</span></th></tr></thead>
              <tbody>${entries.map((entry, index) => entryRow(reader, entry, index))}
              </tbody>
            </table>
          </div>`
}

function versionFacts(reader: Reader, version: VersionFacts): readonly Fact[] {
  const left = countOf(reader, version.skipped, 'file')
  return [
    { label: 'Taken', value: timeTag(version.takenAtMs, whenText(reader, version.takenAtMs)) },
    { label: 'Verdict', value: version.isCheckpoint ? stateBadge('running', 'Still running') : stateBadge(version.verdict) },
    ...(version.skipped === 0 ? [] : [{ label: 'Left out', value: html`<a href="${version.skippedPath}">${left}</a>` }]),
    { label: 'Files', value: countText(reader, version.files) },
    { label: 'Size', value: sizeText(reader, version.sourceBytes) },
    { label: 'New in it', value: sizeText(reader, version.newBytes) },
    { label: 'Took', value: durationText(reader, version.tookMs) },
    { label: 'Backup plan', value: version.job },
  ]
}
