import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** The head of a section, hanging from its ink rule. What stands `beside` goes to the end of the line. */
export function partHead(props: { readonly id?: string; readonly title: string; readonly beside?: Html }): Html {
  const id = props.id === undefined ? '' : html` id="${props.id}"`
  return html`<header class="part-head"><h2${id}>${props.title}</h2>${props.beside ?? ''}</header>`
}
