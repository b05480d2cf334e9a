import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { type TermsProps, termsRows } from '../partials/terms.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type HolderRow = {
  readonly name: string
  readonly number: string
  readonly path: string
  readonly going: number
  readonly staying: number
  readonly freedBytes: number | undefined
  readonly over: number
  readonly isFull: boolean
  readonly fullAtMs: number | undefined
}

export type PlanEditPageProps = PageContext & {
  readonly viewer: Viewer
  readonly planPath: string
  readonly path: string
  readonly state: 'rehearsing' | 'rehearsed' | 'applying' | 'applied' | 'undone'
  readonly before: TermsProps
  readonly after: TermsProps
  readonly by: string
  readonly atMs: number
  readonly progress: { readonly done: number; readonly total: number } | undefined
  /** Those that lose most first. */
  readonly holders: readonly HolderRow[]
  readonly holdersLeftOut: number
  readonly sum: {
    readonly holders: number
    readonly going: number
    readonly freedBytes: number | undefined
    readonly touched: number
    readonly over: number
  }
  readonly undoUntilMs: number | undefined
  readonly appliedAtMs: number | undefined
  readonly mayWrite: boolean
}

/** What a changed plan does to everybody who has it: rehearsed, applied, or undone. */
export function planEditPage(props: PlanEditPageProps): Page {
  const { reader, before, planPath, state } = props
  const isBusy = state === 'rehearsing' || state === 'applying'
  return appPage({
    ...props,
    title: `${before.name}, changed`,
    place: 'plans',
    body: html`
    ${trail('Where this is', [
      { name: 'Plans', path: '/plans' },
      { name: before.name, path: planPath },
    ])}
    <header class="page-head"><div>${editSentence(reader, props)}</div></header>
    ${isBusy ? progressPart(reader, props) : ''}
    ${termsPart(reader, props)}
    ${state === 'rehearsing' ? '' : holdersPart(reader, props)}
    ${props.mayWrite ? decidePart(reader, props) : ''}`,
  })
}

function editSentence(reader: Reader, { state, before, sum, undoUntilMs, appliedAtMs, atMs, by }: PlanEditPageProps): Html {
  const told = `Begun ${whenInSentence(reader, atMs)} by ${by}.`
  switch (state) {
    case 'rehearsing':
      return sentence({
        says: `The change of ${before.name} is being rehearsed.`,
        small: ['Nothing has changed yet.'],
        state: 'running',
      })
    case 'rehearsed': {
      const frees = sum.freedBytes === undefined || sum.freedBytes === 0 ? '' : ` and free ${sizeText(reader, sum.freedBytes)}`
      const says =
        sum.going === 0
          ? `The change of ${before.name} would remove no version.`
          : `The change of ${before.name} would remove ${countOf(reader, sum.going, 'version')} of ${countOf(reader, sum.touched, 'account')}${frees}.`
      return sentence({ says, small: ['Nothing has changed yet.'] })
    }
    case 'applying':
      return sentence({ says: `${before.name} is changed for everybody who has it.`, small: [told], state: 'running' })
    case 'applied': {
      const until =
        undoUntilMs === undefined ? 'It cannot be undone any more.' : `It can be undone until ${whenText(reader, undoUntilMs)}.`
      return sentence({
        says: `${before.name} was changed ${appliedAtMs === undefined ? '' : whenInSentence(reader, appliedAtMs)}.`,
        small: [until],
      })
    }
    case 'undone':
      return sentence({ says: `The change of ${before.name} was undone.`, small: ['Nothing was removed.'] })
    default:
      return state satisfies never
  }
}

function progressPart(reader: Reader, { path, progress }: PlanEditPageProps): Html {
  const words =
    progress === undefined
      ? 'It waits for its turn: one heavy work runs at a time.'
      : `${countText(reader, progress.done)} of ${countOf(reader, progress.total, 'account')} done.`
  const bar =
    progress === undefined || progress.total === 0
      ? ''
      : html`<progress max="${progress.total}" value="${progress.done}" aria-label="Accounts done"></progress>`
  return html`<section class="part" id="progress" aria-labelledby="progress-title" hx-get="${path}" hx-trigger="every 2s" hx-select="#main" hx-target="#main" hx-swap="outerHTML">
      ${partHead({ id: 'progress-title', title: 'How far it is' })}
      ${bar}<p>${words} This page follows by itself; you may leave it, too.</p><p class="row"><a class="button small" href="${path}">${icon('refresh-cw')}Look again</a></p>
    </section>`
}

