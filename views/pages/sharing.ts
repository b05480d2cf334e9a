import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { kindWords, type ShareStanding, type ShareUseCounts, shareBadge, useWords } from '../partials/share-standing.ts'
import { sproutPlate } from '../plates/sprout-plate.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ShareRow = {
  readonly title: string
  readonly path: string
  readonly note: string | undefined
  readonly by: string
  /** It works, and whoever made it may not share from this account any more. */
  readonly isOfFormer: boolean
  readonly standing: ShareStanding
  readonly untilMs: number
  readonly looks: number
  readonly use: ShareUseCounts
}

export type SharingPageProps = PageContext & {
  readonly viewer: Viewer
  readonly shares: readonly ShareRow[]
  /** How many of all links are of such people. */
  readonly ofFormer: number
  readonly mayShare: boolean
  /** The administrator lets files be sent in. */
  readonly mayAsk: boolean
  readonly pager: PagerProps
}

/** All links of an account: which work, and what became of them. */
export function sharingPage(props: SharingPageProps): Page {
  const { shares } = props
  return appPage({
    ...props,
    title: 'Sharing',
    place: 'sharing',
    body: shares.length === 0 ? emptyBody(props) : fullBody(props),
  })
}

function emptyBody({ mayShare, mayAsk }: SharingPageProps): Html {
  return html`
    <header class="home-head">
      ${sentence({ says: 'Nothing is shared.', small: ['A link takes a minute, and ends by itself.'] })}
      <p class="lead">A link leads somebody outside the account to files of one version, or lets them send you some. It has an end, and a password if you like.</p>
      ${sproutPlate}
    </header>
    <section class="part" aria-labelledby="how">
      ${partHead({ id: 'how', title: 'How to share' })}
      <ol class="steps">
        <li><h3>Find the file</h3><p>Open a computer, one of its versions, and the folder the file is in.</p></li>
        <li><h3>Press Share</h3><p>Beside a file, a folder, or all of the folder you are in.</p></li>
        <li><h3>Send the link</h3><p>It is shown once. Here you see who opened it, and withdraw it when it has done its work.</p></li>
      </ol>
      <p class="row">${mayShare ? html`<a class="button primary" href="/computers">${icon('monitor')}To the computers</a>` : ''}${mayShare && mayAsk ? askButton() : ''}</p>
    </section>`
}

function fullBody(props: SharingPageProps): Html {
  const { reader, shares, mayShare, mayAsk } = props
  return html`
    <header class="page-head">
      <div>
        <h1 class="title">Sharing</h1>
        <p class="lead">${leadOf(reader, shares)}</p>
      </div>
      ${mayShare && mayAsk ? html`<p class="row">${askButton()}</p>` : ''}
    </header>
    ${formerNotice(props)}
    <section class="part" aria-labelledby="links">
      <h2 class="vh" id="links">All links</h2>
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Link</th><th scope="col">State</th><th scope="col" class="wide">Works until</th><th scope="col" class="num wider">Opened</th><th scope="col" class="wide">Used</th><th scope="col" class="wider">Made by</th></tr></thead>
          <tbody>${shares.map((share) => rowOf(reader, share))}
          </tbody>
        </table>
      </div>
      ${pager(props.pager)}
      <p class="hint more-link">A link is shown when it is made, and never again: the box does not keep the link itself. To share something, open a version and press Share.</p>
    </section>`
}

function formerNotice({ reader, ofFormer, mayShare }: SharingPageProps): Html | string {
  if (ofFormer === 0) return ''
  const [links, them] =
    ofFormer === 1 ? ['One link that works was', 'it'] : [`${countText(reader, ofFormer)} links that work were`, 'them']
  return notice({
    icon: 'triangle-alert',
    state: 'partial',
    words: `${links} made by people who left, or may only look now.`,
    ...(mayShare
      ? {
          action: html`<form action="/sharing/former/revoke" method="post"><button class="button small">Withdraw ${them}</button></form>`,
        }
      : {}),
  })
}

function askButton(): Html {
  return html`<a class="button" href="/sharing/ask">${icon('send')}Ask somebody for files</a>`
}

function leadOf(reader: Reader, shares: readonly ShareRow[]): string {
  const open = shares.filter(({ standing }) => standing === 'open').length
  if (open === 0) return 'No link on this page works any more.'
  return open === 1 ? 'One link works.' : `${countText(reader, open)} links work.`
}

function rowOf(reader: Reader, { title, path, note, by, isOfFormer, standing, untilMs, looks, use }: ShareRow): Html {
  const until = timeTag(untilMs, whenText(reader, untilMs))
  return html`
            <tr>
              <th scope="row"><a class="name" href="${path}">${title}</a><span class="sub">${note === undefined ? html`${kindWords(use.kind)}.` : html`${kindWords(use.kind)}. <i>${note}</i>`}${isOfFormer ? html` <span class="name">Made by ${by}</span>, who left or may only look.` : ''}</span></th>
              <td>${shareBadge(standing)}<span class="narrow sub">${until}, ${useWords(reader, use)}</span></td>
              <td class="wide when">${until}</td>
              <td class="num wider">${countOf(reader, looks, 'time')}</td>
              <td class="wide">${useWords(reader, use)}</td>
              <td class="wider name">${by}</td>
            </tr>`
}
