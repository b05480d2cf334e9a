import { html } from 'hono/html'
import { dateText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { stateBadge } from './state.ts'

/** Nothing is taken from a computer, because somebody said so: of it, of its plan, or of the whole account. */
export type PausedState = {
  readonly kind: 'paused'
  readonly of: 'computer' | 'plan' | 'customer'
  readonly untilMs: number | undefined
}

const words = { computer: 'Paused', plan: 'Paused with its plan', customer: 'Account suspended' } as const

export function pausedBadge(reader: Reader, { of, untilMs }: PausedState): Html {
  const until = untilMs === undefined ? '' : html` <span class="why">until ${dateText(reader, untilMs)}</span>`
  return html`${stateBadge('paused', words[of])}${until}`
}
