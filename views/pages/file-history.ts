import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dayText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type BasketAsideProps, basketAside, basketButton, basketForm } from '../partials/basket.ts'
import { type ChangeProps, changeItem } from '../partials/change.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { changeWords, type InBasket } from '../partials/found-file.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { type Piece, pieces } from '../partials/pieces.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import { type VersionWordsProps, versionWordsInList } from '../partials/version-words.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type HistoryRowProps =
  | {
      readonly kind: 'state'
      /** The version that gives it: the newest that holds it like this. */
      readonly version: string
      /** What it was then, where that is not what the page is of. */
      readonly otherKind: 'folder' | 'file' | 'link' | undefined
      readonly firstAtMs: number
      readonly lastAtMs: number
      readonly versions: number
      /** Undefined for folders. */
      readonly sizeBytes: number | undefined
      readonly moreBytes: number | undefined
      readonly isOldest: boolean
      readonly kept: { readonly words: string; readonly isPinned: boolean } | undefined
      /** What people wrote about the versions that hold it. */
      readonly words: readonly VersionWordsProps[]
      readonly openPath: string
      readonly getPath: string | undefined
      /** Of a file: to be looked at before it is taken. */
      readonly lookPath: string | undefined
      /** Of a folder: what changed since the row before. */
      readonly changesPath: string | undefined
      /** Where this version of it is sent back to a computer; undefined: whoever looks may not. */
      readonly backPath: string | undefined
      /** Where the computer's own file becomes this one; undefined: it cannot, or whoever looks may not. */
      readonly revertPath: string | undefined
    }
  | { readonly kind: 'gap'; readonly firstAtMs: number; readonly lastAtMs: number; readonly isNow: boolean }

export type Comparison = {
  readonly fromMs: number
  readonly toMs: number
  readonly sizeBefore: number
  readonly sizeAfter: number
  readonly savedAtMs: number | undefined
  /** Undefined: it cannot be told, or not cheaply. */
  readonly pieces: { readonly all: readonly Piece[]; readonly fresh: number; readonly newBytes: number } | undefined
  readonly around: readonly ChangeProps[]
  readonly folder: string
  readonly folderPath: string
}

export type FileHistoryPageProps = PageContext & {
  readonly viewer: Viewer
  readonly above: readonly TrailStep[]
  readonly name: string
  readonly computer: string
  readonly isFolder: boolean
  /** Different states, all of them; of a folder, those of this page. */
  readonly states: number
  readonly rows: readonly HistoryRowProps[]
  readonly isFirstPage: boolean
  readonly pager: PagerProps
  /** The fields that name the file and the page of its history, for the form that compares. */
  readonly named: Readonly<Record<string, string>>
  readonly chosen: { readonly from: string | undefined; readonly to: string | undefined }
  /** `one-chosen`: the same version on both sides. */
  readonly comparison: Comparison | 'one-chosen' | undefined
  /** For whoever may share the newest version. */
  readonly sharePath?: string
  /** Of whoever looks, and what its button does with the newest version. */
  readonly basket: { readonly aside: BasketAsideProps; readonly newest: InBasket | undefined } | undefined
}

type StateRow = Extract<HistoryRowProps, { kind: 'state' }>

/** What became of a file or a folder: every version that can be had, on one stem. */
export function fileHistoryPage(props: FileHistoryPageProps): Page {
  const newest = props.rows.find((row): row is StateRow => row.kind === 'state')
  return appPage({
    ...props,
    title: `${props.name}, history`,
    place: 'restore',
    body: html`
    ${trail('Where it lies', props.above)}
    <header class="page-head">
      <div>
        <h1 class="title"><bdi class="exact">${props.name}</bdi></h1>
        <p class="lead">${leadWords(props, newest)}</p>
      </div>
      ${newest === undefined ? '' : headButtons(props, newest)}
    </header>
    <div class="split part">
      ${props.isFolder ? html`<section class="part" aria-labelledby="versions">${versionsPart(props)}</section>` : compareForm(props)}
      <aside class="flow">
        ${props.basket === undefined ? '' : basketAside(props.reader, props.basket.aside, headId)}
        ${props.comparison === undefined || props.comparison === 'one-chosen' ? asideWords(props) : comparisonPart(props, props.comparison)}
      </aside>
    </div>`,
  })
}

function leadWords(
  { reader, states, rows, computer, isFolder, isFirstPage, pager: { next } }: FileHistoryPageProps,
  newest: StateRow | undefined,
): string {
  if (newest === undefined || !isFirstPage) return `Further back, on ${computer}.`
  const oldest = rows.findLast((row): row is StateRow => row.kind === 'state')
  const since = next === undefined && oldest !== undefined ? ` since ${dayText(reader, oldest.firstAtMs)}` : ''
  const count =
    isFolder && next !== undefined
      ? `${countOf(reader, states, 'version')} and older ones`
      : `${countOf(reader, states, 'version')}${since}`
  const [first] = rows
  const what = isFolder ? 'folder' : 'file'
  const now =
    first?.kind === 'gap'
      ? `It was last there ${whenInSentence(reader, newest.lastAtMs)} and has been deleted on ${computer} since.`
      : `The newest is from ${whenInSentence(reader, newest.firstAtMs).replace(/^on /, '')}, and the ${what} is still on ${computer}.`
  return `${count}. ${now}`
}

