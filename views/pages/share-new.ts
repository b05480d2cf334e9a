import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { whenInSentence } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { fileIcon } from '../icons/file-icon.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { type ShareFieldsProps, shareFields } from '../partials/share-fields.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type NewSharePageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: string
  readonly takenAtMs: number
  /** The first of them, and how many there are. */
  readonly things: readonly { readonly name: string; readonly isFolder: boolean }[]
  readonly count: number
  /** What the form sends along, so that it means the same as this page. */
  readonly version: string
  readonly paths: readonly string[]
  readonly fields: ShareFieldsProps
  readonly downloads: string
  /** Nothing is shared from this account now, and why. */
  readonly hindrance: 'customer' | 'plan' | undefined
}

/** Before a link to files is made: what it leads to, until when, and for whom. */
export function newSharePage(props: NewSharePageProps): Page {
  const { reader, computer, takenAtMs, hindrance } = props
  return appPage({
    ...props,
    title: 'Share',
    place: 'sharing',
    body: html`
    ${trail('Where this is', [{ name: 'Sharing', path: '/sharing' }])}
    <header class="page-head">
      <div>
        <h1 class="title">Share ${titleOf(props)}</h1>
        <p class="lead">As it was on ${computer} ${whenInSentence(reader, takenAtMs)}. Whoever has the link can get it, and nothing else of the account.</p>
      </div>
    </header>
    ${hindrance === undefined ? '' : hindranceNotice(hindrance)}
    <div class="split part">
      ${hindrance === undefined ? form(props) : html`<p class="prose">No link can be made now.</p>`}
      <aside class="flow">
        <section aria-labelledby="things">
          ${partHead({ id: 'things', title: 'What the link leads to' })}
          <ul class="list">${props.things.map(({ name, isFolder }) => html`<li>${icon(isFolder ? 'folder' : fileIcon(name))}<bdi class="exact name">${name}</bdi></li>`)}</ul>
          ${props.count > props.things.length ? html`<p class="hint">And ${countOf(reader, props.count - props.things.length, 'more thing')}.</p>` : ''}
          <p class="hint">The version stays as long as the link works, whatever the rules would let go.</p>
        </section>
      </aside>
    </div>`,
  })
}

function titleOf({ reader, count, things: [only] }: NewSharePageProps): Html {
  return count === 1 && only !== undefined
    ? html`<bdi class="exact">${only.name}</bdi>`
    : html`${countOf(reader, count, 'thing')}`
}

export function hindranceNotice(hindrance: 'customer' | 'plan'): Html {
  const words =
    hindrance === 'plan'
      ? 'The plan of this account has no sharing in it, or has ended. An owner can ask for another plan.'
      : 'This account is suspended or leaves. Nothing is shared from it.'
  return notice({ icon: 'octagon-x', state: 'failed', words })
}

function form(props: NewSharePageProps): Html {
  const { reader, fields, version, paths, downloads } = props
  const { problem } = fields
  return html`<form class="box flow" action="/sharing/new" method="post" aria-labelledby="make">
        <h2 id="make">The link</h2>
        ${problem === undefined || problem.field !== undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem.words })}
        <input type="hidden" name="version" value="${version}">${paths.map((path) => html`<input type="hidden" name="path" value="${path}">`)}
        ${shareFields(reader, fields, 'What stands over the files, for whoever opens the link.')}
        ${field({ name: 'downloads', label: 'Downloads at most', value: downloads, isOptional: true, autocomplete: 'off', hint: 'Empty: as often as they like.', problem: problem?.field === 'downloads' ? problem.words : undefined })}
        <p class="row"><button class="button primary">${icon('share-2')}Make the link</button></p>
      </form>`
}
