import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'

/** A file or folder of one version that can be put into the basket. */
export type Choosable = {
  readonly version: string
  /** As addresses have it. */
  readonly path: string
  /** Where to go on afterwards. */
  readonly back: string
}

/** Puts it into the basket. */
export function chooseButton({ version, path, back }: Choosable, name: string): Html {
  return html`<form class="inline" action="/basket/add" method="post"><input type="hidden" name="version" value="${version}"><input type="hidden" name="path" value="${path}"><input type="hidden" name="back" value="${back}"><button class="button small">${icon('plus')}<span class="label">Choose<span class="vh"> ${name}</span></span></button></form>`
}