const headId = 'newest'

function headButtons({ isFolder, name, basket, sharePath }: FileHistoryPageProps, newest: StateRow): Html {
  const button =
    basket?.newest === undefined
      ? ''
      : basketForm({ ...basket.aside, list: headId, body: basketButton({ ...basket.newest, name }) })
  return html`<div class="row" id="${headId}">
        ${newest.getPath === undefined ? '' : html`<a class="button primary" href="${newest.getPath}">${icon('download')}Download newest</a>`}
        ${button}
        ${newest.lookPath === undefined ? '' : html`<a class="button small" href="${newest.lookPath}">${icon('eye')}Look at it</a>`}
        ${newest.backPath === undefined ? '' : html`<a class="button small" href="${newest.backPath}">${icon('rotate-ccw')}Back to the computer</a>`}
        ${sharePath === undefined ? '' : html`<a class="button small" href="${sharePath}">${icon('share-2')}Share</a>`}
        <a class="button small" href="${newest.openPath}">${icon('folder')}${isFolder ? 'Open the folder' : 'Open its folder'}</a>
      </div>`
}

function compareForm(props: FileHistoryPageProps): Html {
  const hidden = Object.entries(props.named).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  return html`<form class="part" action="/restore/history" aria-labelledby="versions">
        ${hidden}${versionsPart(props)}
      </form>`
}

function versionsPart(props: FileHistoryPageProps): Html {
  const { reader, rows, isFolder } = props
  const several = rows.filter(({ kind }) => kind === 'state').length > 1
  const compare =
    !isFolder && several ? html`<button class="button small end">${icon('git-compare')}Compare the two chosen</button>` : html``
  const picks = isFolder || !several ? '' : html`<th scope="col" class="pick">From</th><th scope="col" class="pick">To</th>`
  const shape = { isFolder, hasPicks: picks !== '', isWhole: props.pager.next === undefined }
  return html`${partHead({ id: 'versions', title: 'Versions', beside: compare })}
        <div class="ledger-wrap">
          <table class="ledger stem">
            <thead><tr><td></td><th scope="col">Backed up</th>${isFolder ? html`<th scope="col" class="wide">What changed</th>` : html`<th scope="col" class="num wide">Size</th><th scope="col" class="num wide">Change</th>`}<th scope="col" class="wide">Kept</th>${picks}<td></td></tr></thead>
            <tbody>${rows.map((row, index) => (row.kind === 'gap' ? gapRow(reader, row, shape) : stateRow(props, row, { ...shape, index })))}
            </tbody>
          </table>
        </div>
        ${pager(props.pager)}`
}

type Shape = { readonly isFolder: boolean; readonly hasPicks: boolean; readonly isWhole: boolean }

function stateRow(props: FileHistoryPageProps, row: StateRow, shape: Shape & { readonly index: number }): Html {
  const { reader, chosen, rows, isFirstPage } = props
  const when = whenText(reader, row.firstAtMs)
  const isLast = shape.index === rows.length - 1 && shape.isWhole
  const size = row.sizeBytes === undefined ? '' : sizeText(reader, row.sizeBytes)
  const delta = row.moreBytes === undefined && !row.isOldest ? '' : changeWords(reader, row.moreBytes)
  const pick = (name: 'from' | 'to', words: string) =>
    html`<td class="pick"><input type="radio" name="${name}" value="${row.version}" aria-label="${words} ${when}"${chosen[name] === row.version ? html` checked` : ''}></td>`
  return html`
              <tr>
                <td class="knot">${knot({ isLast, isFull: (shape.index === 0 && isFirstPage) || row.kept?.isPinned === true })}</td>
                <th scope="row">${timeTag(row.firstAtMs, when)}${row.kept?.isPinned === true ? html` <span class="pinned">${icon('pin')} Pinned</span>` : ''}${row.words.map(versionWordsInList)}${row.otherKind === undefined ? '' : html`<span class="sub">A ${row.otherKind} then</span>`}${heldWords(reader, row)}${size === '' ? '' : html`<span class="narrow sub">${size}${delta === '' ? '' : `, ${delta}`}</span>`}${row.changesPath === undefined ? '' : html`<span class="narrow sub"><a href="${row.changesPath}">What changed</a></span>`}</th>
                ${
                  shape.isFolder
                    ? html`<td class="wide">${row.changesPath === undefined ? '' : html`<a href="${row.changesPath}">What changed<span class="vh"> ${when}</span></a>`}</td>`
                    : html`<td class="num wide">${size}</td>
                <td class="num wide delta">${delta}</td>`
                }
                <td class="wide until">${row.kept?.words ?? ''}</td>
                ${shape.hasPicks ? html`${pick('from', 'Compare from')}${pick('to', 'Compare with')}` : ''}
                <td class="acts">${row.revertPath === undefined ? '' : html`<a class="button small quiet" href="${row.revertPath}">${icon('undo-2')}<span class="label">Revert<span class="vh"> to ${when}</span></span></a>`}${row.backPath === undefined ? '' : html`<a class="button small quiet" href="${row.backPath}">${icon('rotate-ccw')}<span class="label">Back to the computer<span class="vh">, ${when}</span></span></a>`}${row.getPath === undefined ? '' : html`<a class="button small quiet" href="${row.getPath}">${icon('download')}<span class="label">Download<span class="vh"> ${when}</span></span></a>`}</td>
              </tr>`
}

