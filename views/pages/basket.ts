import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type BasketThing, basketWords, hidden, thingIcon } from '../partials/basket.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type BasketPageThing = BasketThing & {
  /** The folder it lies in, as people read it; nothing for the top. */
  readonly where: string
  /** Where it is to be seen; undefined when its version is gone. */
  readonly path: string | undefined
}

/** What is chosen of one version. */
export type BasketPart = {
  /** Its own on the page. */
  readonly id: string
  readonly computer: string
  readonly takenAtMs: number
  readonly versionPath: string
  readonly zipPath: string
  readonly tarPath: string
  /** To a new link; nothing for who may not share. */
  readonly sharePath?: string | undefined
  /** All of it back to a computer; undefined for whoever may not. */
  readonly backPath?: string | undefined
  readonly things: readonly BasketPageThing[]
}

export type BasketPageProps = PageContext & {
  readonly viewer: Viewer
  readonly files: number
  readonly folders: number
  readonly links: number
  readonly bytes: number
  readonly parts: readonly BasketPart[]
  /** Things of versions that are not kept any more. */
  readonly gone: readonly BasketPageThing[]
  /** Of all that is still there, in one archive. */
  readonly zipPath: string
  readonly tarPath: string
  /** The account's id. */
  readonly of: string
  /** This page. */
  readonly back: string
}

/** Everything that was put aside, by version: to be taken out together, or let go. */
export function basketPage(props: BasketPageProps): Page {
  const { reader, parts, gone } = props
  return appPage({
    ...props,
    title: 'Basket',
    body: parts.length + gone.length === 0 ? emptyBody() : filledBody(reader, props),
  })
}

function emptyBody(): Html {
  return html`
    ${sentence({ says: 'Nothing is in the basket yet.', small: ['It holds files and folders until you get them, all at once.'] })}
    <section class="part" aria-labelledby="how">
      ${partHead({ id: 'how', title: 'How things come here' })}
      <ol class="steps">
        <li><h3>Open a version</h3><p>Every computer has a page with its <a href="/computers">versions</a>. Choose the day on which all was still well.</p></li>
        <li><h3>Press “Basket” beside what you want</h3><p>A folder counts with all that lies in it. You can choose from several versions and computers.</p></li>
        <li><h3>Come back here</h3><p>Then it comes as one download.</p></li>
      </ol>
    </section>`
}

function filledBody(reader: Reader, props: BasketPageProps): Html {
  const { parts, gone } = props
  const of = parts.length === 1 ? 'one version' : countOf(reader, parts.length, 'version')
  const words = `${basketWords(reader, props)}, from ${of}. It stays here until you take it out.`
  return html`
    <header class="page-head">
      <div>
        <h1 class="title">Basket</h1>
        <p class="lead">${parts.length === 0 ? 'What was in it is not kept any more.' : words}</p>
      </div>
      <div class="row">
        ${parts.length === 0 ? '' : html`<a class="button primary" href="${props.zipPath}">${icon('folder-archive')}Download as ZIP</a> <a class="button" href="${props.tarPath}">${icon('download')}As tar</a>`}
        <form action="/basket/empty" method="post">${hidden(props)}<button class="button">${icon('trash-2')}Empty it</button></form>
      </div>
    </header>
    ${parts.map((part) => versionPart(reader, { part, props, isOnly: parts.length === 1 }))}
    ${gone.length === 0 ? '' : gonePart(reader, gone, props)}`
}

function versionPart(
  reader: Reader,
  { part, props, isOnly }: { readonly part: BasketPart; readonly props: BasketPageProps; readonly isOnly: boolean },
): Html {
  const when = timeTag(part.takenAtMs, whenText(reader, part.takenAtMs))
  const title = `${part.computer}, ${whenText(reader, part.takenAtMs)}`
  const button = (path: string, word: string) =>
    html`<a class="button small" href="${path}">${icon('download')}${word}<span class="vh"> of ${title}</span></a>`
  const share =
    part.sharePath === undefined
      ? ''
      : html`<a class="button small" href="${part.sharePath}">${icon('share-2')}Share<span class="vh"> what is chosen of ${title}</span></a>`
  const archives = isOnly ? '' : html`${button(part.zipPath, 'ZIP')} ${button(part.tarPath, 'tar')} `
  const beside = html`<span class="row end">${archives}${share}${backButton(part, title)}</span>`
  return html`
    <section class="part" aria-labelledby="${part.id}">
      <header class="part-head"><h2 id="${part.id}"><a href="${part.versionPath}">${part.computer}, ${when}</a></h2>${beside}</header>
      ${ledger(reader, part.things, props)}
    </section>`
}

function backButton({ backPath }: BasketPart, title: string): Html | string {
  if (backPath === undefined) return ''
  return html` <a class="button small" href="${backPath}">${icon('rotate-ccw')}Back to the computer<span class="vh">, of ${title}</span></a>`
}

function gonePart(reader: Reader, gone: readonly BasketPageThing[], props: BasketPageProps): Html {
  return html`
    <section class="part" aria-labelledby="gone">
      ${partHead({ id: 'gone', title: 'Not kept any more' })}
      ${notice({ icon: 'triangle-alert', state: 'partial', words: 'The versions of these were removed meanwhile, by rules or by a person. Look for them in another version.' })}
      ${ledger(reader, gone, props)}
    </section>`
}

function ledger(reader: Reader, things: readonly BasketPageThing[], props: BasketPageProps): Html {
  return html`<form action="/basket/remove" method="post">${hidden(props)}
        <div class="ledger-wrap">
          <table class="ledger">
            <thead><tr><th scope="col">Name</th><th scope="col" class="wide">Folder</th><th scope="col" class="num wide">Size</th><th scope="col"><span class="vh">Let it go</span></th></tr></thead>
            <tbody>${things.map((thing) => row(reader, thing))}
            </tbody>
          </table>
        </div>
      </form>`
}

function row(reader: Reader, thing: BasketPageThing): Html {
  const name = html`<bdi class="exact">${thing.name}</bdi>`
  const size = thing.sizeBytes === undefined ? '' : sizeText(reader, thing.sizeBytes)
  const narrow = [thing.where, size].filter((words) => words !== '').join(', ')
  return html`
              <tr>
                <th scope="row" class="name">${icon(thingIcon(thing))} ${thing.path === undefined ? name : html`<a href="${thing.path}">${name}</a>`}${narrow === '' ? '' : html`<bdi class="narrow sub">${narrow}</bdi>`}</th>
                <td class="wide name"><bdi class="exact">${thing.where}</bdi></td>
                <td class="num wide">${size}</td>
                <td class="acts"><button class="button small quiet" name="item" value="${thing.item}">${icon('x')}<span class="label">Remove<span class="vh"> ${thing.name}</span></span></button></td>
              </tr>`
}
