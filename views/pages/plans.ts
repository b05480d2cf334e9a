import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { stateBadge } from '../partials/state.ts'
import { comingFeatures, featureNames, type TermsProps, termsRows } from '../partials/terms.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PlanRow = {
  readonly path: string
  readonly terms: TermsProps
  readonly validityDays: number | undefined
  readonly holders: number
  readonly isRetired: boolean
  readonly isFirst: boolean
  readonly isLast: boolean
}

export type PlansPageProps = PageContext & {
  readonly viewer: Viewer
  readonly plans: readonly PlanRow[]
  /** Administrators. */
  readonly mayWrite: boolean
  readonly mayOwnersChange: boolean
  readonly done: string | undefined
}

/** What is sold, the smallest plan first. */
export function plansPage(props: PlansPageProps): Page {
  const { reader, plans, mayWrite, done } = props
  const sold = plans.filter(({ isRetired }) => !isRetired)
  return appPage({
    ...props,
    title: 'Plans',
    place: 'plans',
    body: html`
    <header class="page-head">
      <div><h1 class="title">${countOf(reader, sold.length, 'plan')} ${sold.length === 1 ? 'is' : 'are'} sold.</h1><p class="lead">${holdersWords(reader, plans)}</p></div>
      ${mayWrite ? html`<p class="row"><a class="button primary" href="/plans/new">${icon('plus')}New plan</a></p>` : ''}
    </header>
    ${done === undefined ? '' : notice({ icon: 'check', words: done })}
    ${plans.length === 0 ? html`<p class="prose part">There is no plan yet. Without one nothing can be sold.</p>` : plansLedger(props)}
    ${mayWrite ? ownersPart(props) : ''}`,
  })
}

function holdersWords(reader: Reader, plans: readonly PlanRow[]): string {
  const holders = plans.reduce((sum, plan) => sum + plan.holders, 0)
  return `${countOf(reader, holders, 'subscription')} ${holders === 1 ? 'holds' : 'hold'} one of them. A plan that is changed or retired stays as it is for whoever has it, unless you say otherwise.`
}

function plansLedger({ reader, plans, mayWrite }: PlansPageProps): Html {
  return html`<section class="part" aria-labelledby="all">
      <h2 class="vh" id="all">All plans</h2>
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Plan</th><th scope="col" class="num">Space</th><th scope="col" class="num wide">Computers</th><th scope="col" class="wide">Shortest interval</th><th scope="col" class="wider">Valid for</th><th scope="col" class="wide">Price</th><th scope="col" class="num wide">Held by</th>${mayWrite ? html`<th scope="col"><span class="vh">What to do</span></th>` : ''}</tr></thead>
        <tbody>${plans.map((plan) => planRow(reader, plan, mayWrite))}
        </tbody>
      </table></div>
    </section>`
}

function planRow(reader: Reader, plan: PlanRow, mayWrite: boolean): Html {
  const { terms, path, holders } = plan
  const rows = termsRows(reader, terms)
  const interval = rows.find(({ label }) => label === 'Shortest interval')?.words
  return html`
          <tr>
            <th scope="row"><a class="name" href="${path}">${terms.name}</a>${plan.isRetired ? html` ${stateBadge('none', 'Not sold any more')}` : ''}<span class="narrow sub">${countOf(reader, terms.devicesMax, 'computer')}, held by ${countText(reader, holders)}</span></th>
            <td class="num">${sizeText(reader, terms.quotaBytes)}</td><td class="num wide">${countText(reader, terms.devicesMax)}</td>
            <td class="wide">${interval}</td><td class="wider">${validityText(reader, plan.validityDays)}</td><td class="wide">${terms.priceText === '' ? 'Not set' : terms.priceText}</td><td class="num wide">${countText(reader, holders)}</td>
            ${mayWrite ? html`<td class="acts"><span class="row">${moveButton(plan, 'up')}${moveButton(plan, 'down')}</span></td>` : ''}
          </tr>`
}