/** The newest of all and what is pinned are full; the first of all is the holdfast. */
function knot({ isLast, isFull }: { readonly isLast: boolean; readonly isFull: boolean }): Html {
  if (isLast)
    return html`<svg class="foot" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2v20M12 6c0 8-8 6-9 16M12 6c0 8 8 6 9 16M12 12c0 5-4 4-4.5 10M12 12c0 5 4 4 4.5 10"/></svg>`
  return html`<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="${isFull ? 6 : 5}"${isFull ? html` class="full"` : ''}/></svg>`
}

function heldWords(reader: Reader, { versions, lastAtMs }: StateRow): Html {
  if (versions === 1) return html``
  return html`<span class="sub">The same in ${countOf(reader, versions, 'backup')}, the last ${whenInSentence(reader, lastAtMs)}</span>`
}

function gapRow(reader: Reader, gap: Extract<HistoryRowProps, { kind: 'gap' }>, { isFolder, hasPicks }: Shape): Html {
  const columns = (isFolder ? 2 : 3) + (hasPicks ? 2 : 0) + 2
  const since = whenInSentence(reader, gap.firstAtMs)
  const words = gap.isNow
    ? `: not there any more ${since}`
    : gap.firstAtMs === gap.lastAtMs
      ? `: not there ${since}`
      : `: not there from ${since.replace(/^on /, '')} until ${whenInSentence(reader, gap.lastAtMs).replace(/^on /, '')}`
  return html`
              <tr>
                <td class="knot"></td>
                <td colspan="${columns - 1}"><span class="state" data-state="partial">${icon('trash-2')}Deleted</span>${words}</td>
              </tr>`
}

function asideWords({ isFolder, comparison }: FileHistoryPageProps): Html {
  const same = html`<p role="status">The same version is chosen twice. Choose two, then compare.</p>`
  return html`${comparison === 'one-chosen' ? same : ''}<section aria-labelledby="help">
          ${partHead({ id: 'help', title: 'How to read this' })}
          <p>${isFolder ? 'Each row is a version in which something in the folder was different. “What changed” shows what.' : 'Each row is a version in which the file was different. Download the one that was right.'}</p>
          <p class="hint">Nothing on the computer changes by looking here, or by downloading.</p>
        </section>`
}

function comparisonPart({ reader, computer }: FileHistoryPageProps, comparison: Comparison): Html {
  const { fromMs, toMs } = comparison
  return html`<section aria-labelledby="changed">
          ${partHead({ id: 'changed', title: 'What changed' })}
          <p class="versus">${timeTag(fromMs, whenText(reader, fromMs))} ${icon('arrow-right')}<span class="vh">to</span> ${timeTag(toMs, whenText(reader, toMs))}</p>
          ${facts(comparedFacts(reader, comparison, computer))}
          ${piecesFigure(reader, comparison)}
        </section>
        <section aria-labelledby="around">
          ${partHead({ id: 'around', title: `Around it, in ${comparison.folder}` })}
          ${comparison.around.length === 0 ? html`<p>Nothing else changed there.</p>` : html`<ul class="list">${comparison.around.map(changeItem)}</ul>`}
          <p><a href="${comparison.folderPath}">Compare the whole folder</a></p>
        </section>`
}

function comparedFacts(reader: Reader, { sizeBefore, sizeAfter, savedAtMs }: Comparison, computer: string): readonly Fact[] {
  const size =
    sizeBefore === sizeAfter
      ? html`${sizeText(reader, sizeAfter)}, the same`
      : html`${sizeText(reader, sizeBefore)} to ${sizeText(reader, sizeAfter)}, <b>${changeWords(reader, sizeAfter - sizeBefore)}</b>`
  return [
    { label: 'Size', value: size },
    ...(savedAtMs === undefined
      ? []
      : [{ label: 'Saved', value: html`${timeTag(savedAtMs, whenText(reader, savedAtMs))} on ${computer}` }]),
  ]
}

function piecesFigure(reader: Reader, { pieces: compared }: Comparison): Html {
  if (compared === undefined) return html``
  const { all, fresh, newBytes } = compared
  const words = `${countText(reader, fresh)} of ${countOf(reader, all.length, 'piece')} ${fresh === 1 ? 'is' : 'are'} new, ${sizeText(reader, newBytes)}`
  return html`<figure>
            <figcaption>${words}.</figcaption>
            ${pieces(all, words)}
          </figure>`
}
