import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type RestoreStateWord, restoreStateBadges } from './restore-order.ts'

export type RestoreRow = {
  readonly path: string
  readonly askedAtMs: number
  readonly askedBy: string
  readonly computer: string
  /** Undefined: it is the computer's own version. */
  readonly source: string | undefined
  readonly what: string
  readonly files: number
  readonly bytes: number
  /** Whether all that was selected was counted. */
  readonly isWhole: boolean
  readonly isRevert: boolean
  readonly state: RestoreStateWord
}

export type RestoresPageProps = PageContext & {
  readonly viewer: Viewer
  readonly restores: readonly RestoreRow[]
  readonly open: number
  readonly pager: PagerProps
}

/** What went back to computers, and what shall. */
export function restoresPage(props: RestoresPageProps): Page {
  const { reader, restores, open } = props
  return appPage({
    ...props,
    title: 'Back to computers',
    place: 'computers',
    body: html`
    ${trail('Where this is', [{ name: 'Computers', path: '/computers' }])}
    <header class="page-head"><div>${
      restores.length === 0
        ? sentence({
            says: 'Nothing has gone back to a computer yet.',
            small: ['Open a version of a computer, and choose “Back to the computer” beside a file or a folder.'],
          })
        : sentence({
            says: open === 0 ? 'Nothing is under way.' : `${countOf(reader, open, 'restore')} under way or waiting.`,
            small: ['What went back to computers, the newest first.'],
          })
    }</div></header>
    ${restores.length === 0 ? '' : ledger(reader, restores)}
    ${restores.length === 0 ? '' : pager(props.pager)}`,
  })
}

function ledger(reader: Reader, restores: readonly RestoreRow[]): Html {
  return html`<div class="ledger-wrap part"><table class="ledger">
      <thead><tr><th scope="col">Asked</th><th scope="col">What</th><th scope="col" class="wide">To</th><th scope="col" class="num wide">Size</th><th scope="col">State</th></tr></thead>
      <tbody>${restores.map((row) => rowOf(reader, row))}
      </tbody>
    </table></div>`
}

function rowOf(reader: Reader, row: RestoreRow): Html {
  const [state, word] = restoreStateBadges[row.state]
  const size = `${row.isWhole ? '' : 'More than '}${sizeText(reader, row.bytes)}`
  const from = row.source === undefined ? '' : html`<span class="sub">of ${row.source}</span>`
  return html`
        <tr>
          <th scope="row" class="when"><a href="${row.path}">${timeTag(row.askedAtMs, whenText(reader, row.askedAtMs))}</a><span class="sub">${row.askedBy}</span></th>
          <td class="name"><bdi class="exact">${row.what}</bdi>${row.isRevert ? html`<span class="sub">as it was</span>` : ''}<span class="narrow sub">to ${row.computer}, ${size}</span>${from}</td>
          <td class="wide">${row.computer}</td>
          <td class="num wide">${size}</td>
          <td>${stateBadge(state, word)}</td>
        </tr>`
}
