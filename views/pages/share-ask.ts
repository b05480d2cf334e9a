import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { type ShareFieldsProps, shareFields } from '../partials/share-fields.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'
import { hindranceNotice } from './share-new.ts'

export type AskForFilesPageProps = PageContext & {
  readonly viewer: Viewer
  readonly fields: ShareFieldsProps
  /** In GiB, as typed. */
  readonly size: string
  readonly files: string
  /** Why no link can be made; `box`: the administrator lets no files in. */
  readonly hindrance: 'customer' | 'plan' | 'box' | undefined
}

/** Before a link is made by which others send files in. */
export function askForFilesPage(props: AskForFilesPageProps): Page {
  const { hindrance } = props
  return appPage({
    ...props,
    title: 'Ask for files',
    place: 'sharing',
    body: html`
    ${trail('Where this is', [{ name: 'Sharing', path: '/sharing' }])}
    <header class="page-head">
      <div>
        <h1 class="title">Ask somebody for files</h1>
        <p class="lead">You send a link; they send files with it, without an account. What comes is sealed at once and lies in the inbox of this account: a version for each time somebody sends something, and the newest holds all that came by the link.</p>
      </div>
    </header>
    ${hindrance === undefined ? '' : hindrance === 'box' ? boxNotice() : hindranceNotice(hindrance)}
    <div class="split part">
      ${hindrance === undefined ? form(props) : html`<p class="prose">No link can be made now.</p>`}
      <aside class="flow"><p class="hint">Files that come take space of your plan, and are counted like backups. The inbox takes no place of a computer.</p><p class="hint">Whoever has the link can send, and cannot see what is there.</p></aside>
    </div>`,
  })
}

function boxNotice(): Html {
  return notice({ icon: 'octagon-x', state: 'failed', words: 'The administrator of this box lets no files be sent in.' })
}

function form({ reader, fields, size, files }: AskForFilesPageProps): Html {
  const { problem } = fields
  const wrong = (name: string) => (problem?.field === name ? problem.words : undefined)
  return html`<form class="box flow" action="/sharing/ask" method="post" aria-labelledby="make">
        <h2 id="make">The link</h2>
        ${problem === undefined || problem.field !== undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem.words })}
        ${shareFields(reader, fields, 'What you ask for. The place in the inbox is called by it.')}
        ${field({ name: 'size', label: 'Takes in all, in GiB', value: size, autocomplete: 'off', problem: wrong('bytes') })}
        ${field({ name: 'files', label: 'Files in all', value: files, autocomplete: 'off', problem: wrong('files') })}
        <p class="row"><button class="button primary">${icon('share-2')}Make the link</button></p>
      </form>`
}