function moveButton({ path, terms, isFirst, isLast }: PlanRow, direction: 'up' | 'down'): Html | string {
  if (direction === 'up' ? isFirst : isLast) return ''
  return html`<form action="${path}/move" method="post"><button class="button small quiet" name="direction" value="${direction}">${icon(direction === 'up' ? 'arrow-up' : 'arrow-down')}<span class="vh">Move ${terms.name} ${direction}</span></button></form>`
}

export function validityText(reader: Reader, days: number | undefined): string {
  return days === undefined ? 'Without end' : countOf(reader, days, 'day')
}

function ownersPart({ mayOwnersChange }: PlansPageProps): Html {
  return html`<section class="part" aria-labelledby="owners">
      ${partHead({ id: 'owners', title: 'Who changes a plan' })}
      <p class="prose">Staff change the plan of a customer. An owner may rehearse every plan, and ${mayOwnersChange ? 'change to it, too' : 'asks for it by a letter to the staff'}.</p>
      <form action="/plans/settings" method="post"><p class="row"><button class="button" name="owners" value="${mayOwnersChange ? 'no' : 'yes'}">${mayOwnersChange ? 'Let owners only ask' : 'Let owners change their plan'}</button></p></form>
    </section>`
}

export type PlanPageProps = PageContext & {
  readonly viewer: Viewer
  readonly path: string
  readonly terms: TermsProps
  readonly validityDays: number | undefined
  readonly holders: number
  readonly isRetired: boolean
  readonly mayWrite: boolean
  readonly edits: readonly { readonly path: string; readonly words: string }[]
}

/** One plan: what it holds, who has it, and what can be done with it. */
export function planPage(props: PlanPageProps): Page {
  const { reader, terms, path, isRetired, mayWrite, holders } = props
  const rows = termsRows(reader, terms)
  return appPage({
    ...props,
    title: terms.name,
    place: 'plans',
    body: html`
    ${trail('Where this is', [{ name: 'Plans', path: '/plans' }])}
    <header class="page-head">
      <div><h1 class="title">${terms.name}</h1><p class="lead">${countOf(reader, holders, 'subscription')} ${holders === 1 ? 'holds' : 'hold'} it.${isRetired ? ' It is not sold any more.' : ''}</p></div>
      ${mayWrite ? html`<p class="row"><a class="button primary" href="${path}/edit">Change it</a><a class="button" href="/plans/new?copy=${path.slice('/plans/'.length)}">${icon('plus')}Copy it</a></p>` : ''}
    </header>
    <section class="part" aria-labelledby="holds">
      ${partHead({ id: 'holds', title: 'What it holds' })}
      <div class="ledger-wrap"><table class="ledger"><tbody>${rows.map(({ label, words }) => html`<tr><th scope="row">${label}</th><td>${words}${comingNote(label)}</td></tr>`)}<tr><th scope="row">Valid for</th><td>${validityText(reader, props.validityDays)}</td></tr></tbody></table></div>
    </section>
    ${props.edits.length === 0 ? '' : html`<section class="part" aria-labelledby="edits">${partHead({ id: 'edits', title: 'Changes' })}<ul class="list">${props.edits.map((edit) => html`<li><a href="${edit.path}">${edit.words}</a></li>`)}</ul></section>`}
    ${mayWrite ? retirePart(props) : ''}`,
  })
}

function comingNote(label: string): Html | string {
  return comingFeatures.some((name) => featureNames[name] === label) ? html` <span class="sub">Once the box has it</span>` : ''
}

function retirePart({ path, isRetired, terms }: PlanPageProps): Html {
  return html`<section class="part" aria-labelledby="retire">
      ${partHead({ id: 'retire', title: isRetired ? 'Sell it again' : 'Stop selling it' })}
      <p class="prose">${isRetired ? `${terms.name} can be sold again.` : `Nobody can be given ${terms.name} any more. Whoever has it keeps it, and it can be renewed.`}</p>
      <form action="${path}/retire" method="post"><p class="row"><button class="button" name="retired" value="${isRetired ? 'no' : 'yes'}">${isRetired ? `Sell ${terms.name} again` : `Stop selling ${terms.name}`}</button></p></form>
    </section>`
}
