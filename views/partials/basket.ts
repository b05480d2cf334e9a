import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import { fileIcon } from '../icons/file-icon.ts'
import { type IconName, icon } from '../icons/icon.ts'
import type { Reader } from '../reader.ts'

/** Something in the basket. */
export type BasketThing = {
  /** What the buttons send. */
  readonly item: string
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link'
  readonly sizeBytes: number | undefined
}

/** The basket beside the page one chooses on. */
export type BasketAsideProps = {
  readonly files: number
  readonly folders: number
  readonly links: number
  /** Of the files. */
  readonly bytes: number
  /** The last that were put in, with the time of their version; undefined when that is not kept any more. */
  readonly newest: readonly (BasketThing & { readonly versionAtMs: number | undefined })[]
  readonly path: string
  readonly downloadPath: string
  /** The account's id. */
  readonly of: string
  /** Where one comes back to. */
  readonly back: string
}

/** Swaps in what changed, drawings too, and stays where it is. `list` is the id of what holds the buttons. */
function stays(list: string): Html {
  return html`hx-boost="true" hx-push-url="false" hx-target="#${list}" hx-select="#${list}" hx-swap="outerHTML" hx-select-oob="#basket,.sprite:outerHTML:.sprite"`
}

/**
 * Around rows with buttons of the basket: one form for all of them. `back` is the page itself; `list` the id of what is swapped when
 * a button was pressed, which holds this form.
 */
export function basketForm(props: {
  /** The account's id. */
  readonly of: string
  readonly back: string
  readonly list: string
  readonly body: Html
}): Html {
  return html`<form action="/basket/add" method="post" ${stays(props.list)}>${hidden(props)}${props.body}</form>`
}

/** What every form of the basket carries. */
export function hidden({ of, back }: { readonly of: string; readonly back: string }): Html {
  return html`<input type="hidden" name="of" value="${of}"><input type="hidden" name="back" value="${back}">`
}

/** In a row, inside `basketForm`: puts it in, or takes it out again. `id` is its own on the page. */
export function basketButton(props: {
  readonly id: string
  readonly item: string
  readonly name: string
  readonly isIn: boolean
}): Html {
  const { id, item, name, isIn } = props
  return isIn
    ? html`<button class="button small" id="${id}" name="item" value="${item}" formaction="/basket/remove" aria-pressed="true">${icon('check')}<span class="label">In basket<span class="vh"> ${name}</span></span></button>`
    : html`<button class="button small" id="${id}" name="item" value="${item}" aria-pressed="false">${icon('plus')}<span class="label">Basket<span class="vh"> ${name}</span></span></button>`
}

/** Stands there without anything in it, too, so that it can be filled. */
export function basketAside(reader: Reader, props: BasketAsideProps, list: string): Html {
  const count = props.files + props.folders + props.links
  if (count === 0) return html`<div id="basket" hidden></div>`
  const more = count - props.newest.length
  return html`<section class="basket box" id="basket" aria-labelledby="basket-head">
          <h2 id="basket-head">Basket</h2>
          <form action="/basket/remove" method="post" ${stays(list)}>${hidden(props)}
            <ul class="list">${props.newest.map((thing) => line(reader, thing))}
            </ul>
          </form>
          ${more === 0 ? '' : html`<p><a href="${props.path}">And ${countOf(reader, more, 'thing')} more</a></p>`}
          <p class="total"><b>${basketWords(reader, props)}</b></p>
          <div class="stack">
            <a class="button wide" href="${props.downloadPath}">${icon('download')}Download as ZIP</a>
            <a class="button wide" href="${props.path}">${icon('shopping-basket')}Open the basket</a>
          </div>
        </section>`
}

/** On narrow screens the way down to it. */
export function basketBar(reader: Reader, props: BasketAsideProps): Html {
  if (props.files + props.folders + props.links === 0) return html``
  return html`<a class="basket-bar" href="#basket">${icon('shopping-basket')}Basket <span>${basketWords(reader, props)}</span></a>`
}

/** `2 files, 295 KiB, and 1 folder`. */
export function basketWords(reader: Reader, of: Pick<BasketAsideProps, 'files' | 'folders' | 'links' | 'bytes'>): string {
  const parts = [
    ...(of.files === 0 ? [] : [`${countOf(reader, of.files, 'file')} of ${sizeText(reader, of.bytes)}`]),
    ...(of.folders === 0 ? [] : [countOf(reader, of.folders, 'folder')]),
    ...(of.links === 0 ? [] : [countOf(reader, of.links, 'link')]),
  ]
  return new Intl.ListFormat(reader.locale, { type: 'conjunction' }).format(parts)
}

export function thingIcon({ kind, name }: Pick<BasketThing, 'kind' | 'name'>): IconName {
  if (kind === 'folder') return 'folder'
  return kind === 'link' ? 'file-symlink' : fileIcon(name)
}

function line(reader: Reader, thing: BasketAsideProps['newest'][number]): Html {
  const when = thing.versionAtMs === undefined ? 'Not kept any more' : whenText(reader, thing.versionAtMs)
  const size = thing.sizeBytes === undefined ? '' : `, ${sizeText(reader, thing.sizeBytes)}`
  return html`
              <li>${icon(thingIcon(thing))}<span><bdi class="name exact">${thing.name}</bdi><small class="sub">${when}${size}</small></span><button class="button small quiet end" name="item" value="${thing.item}">${icon('x')}<span class="vh">Remove ${thing.name}</span></button></li>`
}
