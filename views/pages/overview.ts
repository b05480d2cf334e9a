import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type DiskProps, diskPart } from '../partials/disk.ts'
import { partHead } from '../partials/part-head.ts'
import { type RunningProps, runningPart } from '../partials/running.ts'
import { sentence } from '../partials/sentence.ts'
import { type State, stateIcons } from '../partials/state.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type FleetSums, fleetLead, fleetTitle } from './fleet-sentence.ts'

/** Something that waits for somebody, with where it is listed. */
export type NeedProps = { readonly state: State; readonly count: number; readonly words: string; readonly path: string }

export type TightProps = {
  readonly customer: string
  readonly path: string
  readonly plan: string
  readonly usedBytes: number
  readonly quotaBytes: number
}

export type EndingProps = { readonly customer: string; readonly path: string; readonly plan: string; readonly untilMs: number }

export type OverviewPageProps = PageContext & {
  readonly viewer: Viewer
  readonly sums: FleetSums
  readonly needs: readonly NeedProps[]
  readonly tight: readonly TightProps[]
  readonly ending: readonly EndingProps[]
  readonly running: readonly RunningProps[]
  readonly runningCount: number
  readonly disks: readonly DiskProps[]
}

/** What staff see first: are all safe, and what waits for somebody. */
export function overviewPage(props: OverviewPageProps): Page {
  const { reader, sums, needs, tight, ending, running, runningCount, disks } = props
  return appPage({
    ...props,
    title: 'Overview',
    place: 'overview',
    body: html`
    <header class="page-head"><div>${headOf(reader, sums)}</div></header>
    ${needs.length === 0 ? '' : needsPart(reader, needs)}
    ${runningPart(reader, running, runningCount)}
    ${tight.length === 0 ? '' : tightPart(reader, tight)}
    ${ending.length === 0 ? '' : endingPart(reader, ending)}
    ${disks.map((disk, index) => diskPart(reader, disk, index + 1))}
    ${disks.length === 0 ? '' : html`<p class="more-link"><a href="/storage">All about storage</a></p>`}`,
  })
}

function headOf(reader: Reader, sums: FleetSums): Html {
  const says = fleetTitle(reader, sums)
  const state = stateOf(sums)
  return html`${state === undefined ? sentence({ says }) : sentence({ state, says })}<p class="lead">${fleetLead(reader, sums)}</p>`
}

function stateOf({ all, failed, silent, safe, paused }: FleetSums): State | undefined {
  if (all === 0) return undefined
  if (failed > 0) return 'failed'
  if (silent > 0) return 'silent'
  return safe < all - paused ? 'partial' : 'ok'
}

function needsPart(reader: Reader, needs: readonly NeedProps[]): Html {
  return html`<section class="part" aria-labelledby="needs">
      ${partHead({ id: 'needs', title: 'Needs someone' })}
      <ul class="list">${needs.map(
        ({ state, count, words, path }) => html`
        <li><span class="state" data-state="${state}">${icon(stateIcons[state])}</span> <a href="${path}">${countText(reader, count)} ${words}</a></li>`,
      )}
      </ul>
    </section>`
}

function tightPart(reader: Reader, tight: readonly TightProps[]): Html {
  return html`<section class="part" aria-labelledby="tight">
      ${partHead({ id: 'tight', title: 'Plans that fill up' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Customer</th><th scope="col">Plan</th><th scope="col" class="num">Used</th><th scope="col" class="num wide">Of</th></tr></thead>
        <tbody>${tight.map(
          ({ customer, path, plan, usedBytes, quotaBytes }) => html`
          <tr><th scope="row"><a class="name" href="${path}">${customer}</a></th><td>${plan}</td><td class="num">${percent(usedBytes, quotaBytes)}&nbsp;%<span class="narrow sub">of ${sizeText(reader, quotaBytes)}</span></td><td class="num wide">${sizeText(reader, quotaBytes)}</td></tr>`,
        )}
        </tbody>
      </table></div>
    </section>`
}

function percent(used: number, of: number): number {
  return of === 0 ? 100 : Math.floor((used * 100) / of)
}

function endingPart(reader: Reader, ending: readonly EndingProps[]): Html {
  return html`<section class="part" aria-labelledby="ending">
      ${partHead({ id: 'ending', title: 'Plans that end' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Customer</th><th scope="col">Plan</th><th scope="col">Until</th></tr></thead>
        <tbody>${ending.map(
          ({ customer, path, plan, untilMs }) => html`
          <tr><th scope="row"><a class="name" href="${path}">${customer}</a></th><td>${plan}</td><td class="when">${untilMs <= reader.nowMs ? 'Ended ' : ''}${timeTag(untilMs, dateText(reader, untilMs))}</td></tr>`,
        )}
        </tbody>
      </table></div>
    </section>`
}
