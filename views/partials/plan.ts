import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { type Fact, facts } from './facts.ts'
import { gauge } from './gauge.ts'
import { partHead } from './part-head.ts'
import { lastDayText, type QuotaKindProps } from './plan-standing.ts'

export type PlanProps = {
  readonly name: string
  readonly quotaKind: QuotaKindProps
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly computers: number
  readonly computersMax: number
  readonly validUntilMs: number | undefined
  /** That the licence was sold in. */
  readonly timeZone: string
  /** How long versions are kept, in words. */
  readonly keptFor: string | undefined
}

/** What the plan holds, and what of it is used. */
export function planPart(reader: Reader, plan: PlanProps): Html {
  return html`<section class="part" aria-labelledby="plan">
        ${partHead({ id: 'plan', title: `Your plan: ${plan.name}` })}
        <p class="figure"><b>${sizeText(reader, plan.usedBytes)}</b> of ${sizeText(reader, plan.quotaBytes)} used</p>
        ${gauge(reader, plan)}
        <p class="hint">${roomWords(reader, plan)}</p>
        ${facts(planFacts(reader, plan))}
      </section>`
}

function roomWords(reader: Reader, { quotaKind, usedBytes, quotaBytes }: PlanProps): string {
  const room = `room for ${sizeText(reader, quotaBytes - usedBytes)} more.`
  const whenFull = 'When it is full, new backups are refused. What is backed up stays.'
  switch (quotaKind) {
    case 'roomy':
      return `There is ${room} What stays the same from one backup to the next is stored once.`
    case 'nearly-full':
      return `The plan is nearly full: ${room} ${whenFull}`
    case 'almost-full':
      return `The plan is almost full: ${room} ${whenFull}`
    case 'full':
      return 'The plan is full: new backups are refused until there is room. What is backed up stays.'
    default:
      return quotaKind satisfies never
  }
}

function planFacts(reader: Reader, plan: PlanProps): readonly Fact[] {
  return [
    { label: 'Computers', value: `${countText(reader, plan.computers)} of ${countText(reader, plan.computersMax)}` },
    ...(plan.keptFor === undefined ? [] : [{ label: 'Kept for', value: plan.keptFor }]),
    { label: 'Valid through', value: lastDayText(reader, plan.validUntilMs, plan.timeZone) },
  ]
}
