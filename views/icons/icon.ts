import { html, raw } from 'hono/html'
import type { Html } from '../html.ts'
import { iconShapes } from './shapes.ts'

export type IconName = keyof typeof iconShapes

/** An icon never stands alone: a word, or `.vh` text, goes with it. */
export function icon(name: IconName, extraClass?: string): Html {
  return html`<svg class="icon${extraClass === undefined ? '' : ` ${extraClass}`}" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-${name}"/></svg>`
}

const uses = /<use href="#i-([a-z0-9-]+)"\/>/g

/** The sprite of a finished page: only the icons its text refers to. What people typed cannot refer to one, for it is escaped. */
export function spriteFor(page: string): Html {
  const names = new Set(Array.from(page.matchAll(uses), (match) => match[1] as IconName))
  const symbols = [...names].map(
    (name) => html`
    <symbol id="i-${name}" viewBox="0 0 24 24">${raw(iconShapes[name])}</symbol>`,
  )
  return html`<svg class="sprite" aria-hidden="true">${symbols}
  </svg>`
}
