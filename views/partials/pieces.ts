import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** A part of a file, as wide as its share of the bytes. */
export type Piece = { readonly share: number; readonly isNew: boolean }

const height = 28
/** More would be hairs; neighbours are drawn as one, new where any of them is. */
const maxDrawn = 60

/** Which parts of a file are new. `words` say the same. */
export function pieces(all: readonly Piece[], words: string): Html {
  let at = 0
  const rects = drawn(all).map(({ share, isNew }) => {
    const x = at
    at += share
    return html`<rect${isNew ? html` class="new"` : ''} x="${percent(x)}" y="0" width="${percent(share)}" height="${height}"/>`
  })
  return html`<svg class="pieces" width="100%" height="${height}" role="img" aria-label="${words}">${rects}</svg>`
}

function drawn(all: readonly Piece[]): readonly Piece[] {
  const each = Math.ceil(all.length / maxDrawn)
  if (each <= 1) return all
  return Array.from({ length: Math.ceil(all.length / each) }, (_, index) => {
    const some = all.slice(index * each, (index + 1) * each)
    return { share: some.reduce((sum, { share }) => sum + share, 0), isNew: some.some(({ isNew }) => isNew) }
  })
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`
}
