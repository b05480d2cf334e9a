import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'

export type PagerProps = {
  /** What is on this page, in words: `1 to 200 of 50,000`. */
  readonly words: string
  /** Links, or nothing where there is no way on. */
  readonly back?: string
  readonly next?: string
  readonly backWord?: string
  readonly nextWord?: string
}

/** The foot of a ledger that has more than one page. Pages follow a cursor, so the way back leads to the first one. */
export function pager(props: PagerProps): Html {
  if (props.back === undefined && props.next === undefined) return html``
  return html`<nav class="pager" aria-label="Pages">
        <p>${props.words}</p>
        <p class="row">${step({ path: props.back, words: html`${icon('arrow-left')}${props.backWord ?? 'Back'}` })}${step({ path: props.next, words: html`${props.nextWord ?? 'Next'}${icon('arrow-right')}` })}</p>
      </nav>`
}

function step({ path, words }: { readonly path: string | undefined; readonly words: Html }): Html {
  return path === undefined
    ? html`<span class="button small" aria-disabled="true">${words}</span>`
    : html`<a class="button small" href="${path}">${words}</a>`
}
