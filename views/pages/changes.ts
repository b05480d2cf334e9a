import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type ChangeProps, changeDetail, changeIcon, changeStates, changeWords } from '../partials/change.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ComparableVersion = { readonly id: string; readonly atMs: number }

/** One of the two; no path where it does not have the folder. */
export type ComparedVersion = ComparableVersion & { readonly openPath: string | undefined }

export type ChangesPageProps = PageContext & {
  readonly viewer: Viewer
  readonly above: readonly TrailStep[]
  /** Undefined: the top of the version. */
  readonly folder: string | undefined
  readonly computer: string
  readonly job: string
  readonly from: ComparedVersion
  readonly to: ComparedVersion
  /** Others of the same backup plan, the newest first; the two that are compared among them. */
  readonly versions: readonly (ComparableVersion & {
    /** That people gave it; empty: none. */
    readonly name: string
  })[]
  /** As the address has it. */
  readonly path: string
  readonly changes: readonly ChangeProps[]
  /** Undefined on further pages. */
  readonly counts:
    | { readonly added: number; readonly changed: number; readonly removed: number; readonly isWhole: boolean }
    | undefined
  readonly pager: PagerProps
}

/** What differs between two versions of a folder. */
export function changesPage(props: ChangesPageProps): Page {
  const { reader, from, to, folder, computer } = props
  return appPage({
    ...props,
    title: `What changed in ${folder ?? computer}`,
    place: 'restore',
    body: html`
    ${trail('Where this folder is', props.above)}
    <header class="page-head"><div>
      <h1 class="title">What changed in <bdi class="exact">${folder ?? computer}</bdi></h1>
      <p class="lead">${countsText(props)}</p>
      <p class="versus">${compared(reader, from)} ${icon('arrow-right')}<span class="vh">to</span> ${compared(reader, to)}</p>
    </div></header>
    <section class="part" aria-labelledby="changes">
      ${partHead({ id: 'changes', title: 'Files and folders' })}
      ${chooser(props)}
      ${props.changes.length === 0 ? html`<p class="prose" role="status">${nothingWords(props)}</p>` : ledger(reader, props.changes)}
      ${pager(props.pager)}
    </section>`,
  })
}

function compared(reader: Reader, { atMs, openPath }: ComparedVersion): Html {
  const when = timeTag(atMs, whenText(reader, atMs))
  return openPath === undefined
    ? html`${when} <span class="hint">Not in this version</span>`
    : html`<a href="${openPath}">${when}</a>`
}

function countsText({ reader, counts }: ChangesPageProps): string {
  if (counts === undefined) return 'Further changes.'
  const { added, changed, removed, isWhole } = counts
  if (added + changed + removed === 0) return isWhole ? 'Nothing is different.' : 'Nothing is different so far.'
  const words = `${countText(reader, added)} new, ${countText(reader, changed)} changed, ${countText(reader, removed)} deleted`
  return isWhole ? `${words}.` : `At least ${words}.`
}

function nothingWords({ pager: { next } }: ChangesPageProps): string {
  return next === undefined
    ? 'Everything in this folder is the same in both versions.'
    : 'Nothing was different so far. There is more to look at.'
}

/** Any two versions of the same backup plan. */
function chooser({ reader, from, to, versions, path }: ChangesPageProps): Html {
  const choice = (name: 'from' | 'to', label: string, chosen: string) => html`<label class="dated" for="${name}">${label}
          <select id="${name}" name="${name}">${versions.map(({ id, atMs, name: words }) => html`<option value="${id}"${id === chosen ? html` selected` : ''}>${whenText(reader, atMs)}${words === '' ? '' : `, ${words}`}</option>`)}</select></label>`
  return html`<form class="tools" action="/restore/changes">
        ${choice('from', 'From', from.id)}
        ${choice('to', 'To', to.id)}
        <input type="hidden" name="path" value="${path}">
        <button class="button">${icon('git-compare')}Compare</button>
      </form>`
}

function ledger(reader: Reader, changes: readonly ChangeProps[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Name</th><th scope="col">What happened</th><th scope="col" class="wide">Size</th></tr></thead>
          <tbody>${changes.map(
            (change) => html`
            <tr>
              <th scope="row" class="name"><a href="${change.path}"><bdi class="exact">${change.name}</bdi></a><span class="narrow sub">${changeDetail(reader, change)}</span></th>
              <td><span class="state" data-state="${changeStates[change.kind]}">${changeIcon(change)}${changeWords[change.kind]}</span></td>
              <td class="wide">${changeDetail(reader, change)}</td>
            </tr>`,
          )}
          </tbody>
        </table>
      </div>`
}
