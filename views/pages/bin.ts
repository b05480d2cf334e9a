import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { dateText, timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import { type VersionWordsProps, versionWordsInList } from '../partials/version-words.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type BinnedVersion = {
  readonly atMs: number
  readonly binnedAtMs: number
  /** Not before. */
  readonly goesAtMs: number
  /** Who let it go; undefined: the rules. */
  readonly by: string | undefined
  readonly takeBackPath: string | undefined
  /** What people wrote about it; nothing for staff. */
  readonly words: VersionWordsProps | undefined
}

export type BinPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: { readonly name: string; readonly path: string }
  readonly keptPath: string
  readonly versions: readonly BinnedVersion[]
  /** More than are shown. */
  readonly total: number
  /** What was just put here, with its undo. */
  readonly deleted: BinnedVersion | undefined
  /** What was just taken back; `isPinned`: or the rules would let it go again. */
  readonly takenBack: { readonly atMs: number; readonly isPinned: boolean } | undefined
}

/** What is about to go, and can still be taken back. */
export function binPage(props: BinPageProps): Page {
  const { reader, computer, versions, keptPath } = props
  return appPage({
    ...props,
    title: `Bin of ${computer.name}`,
    place: 'computers',
    body: html`
    ${trail('Where this is', [{ name: 'Computers', path: '/computers' }, computer, { name: 'Kept versions', path: keptPath }])}
    <header class="page-head"><div>${headOf(props)}<p class="lead">A version in the bin is still whole and still takes space. Its seven days are counted while the box runs.</p></div></header>
    ${doneNotice(props)}
    ${versions.length === 0 ? '' : html`<section class="part" aria-label="Versions in the bin">${ledger(reader, versions)}</section>`}`,
  })
}

function headOf({ reader, computer, total, versions }: BinPageProps): Html {
  if (total === 0) return sentence({ says: `The bin of ${computer.name} is empty.` })
  const shown = versions.length < total ? [`Listed below: the newest ${countText(reader, versions.length)}.`] : []
  return sentence({ says: `${countOf(reader, total, 'version')} of ${computer.name} can be taken back.`, small: shown })
}

/** The form stands beside the notice: a paragraph holds none. */
function doneNotice({ reader, deleted, takenBack }: BinPageProps): Html {
  if (deleted !== undefined) {
    const { atMs, goesAtMs, takeBackPath } = deleted
    const words = `The version of ${whenText(reader, atMs)} is in the bin. It goes for good on ${dateText(reader, goesAtMs)} at the earliest.`
    if (takeBackPath === undefined) return notice({ icon: 'trash-2', words })
    const action = html`<button class="button small" form="undo">${icon('rotate-ccw')}Undo</button>`
    return html`<form id="undo" action="${takeBackPath}" method="post"></form>${notice({ icon: 'trash-2', words, action })}`
  }
  if (takenBack === undefined) return html``
  const pinned = takenBack.isPinned ? ' It is pinned now, because the rules would let it go again.' : ''
  return notice({ icon: 'rotate-ccw', words: `The version of ${whenText(reader, takenBack.atMs)} is back.${pinned}` })
}

function ledger(reader: Reader, versions: readonly BinnedVersion[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead>
            <tr><th scope="col">Version</th><th scope="col" class="wide">Let go by</th><th scope="col">Goes for good</th><th scope="col" class="acts"><span class="vh">Take back</span></th></tr>
          </thead>
          <tbody>${versions.map((version) => row(reader, version))}
          </tbody>
        </table>
      </div>`
}

function row(reader: Reader, { atMs, binnedAtMs, goesAtMs, by, takeBackPath, words }: BinnedVersion): Html {
  const when = whenText(reader, atMs)
  const who = by ?? 'The rules'
  return html`
            <tr>
              <th scope="row" class="when">${timeTag(atMs, when)}<span class="narrow sub">${who}</span>${versionWordsInList(words)}</th>
              <td class="wide">${who}<span class="sub">${whenText(reader, binnedAtMs)}</span></td>
              <td>${goesAtMs <= reader.nowMs ? 'Tonight' : dateText(reader, goesAtMs)}</td>
              <td class="acts">${
                takeBackPath === undefined
                  ? ''
                  : html`<form class="inline" action="${takeBackPath}" method="post"><button class="button small">${icon('rotate-ccw')}<span class="label">Take back</span><span class="vh"> the version of ${when}</span></button></form>`
              }</td>
            </tr>`
}
