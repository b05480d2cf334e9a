import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { dateText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { gauge } from '../partials/gauge.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import { type UsageBar, usageChart } from '../partials/usage-chart.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PlanUsage = {
  readonly name: string
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly days: readonly UsageBar[]
  readonly outlook: UsageOutlook
}

export type UsageOutlook =
  | { readonly kind: 'unknown' | 'full' | 'never' | 'far' }
  | { readonly kind: 'at'; readonly atMs: number }

export type UsagePageProps = PageContext & { readonly viewer: Viewer; readonly plans: readonly PlanUsage[] }

/** How the space of an account filled, and when there will be none left. */
export function usagePage(props: UsagePageProps): Page {
  const { reader, plans } = props
  return appPage({
    ...props,
    title: 'Space used',
    place: 'account',
    body: html`
    ${trail('Where this page belongs', [{ path: '/account', name: 'Account' }])}
    <header class="page-head"><div>
      <h1 class="title">Space used</h1>
      <p class="lead">What the versions of all computers take together, each piece of a file counted once.</p>
    </div></header>
    ${plans.length === 0 ? html`<p class="hint">There is no plan yet.</p>` : plans.map((plan, index) => planPart(reader, plan, index + 1))}`,
  })
}

/** To be placed beside a plan anywhere: the numbers, the sentence, the chart. */
export function planPart(reader: Reader, plan: PlanUsage, index: number): Html {
  const { name, usedBytes, quotaBytes, days, outlook } = plan
  const id = `usage-${index}`
  return html`<section class="part" aria-labelledby="${id}">
      ${partHead({ id, title: name })}
      <p class="figure"><b>${sizeText(reader, usedBytes)}</b> of ${sizeText(reader, quotaBytes)} used</p>
      ${gauge(reader, { usedBytes, quotaBytes })}
      <p>${outlookText(reader, outlook)}</p>
      ${usageChart(reader, { title: `Space used of ${name}`, days, limitBytes: quotaBytes })}
    </section>`
}

function outlookText(reader: Reader, outlook: UsageOutlook): string {
  switch (outlook.kind) {
    case 'full':
      return 'It is full: nothing new is taken until something is deleted or the plan grows.'
    case 'at':
      return `At this pace it is full about ${dateText(reader, outlook.atMs)}.`
    case 'far':
      return 'At this pace it is not full before a year from now.'
    case 'never':
      return 'It does not grow at present.'
    case 'unknown':
      return 'When it will be full can be said after a few days.'
    default:
      return outlook satisfies never
  }
}
