import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { fileIcon } from '../icons/file-icon.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { checkField, choice } from '../partials/copy-settings.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { field } from '../partials/field.ts'
import { messageQuote } from '../partials/message-quote.ts'
import { notice } from '../partials/notice.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { dayOptions } from '../partials/share-fields.ts'
import { type ShareStanding, type ShareUseCounts, shareBadge, useWords } from '../partials/share-standing.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ShareUseRow = {
  readonly atMs: number
  readonly kind: 'look' | 'download' | 'upload' | 'wrong-password'
  readonly network: string
  readonly agent: string
  readonly what: string | undefined
}

export type ShareLinkPageProps = PageContext & {
  readonly viewer: Viewer
  readonly title: string
  readonly path: string
  readonly standing: ShareStanding
  readonly message: string | undefined
  readonly note: string
  readonly by: string
  readonly madeAtMs: number
  readonly untilMs: number
  readonly revoked: { readonly atMs: number; readonly by: string } | undefined
  readonly hasPassword: boolean
  readonly looks: number
  readonly use: ShareUseCounts
  /** Where its files are; undefined: the version is gone, or nothing has come yet. */
  readonly versionPath: string | undefined
  /** What it leads to: the first of them. */
  readonly things: readonly { readonly name: string }[]
  readonly count: number
  readonly uses: readonly ShareUseRow[]
  readonly usesPager: PagerProps
  /** Whoever looks may change it; undefined for others. */
  readonly form:
    | { readonly dayChoices: readonly number[]; readonly downloads: string; readonly problem: string | undefined }
    | undefined
}

/** One link: what it is, who used it, and how to end it. */
export function shareLinkPage(props: ShareLinkPageProps): Page {
  const { reader, title, standing, use } = props
  return appPage({
    ...props,
    title,
    place: 'sharing',
    body: html`
    ${trail('Where this link is', [{ name: 'Sharing', path: '/sharing' }])}
    <header class="page-head">
      <div>
        <h1 class="title">${title}</h1>
        <p class="lead">${leadOf(reader, props)}</p>
      </div>
      <div class="row">${props.versionPath === undefined ? '' : html`<a class="button" href="${props.versionPath}">${icon('folder')}${use.kind === 'download' ? 'The files' : 'What has come'}</a>`}${props.form === undefined || standing === 'revoked' ? '' : html`<form action="${props.path}/revoke" method="post"><button class="button danger">${icon('x')}Withdraw the link</button></form>`}</div>
    </header>
    <div class="split part">
      <div class="flow">
        ${usesPart(reader, props)}
        ${props.form === undefined || standing === 'revoked' ? '' : changePart(props, props.form)}
      </div>
      <aside class="flow">
        <section aria-labelledby="link">
          ${partHead({ id: 'link', title: 'The link' })}
          ${facts(factsOf(reader, props))}
          ${messageQuote(props.message)}
          <p class="hint">The box does not keep the link itself, so it cannot be shown again. Make a new one where somebody has lost theirs.</p>
        </section>
        ${use.kind === 'download' ? thingsPart(reader, props) : ''}
      </aside>
    </div>`,
  })
}

function leadOf(reader: Reader, { standing, untilMs, revoked, use }: ShareLinkPageProps): string {
  const until = whenInSentence(reader, untilMs).replace(/^on /, '')
  switch (standing) {
    case 'open':
      return use.kind === 'download'
        ? `Whoever has the link can get the files until ${until}.`
        : `Whoever has the link can send files until ${until}.`
    case 'revoked':
      return revoked === undefined ? 'It was withdrawn.' : `${revoked.by} withdrew it ${whenInSentence(reader, revoked.atMs)}.`
    case 'expired':
      return `It worked until ${until}.`
    case 'used-up':
      return use.kind === 'download' ? 'It was fetched as often as it allows.' : 'It has taken all that it takes.'
    case 'gone':
      return use.kind === 'download'
        ? 'The version it leads to is in the bin, or gone.'
        : 'The inbox it leads to is not there any more.'
    case 'paused':
      return 'It does not work now: the account or its plan is not served, or the administrator lets no files in.'
    case 'password-needed':
      return 'It does not work now: the administrator wants a password on every link. Give it one below, and it works again.'
    default:
      return standing satisfies never
  }
}

