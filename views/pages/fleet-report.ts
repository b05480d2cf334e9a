import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'
import type { FleetActKind } from './fleet-act.ts'

export type FleetReportPageProps = PageContext & {
  readonly viewer: Viewer
  readonly act: FleetActKind
  readonly outcomes: readonly {
    readonly name: string
    readonly path: string
    readonly customer: string
    readonly isDone: boolean
    readonly words: string
  }[]
}

const done = { run: 'asked to back up', pause: 'paused', resume: 'resumed', move: 'moved' } as const

/** What became of an act, for each computer. */
export function fleetReportPage(props: FleetReportPageProps): Page {
  const { reader, act, outcomes } = props
  const count = outcomes.filter(({ isDone }) => isDone).length
  const says = `${countText(reader, count)} of ${countOf(reader, outcomes.length, 'computer')} ${count === 1 ? 'was' : 'were'} ${done[act]}.`
  return appPage({
    ...props,
    title: says,
    place: 'fleet',
    body: html`
    ${trail('Where this page belongs', [{ path: '/fleet', name: 'Computers' }])}
    <header class="page-head"><div>${sentence({ state: count === outcomes.length ? 'ok' : 'partial', says, small: [count === outcomes.length ? 'The audit log holds each of them.' : 'Why the others were not stands beside them.'] })}</div></header>
    ${outcomes.length === 0 ? '' : ledger(outcomes)}
    <p class="more-link"><a href="/fleet">All computers</a></p>`,
  })
}

function ledger(outcomes: FleetReportPageProps['outcomes']): Html {
  return html`<section class="part" aria-labelledby="each">
      ${partHead({ id: 'each', title: 'Each of them' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Computer</th><th scope="col">Done</th><th scope="col">What became of it</th></tr></thead>
        <tbody>${outcomes.map(
          ({ name, path, customer, isDone, words }) => html`
          <tr><th scope="row"><a class="name" href="${path}">${name}</a><span class="sub">${customer}</span></th><td>${stateBadge(isDone ? 'ok' : 'failed', isDone ? 'Done' : 'Not done')}</td><td>${words}</td></tr>`,
        )}
        </tbody>
      </table></div>
    </section>`
}
