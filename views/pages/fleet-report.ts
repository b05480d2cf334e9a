import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
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
    /** Of the computer, for the form that takes the act back. */
    readonly value: string
    readonly name: string
    readonly path: string
    readonly customer: string
    readonly result: keyof typeof results
    readonly words: string
  }[]
}

const results = {
  done: { state: 'ok', words: 'Done' },
  already: { state: 'none', words: 'Already so' },
  refused: { state: 'failed', words: 'Refused' },
} as const

const done = { run: 'asked to back up', pause: 'paused', resume: 'resumed', move: 'moved' } as const
const before = { run: 'at it already', pause: 'paused already', resume: 'not paused', move: 'in that plan already' } as const

/** What became of an act, for each computer. */
export function fleetReportPage(props: FleetReportPageProps): Page {
  const { reader, act, outcomes } = props
  const countOfResult = (result: keyof typeof results) => outcomes.filter((outcome) => outcome.result === result).length
  const [count, already, refused] = [countOfResult('done'), countOfResult('already'), countOfResult('refused')]
  const says = `${countText(reader, count)} of ${countOf(reader, outcomes.length, 'computer')} ${count === 1 ? 'was' : 'were'} ${done[act]}.`
  const others = [
    ...(already === 0 ? [] : [`${countText(reader, already)} ${already === 1 ? 'was' : 'were'} ${before[act]}`]),
    ...(refused === 0 ? [] : [`${countText(reader, refused)} ${refused === 1 ? 'was' : 'were'} refused`]),
  ]
  const small = others.length === 0 ? [] : [`${others.join(', ')}.`]
  return appPage({
    ...props,
    title: says,
    place: 'fleet',
    body: html`
    ${trail('Where this page belongs', [{ path: '/fleet', name: 'Computers' }])}
    <header class="page-head"><div>${sentence({ state: refused === 0 ? 'ok' : 'partial', says, small })}</div></header>
    ${act === 'pause' && count > 0 ? undoNotice(props, count) : ''}
    ${outcomes.length === 0 ? '' : ledger(outcomes)}
    ${count === 0 ? '' : html`<p class="hint">The audit log has an entry for each that was done.</p>`}
    <p class="more-link"><a href="/fleet">All computers</a></p>`,
  })
}

/** Those that were paused just now, and none that were before. */
function undoNotice({ reader, outcomes }: FleetReportPageProps, count: number): Html {
  const paused = outcomes.filter(({ result }) => result === 'done')
  return notice({
    icon: 'circle-pause',
    words: html`<b>${countOf(reader, count, 'computer')} ${count === 1 ? 'is' : 'are'} paused now.</b> Nothing is taken from ${count === 1 ? 'it' : 'them'} meanwhile.`,
    action: html`<form action="/fleet/act" method="post"><input type="hidden" name="asked" value="${reader.nowMs}">${paused.map(({ value }) => html`<input type="hidden" name="computer" value="${value}">`)}<button class="button small" name="act" value="resume">${icon('rotate-ccw')}Undo: resume ${count === 1 ? 'it' : `these ${countText(reader, count)}`}</button></form>`,
  })
}

function ledger(outcomes: FleetReportPageProps['outcomes']): Html {
  return html`<section class="part" aria-labelledby="each">
      ${partHead({ id: 'each', title: 'Each of them' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Computer</th><th scope="col">Done</th><th scope="col">What became of it</th></tr></thead>
        <tbody>${outcomes.map(
          ({ name, path, customer, result, words }) => html`
          <tr><th scope="row"><a class="name" href="${path}">${name}</a><span class="sub">${customer}</span></th><td>${stateBadge(results[result].state, results[result].words)}</td><td>${words}</td></tr>`,
        )}
        </tbody>
      </table></div>
    </section>`
}