function factsOf(reader: Reader, props: ShareLinkPageProps): readonly Fact[] {
  const { use } = props
  return [
    { label: 'State', value: shareBadge(props.standing) },
    { label: 'Works until', value: timeTag(props.untilMs, whenText(reader, props.untilMs)) },
    { label: 'Password', value: props.hasPassword ? 'Yes' : 'None' },
    { label: 'Opened', value: countOf(reader, props.looks, 'time') },
    { label: use.kind === 'download' ? 'Fetched' : 'Received', value: useWords(reader, use) },
    ...(use.kind === 'upload'
      ? [{ label: 'Takes in all', value: `${countOf(reader, use.filesMax, 'file')}, ${sizeText(reader, use.bytesMax)}` }]
      : []),
    { label: 'Made by', value: props.by, valueClass: 'name' },
    { label: 'Made', value: timeTag(props.madeAtMs, whenText(reader, props.madeAtMs)) },
    ...(props.note === '' ? [] : [{ label: 'Note', value: html`<i>${props.note}</i>` }]),
  ]
}

function thingsPart(reader: Reader, { things, count }: ShareLinkPageProps): Html {
  return html`<section aria-labelledby="things">
          ${partHead({ id: 'things', title: 'What it leads to' })}
          <ul class="list">${things.map(({ name }) => html`<li>${icon(fileIcon(name))}<bdi class="exact name">${name}</bdi></li>`)}</ul>
          ${count > things.length ? html`<p class="hint">And ${countText(reader, count - things.length)} more.</p>` : ''}
        </section>`
}

const useNames = {
  look: 'Opened the page',
  download: 'Fetched',
  upload: 'Sent',
  'wrong-password': 'Wrong password',
} as const

function usesPart(reader: Reader, { uses, usesPager }: ShareLinkPageProps): Html {
  return html`<section aria-labelledby="uses">
          ${partHead({ id: 'uses', title: 'Who used it' })}
          ${
            uses.length === 0
              ? html`<p class="prose">Nobody has opened it yet. Programs that only show a preview are not counted.</p>`
              : html`<div class="ledger-wrap">
            <table class="ledger">
              <thead><tr><th scope="col">What</th><th scope="col" class="when">When</th><th scope="col" class="wide">From</th><th scope="col" class="wider">With</th></tr></thead>
              <tbody>${uses.map((use) => useRow(reader, use))}
              </tbody>
            </table>
          </div>
          ${pager(usesPager)}
          <p class="hint">Of an address only the part is kept that tells a house from another one; all of this for 90 days. What somebody does again within half an hour has one line.</p>`
          }
        </section>`
}

function useRow(reader: Reader, { atMs, kind, network, agent, what }: ShareUseRow): Html {
  const says = kind === 'look' && what !== undefined ? 'Looked at' : useNames[kind]
  const thing =
    kind === 'look' && what !== undefined
      ? html` <bdi class="exact name">${what}</bdi>`
      : kind === 'download'
        ? html` ${what === undefined ? 'everything' : html`<bdi class="exact name">${what}</bdi>`}`
        : kind === 'upload'
          ? html` <span class="name">${what ?? ''}</span>`
          : ''
  return html`
                <tr>
                  <th scope="row">${says}${thing}<span class="narrow sub">${network}, ${agent}</span></th>
                  <td class="when">${timeTag(atMs, whenText(reader, atMs))}</td>
                  <td class="wide">${network}</td>
                  <td class="wider name">${agent}</td>
                </tr>`
}

function changePart(props: ShareLinkPageProps, form: NonNullable<ShareLinkPageProps['form']>): Html {
  const { reader, path, note, hasPassword, use } = props
  return html`<section aria-labelledby="change">
          ${partHead({ id: 'change', title: 'Change it' })}
          <form class="flow" action="${path}" method="post">
            ${form.problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: form.problem })}
            ${choice({ name: 'days', label: 'Works for', chosen: '', options: [['', 'As it is'], ...dayOptions(reader, form.dayChoices)], hint: 'Counted from now.' })}
            ${use.kind === 'download' ? field({ name: 'downloads', label: 'Downloads at most', value: form.downloads, isOptional: true, autocomplete: 'off', hint: 'Empty: as often as they like.' }) : ''}
            ${field({ name: 'password', label: hasPassword ? 'New password' : 'Password', type: 'password', isOptional: true, autocomplete: 'new-password', hint: hasPassword ? 'Empty: the password it has now.' : 'Empty: it works without one, as now. At least eight characters.' })}
            ${hasPassword ? checkField({ name: 'no-password', label: 'No password any more', isChecked: false }) : ''}
            ${field({ name: 'note', label: 'Note to yourselves', value: note, isOptional: true, autocomplete: 'off' })}
            <p class="row"><button class="button">${icon('check')}Save</button></p>
          </form>
        </section>`
}
