import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { type State, stateIcons } from './state.ts'

/** The one large sentence a page about a state opens with; its second half says since when, and what is still safe. */
export function sentence(props: { readonly state?: State; readonly says: string; readonly small?: readonly string[] }): Html {
  const { state, says, small = [] } = props
  const lines = small.map((line, index) => html`${index === 0 ? '' : html`<br>`}${line}`)
  return html`<h1 class="sentence"${state === undefined ? '' : html` data-state="${state}"`}>${state === undefined ? '' : icon(stateIcons[state])}${says}${lines.length === 0 ? '' : html` <small>${lines}</small>`}</h1>`
}
