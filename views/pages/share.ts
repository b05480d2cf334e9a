import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, timeText, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { type EntryProps, entryRow } from '../partials/entry.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { messageQuote } from '../partials/message-quote.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import { sproutPlate } from '../plates/sprout-plate.ts'
import type { Reader } from '../reader.ts'
import type { PageContext } from '../site.ts'

export type SharePageProps = PageContext & {
  /** Who made the link, and of which customer. */
  readonly by: string
  readonly customer: string
  readonly title: string
  readonly message: string | undefined
  /** When the files were as they are here. */
  readonly takenAtMs: number
  readonly untilMs: number
  readonly downloads: { readonly used: number; readonly max: number } | undefined
  readonly what: SharedWhat
  /** Inside a folder of it: the way back up, and its name. */
  readonly above: readonly TrailStep[]
  readonly folder: string | undefined
  readonly entries: readonly EntryProps[]
  readonly pager: PagerProps
  /** All of it, or the folder that is open; a single file has the way to itself. */
  readonly getPath: string
}

/** What the link leads to. `bytes`: where somebody has counted them. */
export type SharedWhat =
  | { readonly kind: 'file'; readonly bytes: number }
  | { readonly kind: 'files'; readonly count: number; readonly bytes: number }
  | { readonly kind: 'folder' }
  | { readonly kind: 'mixed'; readonly count: number }

/** What somebody from outside sees who opens a link: who sent it, what it is, how to get it. */
export function sharePage(props: SharePageProps): Page {
  const { reader, by, customer, title, takenAtMs, folder } = props
  return alonePage({
    ...props,
    title: `${whatWords(reader, props.what)} from ${by}`,
    main: html`<main class="share" id="main">
    <h1 class="sentence">${by} has shared ${whatWords(reader, props.what)} with you.</h1>
    <p class="lead">From ${customer}. ${props.what.kind === 'file' ? 'It is an exact copy, as it was' : 'They are exact copies, as they were'} on ${dateText(reader, takenAtMs)} at ${timeText(reader, takenAtMs)}.</p>
    <div class="split part">
      <aside>
        ${getBox(props)}
      </aside>
      <section class="part" aria-labelledby="files">
        ${folder === undefined ? '' : trail('Where this folder is', props.above)}
        ${partHead({ id: 'files', title: folder ?? title })}
        ${folder === undefined ? messageQuote(props.message) : ''}
        ${listing(reader, props.entries)}
        ${pager(props.pager)}
      </section>
    </div>
  </main>`,
    footer: html`${sproutPlate}<p>Holdfast keeps the backups of ${customer}. Not expecting this? Then simply close the page.</p>`,
  })
}

function getBox(props: SharePageProps): Html {
  const { reader, by, what, folder, untilMs, downloads, getPath } = props
  const isFile = what.kind === 'file'
  const rows: Fact[] = [
    { label: 'Works until', value: timeTag(untilMs, whenText(reader, untilMs)) },
    ...(downloads === undefined
      ? []
      : [{ label: 'Downloads', value: `${countText(reader, downloads.used)} of ${countText(reader, downloads.max)} used` }]),
  ]
  const heading = isFile ? 'Get the file' : folder === undefined ? 'Everything in one go' : 'This folder in one go'
  return html`<div class="box">
          <h2>${heading}</h2>
          <p>${boxWords(reader, what, folder !== undefined)}</p>
          <a class="button primary wide large" href="${getPath}">${icon('download')}${isFile ? 'Download' : folder === undefined ? 'Download all' : 'Download this folder'}</a>
          ${facts(rows)}
          <p class="hint">No account and no program needed. ${by} can see that something was fetched, and when.</p>
        </div>`
}

function boxWords(reader: Reader, what: SharedWhat, isInFolder: boolean): string {
  if (what.kind === 'file') return sizeText(reader, what.bytes)
  if (what.kind === 'files' && !isInFolder)
    return `${countOf(reader, what.count, 'file')}, ${sizeText(reader, what.bytes)}, as one ZIP file that any computer can open.`
  return 'As one ZIP file that any computer can open.'
}

export function whatWords(reader: Reader, what: SharedWhat): string {
  switch (what.kind) {
    case 'file':
      return 'a file'
    case 'files':
      return countOf(reader, what.count, 'file')
    case 'folder':
      return 'a folder'
    case 'mixed':
      return `${countText(reader, what.count)} files and folders`
    default:
      return what satisfies never
  }
}

function listing(reader: Reader, entries: readonly EntryProps[]): Html {
  if (entries.length === 0) return html`<p class="prose">This folder was empty.</p>`
  return html`<div class="ledger-wrap">
          <table class="ledger">
            <thead><tr><th scope="col">Name</th><th scope="col" class="num wide">Size</th><th scope="col" class="wide">Last changed</th><th scope="col"><span class="vh">Get it</span></th></tr></thead>
            <tbody>${entries.map((entry, index) => entryRow(reader, entry, index))}
            </tbody>
          </table>
        </div>`
}
