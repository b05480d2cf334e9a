import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { type KeepReasonProps, reasonsText } from '../partials/keep-reason.ts'
import { type KeptUntilProps, keptUntil } from '../partials/kept-until.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import { type VersionWordsProps, versionWordsInList } from '../partials/version-words.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type KeptVersion = {
  readonly atMs: number
  readonly verdict: 'ok' | 'partial' | 'failed'
  readonly isCheckpoint: boolean
  readonly isPinned: boolean
  readonly newBytes: number
  readonly kept: KeptUntilProps | undefined
  /** Nothing: no rule keeps it, it goes into the bin at the next run. */
  readonly reasons: readonly KeepReasonProps[]
  /** What people wrote about it; nothing for staff. */
  readonly words: VersionWordsProps | undefined
  /** To its files, for those who may read them. */
  readonly path: string | undefined
  readonly notePath: string | undefined
  /** Where the buttons of its row lead; nothing for who may not. */
  readonly pinPath: string | undefined
  readonly unpinPath: string | undefined
  readonly deletePath: string | undefined
}

export type KeptPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: { readonly name: string; readonly path: string }
  readonly versions: readonly KeptVersion[]
  readonly total: number
  readonly going: number
  /** Only those that people wrote something about; `path` turns that. Nothing for staff, who do not know which they are. */
  readonly named: { readonly isOnly: boolean; readonly path: string } | undefined
  /** The rules in words, and whose they are. */
  readonly rules: { readonly words: string; readonly isOwn: boolean; readonly plan: string }
  /** To the form; nothing for who may not change them. */
  readonly rulesPath: string | undefined
  readonly bin: { readonly path: string; readonly count: number }
  readonly pager: PagerProps
}

/** Until when each version of a computer is kept, and why. */
export function keptPage(props: KeptPageProps): Page {
  const { reader, computer, versions } = props
  return appPage({
    ...props,
    title: `Kept versions of ${computer.name}`,
    place: 'computers',
    body: html`
    ${trail('Where this is', [{ name: 'Computers', path: '/computers' }, computer])}
    <header class="page-head"><div>${headOf(props)}</div></header>
    <div class="split part">
      <div class="flow">
        <section aria-labelledby="versions">
          ${partHead({ id: 'versions', title: 'Versions', beside: html`<p class="hint">Times of ${reader.timeZone.replaceAll('_', ' ')}</p>${namedLink(props)}` })}
          ${versions.length === 0 ? html`<p class="prose">${props.named?.isOnly === true ? 'No version has a name or a note. Give it one beside the version, or on its own page.' : 'No version yet. The first backup makes one.'}</p>` : ledger(reader, versions)}
          ${pager(props.pager)}
        </section>
      </div>
      <aside class="flow">
        <section aria-labelledby="rules">
          ${partHead({ id: 'rules', title: 'Rules' })}
          <p>${props.rules.words}.</p>
          ${facts([{ label: 'Set by', value: props.rules.isOwn ? 'This computer' : `Plan ${props.rules.plan}` }])}
          <p class="hint">Always kept: what is pinned, the newest good version, everything of the last day, and one an hour of the last seven days.</p>
          ${props.rulesPath === undefined ? '' : html`<p class="row"><a class="button" href="${props.rulesPath}">Change the rules</a></p>`}
        </section>
        <section aria-labelledby="bin">
          ${partHead({ id: 'bin', title: 'Bin' })}
          <p>${props.bin.count === 0 ? 'The bin is empty.' : html`${countOf(reader, props.bin.count, 'version')} can be taken back for seven days.`}</p>
          <p class="row"><a class="button" href="${props.bin.path}">${icon('trash-2')}Open the bin</a></p>
        </section>
      </aside>
    </div>`,
  })
}

function headOf({ reader, computer, total, going }: KeptPageProps): Html {
  if (total === 0) return sentence({ says: `${computer.name} has no versions yet.` })
  const small =
    going === 0 ? 'None of them is about to go.' : `${countOf(reader, going, 'version')} will go into the bin tonight.`
  return sentence({ says: `${countOf(reader, total, 'version')} of ${computer.name} are kept.`, small: [small] })
}

function namedLink({ named }: KeptPageProps): Html {
  if (named === undefined) return html``
  return html`<a class="end" href="${named.path}">${named.isOnly ? 'All versions' : 'Only named ones'}</a>`
}

function ledger(reader: Reader, versions: readonly KeptVersion[]): Html {
  return html`<div class="ledger-wrap">
            <table class="ledger">
              <thead>
                <tr><th scope="col">Version</th><th scope="col">Kept</th><th scope="col" class="num wider">New</th><th scope="col" class="acts"><span class="vh">What can be done</span></th></tr>
              </thead>
              <tbody>${versions.map((version) => row(reader, version))}
              </tbody>
            </table>
          </div>`
}

function row(reader: Reader, version: KeptVersion): Html {
  const when = whenText(reader, version.atMs)
  const time = timeTag(version.atMs, when)
  return html`
                <tr>
                  <th scope="row" class="when">${version.path === undefined ? time : html`<a href="${version.path}">${time}</a>`}${stateOf(version)}${versionWordsInList(version.words)}</th>
                  <td>${kept(reader, version)}</td>
                  <td class="num wider">${sizeText(reader, version.newBytes)}</td>
                  <td class="acts">${noteLink(version, when)}${pinButton(version, when)}${deleteButton(version, when)}</td>
                </tr>`
}

function stateOf({ isCheckpoint, verdict }: KeptVersion): Html {
  if (isCheckpoint) return html`<span class="sub">${stateBadge('running', 'Still running')}</span>`
  return verdict === 'ok' ? html`` : html`<span class="sub">${stateBadge(verdict)}</span>`
}

function kept(reader: Reader, { kept: until, reasons, isCheckpoint }: KeptVersion): Html {
  if (until === undefined) return html``
  if (until.kind !== 'going') return html`${keptUntil(reader, until)}<span class="sub">${reasonsText(reader, reasons)}</span>`
  const why = isCheckpoint ? 'A newer backup is finished' : 'No rule keeps it; for seven days it can be taken back'
  return html`${keptUntil(reader, until)}<span class="sub">${why}</span>`
}

function noteLink({ notePath, words }: KeptVersion, when: string): Html {
  if (notePath === undefined) return html``
  return html`<a class="button small quiet" href="${notePath}">${icon('pencil')}<span class="label">${words === undefined ? 'Name' : 'Rename'}</span><span class="vh"> the version of ${when}</span></a>`
}

function pinButton({ pinPath, unpinPath }: KeptVersion, when: string): Html {
  if (pinPath !== undefined) return act({ path: pinPath, icon: 'pin', word: 'Pin', when })
  return unpinPath === undefined ? html`` : act({ path: unpinPath, icon: 'pin-off', word: 'Unpin', when })
}

function deleteButton({ deletePath }: KeptVersion, when: string): Html {
  return deletePath === undefined ? html`` : act({ path: deletePath, icon: 'trash-2', word: 'Delete', when })
}

function act({
  path,
  icon: name,
  word,
  when,
}: {
  path: string
  icon: 'pin' | 'pin-off' | 'trash-2'
  word: string
  when: string
}): Html {
  return html`<form class="inline" action="${path}" method="post"><button class="button small quiet">${icon(name)}<span class="label">${word}</span><span class="vh"> the version of ${when}</span></button></form>`
}
