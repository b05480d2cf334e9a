import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { type IconName, icon } from '../icons/icon.ts'

/** How a backup, a day or a computer stands. Colour agrees with it and never says it alone: icon, word and time do. */
export const states = ['ok', 'partial', 'failed', 'silent', 'running', 'paused', 'off', 'next', 'none'] as const
export type State = (typeof states)[number]

export const stateIcons = {
  ok: 'circle-check',
  partial: 'triangle-alert',
  failed: 'octagon-x',
  silent: 'moon',
  running: 'refresh-cw',
  paused: 'circle-pause',
  off: 'power-off',
  next: 'circle-dashed',
  none: 'minus',
} as const satisfies Record<State, IconName>

export const stateWords = {
  ok: 'Backed up',
  partial: 'Partly',
  failed: 'Failed',
  silent: 'Silent',
  running: 'Running',
  paused: 'Paused',
  off: 'Was off',
  next: 'Planned',
  none: 'No backup',
} as const satisfies Record<State, string>

export function stateBadge(state: State, words: string = stateWords[state]): Html {
  return html`<span class="state" data-state="${state}">${icon(stateIcons[state])}${words}</span>`
}
