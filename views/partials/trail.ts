import { html } from 'hono/html'
import type { Html } from '../html.ts'

export type TrailStep = { readonly name: string; readonly path: string }

/** Where this is: the way up, each step a link. `label` names the thing for screen readers. */
export function trail(label: string, steps: readonly TrailStep[]): Html {
  return html`<nav aria-label="${label}">
      <ol class="trail">${steps.map(({ name, path }) => html`<li><a href="${path}"><bdi>${name}</bdi></a></li>`)}</ol>
    </nav>`
}