function termsPart(reader: Reader, { before, after }: PlanEditPageProps): Html {
  const both = [before, after]
  const now = termsRows(reader, before, both)
  const then = termsRows(reader, after, both)
  return html`<section class="part" aria-labelledby="what">
      ${partHead({ id: 'what', title: 'What changes' })}
      <div class="ledger-wrap"><table class="ledger"><thead><tr><td></td><th scope="col">Before</th><th scope="col">Then</th></tr></thead>
        <tbody>${before.name === after.name ? '' : html`<tr><th scope="row">Name</th><td>${before.name}</td><td><b>${after.name}</b></td></tr>`}${now.map(
          (row, index) => {
            const other = then[index]!
            const isLess = row.rank !== undefined && other.rank !== undefined && other.rank < row.rank
            const words =
              row.words === other.words
                ? other.words
                : html`<span class="${isLess ? 'less' : 'more'}">${icon(isLess ? 'arrow-down' : 'arrow-up')}<span class="vh">${isLess ? 'Less' : 'More'}: </span>${other.words}</span>`
            return html`<tr><th scope="row">${row.label}</th><td>${row.words}</td><td>${words}</td></tr>`
          },
        )}</tbody></table></div>
    </section>`
}

function holdersPart(reader: Reader, { holders, holdersLeftOut, sum }: PlanEditPageProps): Html {
  if (holders.length === 0) return html`<p class="prose part">Nobody had it when this was rehearsed.</p>`
  return html`<section class="part" aria-labelledby="holders">
      ${partHead({ id: 'holders', title: 'Who has it' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Customer</th><th scope="col" class="num wide">Stay</th><th scope="col" class="num">Go</th><th scope="col" class="num">Freed</th><th scope="col" class="wide">Computers</th><th scope="col" class="wide">Full</th></tr></thead>
        <tbody>${holders.map((holder) => holderRow(reader, holder))}</tbody>
        <tfoot><tr><th scope="row">Together, ${countOf(reader, sum.holders, 'subscription')}</th><td class="num wide"></td><td class="num">${countText(reader, sum.going)}</td><td class="num">${sum.freedBytes === undefined ? 'Not counted' : sizeText(reader, sum.freedBytes)}</td><td class="wide"></td><td class="wide"></td></tr></tfoot>
      </table></div>
      ${holdersLeftOut === 0 ? '' : html`<p class="hint">And ${countText(reader, holdersLeftOut)} more, who lose less.</p>`}
    </section>`
}

function holderRow(reader: Reader, holder: HolderRow): Html {
  const full = holder.isFull
    ? 'At once'
    : holder.fullAtMs === undefined
      ? 'Not foreseen'
      : `About ${dateText(reader, holder.fullAtMs)}`
  return html`<tr><th scope="row"><a class="name" href="${holder.path}">${holder.name}</a> <span class="sub id">${holder.number}</span></th><td class="num wide">${countText(reader, holder.staying)}</td><td class="num">${holder.going === 0 ? countText(reader, 0) : html`<span class="less">${countText(reader, holder.going)}</span>`}</td><td class="num">${holder.freedBytes === undefined ? 'Not counted' : sizeText(reader, holder.freedBytes)}</td><td class="wide">${holder.over === 0 ? 'All have a place' : `${countText(reader, holder.over)} too many: they go on, no other may come`}</td><td class="wide">${full}</td></tr>`
}

function decidePart(reader: Reader, { state, path, planPath, before, sum, undoUntilMs }: PlanEditPageProps): Html | string {
  if (state === 'rehearsed')
    return html`<form class="box roomy part" action="${path}" method="post" aria-labelledby="decide">
      <h2 id="decide">Change ${before.name} for everybody who has it?</h2>
      <ol class="steps">
        <li><h3>At once</h3><p>The new limits count for ${countOf(reader, sum.holders, 'subscription')}, and every owner gets a letter. No computer is stopped.</p></li>
        <li><h3>For 7 days</h3><p>It can be undone, for all of them together or for each alone. No version goes in that time.</p></li>
        <li><h3>After that</h3><p>What only the old terms kept goes into the bin, where it lies for seven more days.</p></li>
      </ol>
      <p class="row"><button class="button danger" name="step" value="apply">Change it for all, with 7 days to undo</button><button class="button" name="step" value="new-sales">Use it for new sales only</button><a class="button" href="${planPath}">Leave ${before.name} as it is</a></p>
    </form>`
  if (undoUntilMs === undefined) return ''
  return html`<form class="box part" action="${path}" method="post" aria-labelledby="decide">
      <h2 id="decide">Undo it for all?</h2>
      <p>What ${before.name} said before holds again, for new sales and for everybody whose plan was not changed again since.</p>
      <p class="row"><button class="button" name="step" value="undo">${icon('rotate-ccw')}Undo the change</button></p>
    </form>`
}
