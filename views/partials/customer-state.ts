import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { dateText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import type { AccountStandingProps } from './account-standing.ts'
import { type State, stateBadge } from './state.ts'

export type CustomerStateProps = {
  readonly standing: AccountStandingProps
  readonly computers: number
  readonly counts: {
    readonly failed: number
    readonly silent: number
    readonly partial: number
    readonly none: number
    readonly paused: number
    readonly ok: number
  }
}

const troubles = [
  ['failed', 'failed', 'failed'],
  ['silent', 'silent', 'silent'],
  ['partial', 'partial', 'partly'],
  ['none', 'none', 'without a backup'],
  ['paused', 'paused', 'paused'],
] as const satisfies readonly (readonly [keyof CustomerStateProps['counts'], State, string])[]

/** How a customer stands in a few words: what was decided about it first, then the worst of its computers. */
export function customerState(reader: Reader, props: CustomerStateProps): Html {
  const { standing, computers, counts } = props
  if (standing.kind === 'leaving') return stateBadge('failed', `Ends ${dateText(reader, standing.endsAtMs)}`)
  if (standing.kind === 'suspended')
    return html`${stateBadge('partial', 'Suspended')} <span class="why"><bdi>${standing.reason}</bdi></span>`
  if (computers === 0) return stateBadge('none', 'No computer yet')
  const [worst, ...others] = troubles.filter(([kind]) => counts[kind] > 0)
  if (worst === undefined) return stateBadge('ok', computers === 1 ? 'Backed up' : 'All backed up')
  const said = ([kind, , words]: (typeof troubles)[number]) => `${countText(reader, counts[kind])} ${words}`
  const more = others.length === 0 ? '' : html` <span class="why">${others.map(said).join(', ')}</span>`
  return html`${stateBadge(worst[1], said(worst))}${more}`
}
