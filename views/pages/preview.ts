import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type BasketAsideProps, basketAside, basketButton, basketForm } from '../partials/basket.ts'
import { facts } from '../partials/facts.ts'
import { partHead } from '../partials/part-head.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type Shown =
  | { readonly kind: 'picture'; readonly path: string }
  /** The beginning of it, where it is cut. */
  | { readonly kind: 'text'; readonly text: string; readonly isCut: boolean; readonly encoding: string }
  /** By the browser's own viewer, away from this page. */
  | { readonly kind: 'opened'; readonly path: string; readonly words: string }
  | { readonly kind: 'nothing'; readonly words: string }

export type PreviewPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: string
  readonly takenAtMs: number
  readonly name: string
  readonly sizeBytes: number
  readonly changedAtMs: number
  /** From the computer down to the folder it lies in. */
  readonly above: readonly TrailStep[]
  readonly folderPath: string
  readonly filePath: string
  /** Where the computer's own file becomes this one; undefined: it cannot, or whoever looks may not. */
  readonly revertPath: string | undefined
  readonly shown: Shown
  /** The same file one version before and after, where it was there. */
  readonly earlierPath: string | undefined
  readonly laterPath: string | undefined
  readonly basket: { readonly aside: BasketAsideProps; readonly item: string; readonly isIn: boolean } | undefined
}

/** One file of one version: looked at without taking it out. */
export function previewPage(props: PreviewPageProps): Page {
  const { reader, name, computer, takenAtMs } = props
  return appPage({
    ...props,
    title: `${name}, ${whenText(reader, takenAtMs)}`,
    place: 'computers',
    body: html`
    ${trail('Where this file is', props.above)}
    <header class="page-head">
      <div>
        <h1 class="title"><bdi class="exact">${name}</bdi></h1>
        <p class="lead">As it was on ${computer} ${whenInSentence(reader, takenAtMs)}.</p>
      </div>
      <div class="row" id="file-acts">${acts(props)}</div>
    </header>
    <div class="split part">
      <section class="part shown" aria-labelledby="shown">
        ${partHead({ id: 'shown', title: 'What is in it', beside: otherVersions(props) })}
        ${shownPart(props)}
      </section>
      <aside class="flow">
        ${props.basket === undefined ? '' : basketAside(reader, props.basket.aside, 'file-acts')}
        <section aria-labelledby="file">
          ${partHead({ id: 'file', title: 'This file' })}
          ${facts([
            { label: 'Size', value: sizeText(reader, props.sizeBytes) },
            { label: 'Last changed', value: timeTag(props.changedAtMs, whenText(reader, props.changedAtMs)) },
            { label: 'Version', value: timeTag(takenAtMs, whenText(reader, takenAtMs)) },
            { label: 'Folder', value: html`<a href="${props.folderPath}">What lies beside it</a>` },
          ])}
        </section>
      </aside>
    </div>`,
  })
}

function acts({ filePath, revertPath, basket, name }: PreviewPageProps): Html {
  const download = html`<a class="button primary" href="${filePath}">${icon('download')}Download</a>`
  const revert = revertPath === undefined ? '' : html` <a class="button" href="${revertPath}">Revert</a>`
  if (basket === undefined) return html`${download}${revert}`
  const { aside, item, isIn } = basket
  const body = basketButton({ id: 'take-0', item, name, isIn })
  return html`${download} ${basketForm({ of: aside.of, back: aside.back, list: 'file-acts', body })}${revert}`
}

function otherVersions({ earlierPath, laterPath }: PreviewPageProps): Html {
  return html`<span class="row end">${earlierPath === undefined ? '' : html`<a href="${earlierPath}">${icon('chevron-left')} Earlier</a>`}${
    laterPath === undefined ? '' : html` <a href="${laterPath}">Later ${icon('chevron-right')}</a>`
  }</span>`
}

export function shownPart({
  shown,
  name,
  reader,
  sizeBytes,
}: Pick<PreviewPageProps, 'shown' | 'name' | 'reader' | 'sizeBytes'>): Html {
  switch (shown.kind) {
    case 'picture':
      return html`<p><img src="${shown.path}" alt="${name}"></p>`
    case 'text':
      return html`<pre class="log" tabindex="0" role="region" aria-label="Text of ${name}" dir="auto">${shown.text}</pre>
        <p class="hint">${shown.isCut ? html`This is the beginning; the whole file has ${sizeText(reader, sizeBytes)}. ` : ''}Read as ${shown.encoding}.</p>`
    case 'opened':
      return html`<p class="prose">${shown.words}</p>
        <p class="row"><a class="button" href="${shown.path}">${icon('eye')}Open it in the browser</a></p>`
    case 'nothing':
      return html`<p class="prose">${shown.words}</p>`
    default:
      return shown satisfies never
  }
}
