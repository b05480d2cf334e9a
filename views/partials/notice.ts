import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { type IconName, icon } from '../icons/icon.ts'
import type { State } from './state.ts'

/** What has just been done, or what stays here until it is solved; the latter has a state. */
export function notice(props: {
  readonly icon: IconName
  readonly words: Html | string
  readonly state?: State
  readonly action?: Html
}): Html {
  const state = props.state === undefined ? '' : html` data-state="${props.state}"`
  return html`<div class="notice" role="status"${state}>${icon(props.icon)}<span>${props.words}</span>${props.action ?? ''}</div>`
}
