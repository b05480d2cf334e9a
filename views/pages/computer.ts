import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { type KeptUntilProps, keptUntil } from '../partials/kept-until.ts'
import { type MonthProps, monthPart } from '../partials/month.ts'
import { notice } from '../partials/notice.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { type PausedProps, pausedNotice } from '../partials/paused-notice.ts'
import { type ProvedProps, provedLine } from '../partials/proved.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import { type VersionWordsProps, versionWordsInList } from '../partials/version-words.ts'
import { backUpNow, type WorkProps, workPart } from '../partials/work.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type ComputerState, computerStateBadge } from './computers.ts'

export type VersionRow = {
  readonly atMs: number
  /** To its files; nothing for staff, who see no contents. */
  readonly path: string | undefined
  readonly verdict: 'ok' | 'partial' | 'failed'
  /** A long first run that is not finished: listed, never counted as a backup. */
  readonly isCheckpoint: boolean
  readonly skipped: number
  readonly skippedPath: string | undefined
  readonly tookMs: number
  readonly files: number
  readonly newBytes: number
  /** What people wrote about it; nothing for staff. */
  readonly words: VersionWordsProps | undefined
  /** Nothing: the computer has no rules. */
  readonly kept: KeptUntilProps | undefined
}

/** Who the computer is, as it said when it was connected. */
export type Identity = {
  readonly number: string
  readonly system: string
  readonly board: string | undefined
  readonly diskSerials: readonly string[]
  readonly macAddresses: readonly string[]
  readonly agentVersion: string
  readonly connectedAtMs: number
  readonly lastSeenAtMs: number | undefined
}

export type ComputerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly name: string
  readonly state: ComputerState
  readonly lastGoodAtMs: number | undefined
  readonly newestPath: string | undefined
  readonly work?: WorkProps
  /** Where a backup is asked for; undefined for whoever may not. */
  readonly backUpPath?: string | undefined
  readonly jobsPath?: string
  /** What went back to computers; undefined for whoever may not read files. */
  readonly restoresPath?: string | undefined
  readonly identity: Identity
  /** Why the last backup failed; stays until one succeeds. */
  readonly failure: { readonly atMs: number; readonly words: string; readonly code: string | undefined } | undefined
  /** It sent data that does not open: its memory or its disk is failing. Until it has sent only good data for a week. */
  readonly badData: { readonly records: number; readonly lastAtMs: number } | undefined
  /** Name, plan, identity, replacing, ending. */
  readonly managePath: string
  /** It has no access any more. */
  readonly gone: 'revoked' | 'forgotten' | undefined
  /** Somebody has to say who it is. */
  readonly isDoubted: boolean
  /** Whether its backups are taken, and the way to turn that; no path for whoever may not. */
  readonly backups: { readonly off: PausedProps | undefined; readonly path: string | undefined }
  readonly month: MonthProps
  readonly versions: readonly VersionRow[]
  readonly pager: PagerProps
  /** Until when versions are kept, and why. */
  readonly keptPath: string
  /** Whether bringing files back was tried; nothing: there is no version yet. */
  readonly proved: ProvedProps | undefined
  /** Where a proof is asked for; undefined for whoever may not. */
  readonly provePath: string | undefined
  readonly stored: {
    readonly storedBytes: number
    readonly sourceBytes: number
    readonly versions: number
    readonly sinceMs: number | undefined
  }
}

export function computerPage(props: ComputerPageProps): Page {
  const { reader, name, newestPath } = props
  return appPage({
    ...props,
    title: name,
    place: 'computers',
    body: html`
    ${trail('Where this computer is', [{ name: 'Computers', path: '/computers' }])}
    <header class="page-head">
      <div>
        <h1 class="title">${name}</h1>
        <p class="lead">${leadOf(reader, props)}</p>
      </div>
      <div class="row">${newestPath === undefined ? '' : html`<a class="button primary" href="${newestPath}">${icon('rotate-ccw')}Get a file back</a>`}${props.backUpPath === undefined ? '' : backUpNow(props.backUpPath)}${props.jobsPath === undefined ? '' : html`<a class="button" href="${props.jobsPath}">What it backs up</a>`}</div>
    </header>
    ${props.backups.off === undefined ? '' : pausedNotice(reader, name, props.backups.off, props.backups.path)}
    ${props.failure === undefined ? '' : failureNotice(reader, props.failure)}
    ${props.gone === undefined ? '' : goneNotice(props.gone, props.managePath)}
    ${props.isDoubted ? doubtNotice(props.managePath) : ''}
    ${props.badData === undefined ? '' : badDataNotice(reader, props.badData)}
    ${props.work === undefined ? '' : workPart(reader, props.work)}
    <div class="split part">
      <div class="flow">
        <section aria-labelledby="month">
          ${monthPart(reader, { ...props.month, single: true })}
        </section>
        <section aria-labelledby="versions">
          ${partHead({ id: 'versions', title: 'Versions', beside: html`<p class="hint">Times of ${reader.timeZone.replaceAll('_', ' ')}</p><a class="end" href="${props.keptPath}">How long they are kept</a>` })}
          ${versionsLedger(reader, props.versions)}
          ${pager(props.pager)}
        </section>
      </div>
      <aside class="flow">
        <section aria-labelledby="who">
          ${partHead({ id: 'who', title: 'Identity', beside: html`<a class="end" href="${props.managePath}">Name, plan, identity</a>` })}
          ${facts(identityFacts(reader, props.identity))}
        </section>
        <section aria-labelledby="size">
          ${partHead({ id: 'size', title: 'Stored' })}
          ${storedFigure(reader, props.stored)}
        </section>
        ${props.proved === undefined ? '' : provedPart(reader, props.proved, props.provePath)}
        ${props.restoresPath === undefined ? '' : html`<p class="row"><a class="button small" href="${props.restoresPath}">${icon('rotate-ccw')}What went back to computers</a></p>`}
        ${props.backups.path === undefined || props.backups.off !== undefined ? '' : html`<p class="row"><a class="button small" href="${props.backups.path}">${icon('circle-pause')}Pause backups</a></p>`}
      </aside>
    </div>`,
  })
}

function provedPart(reader: Reader, proved: ProvedProps, path: string | undefined): Html {
  return html`<section aria-labelledby="proved">
          ${partHead({ id: 'proved', title: 'Restore' })}
          <p>${provedLine(reader, proved)}</p>
          ${path === undefined ? '' : html`<form action="${path}" method="post"><button class="button small">${icon('play')}Prove a restore now</button></form>`}
        </section>`
}

function failureNotice(reader: Reader, { atMs, words, code }: NonNullable<ComputerPageProps['failure']>): Html {
  return notice({
    icon: 'octagon-x',
    state: 'failed',
    words: html`<b>The backup ${whenInSentence(reader, atMs)} failed.</b> ${words}`,
    ...(code === undefined ? {} : { action: html`<a class="button small" href="/docs/errors/${code}">What to do</a>` }),
  })
}

function goneNotice(gone: 'revoked' | 'forgotten', managePath: string): Html {
  const words =
    gone === 'revoked'
      ? html`<b>The access of this computer was withdrawn.</b> Its versions are kept and can be restored; it is backed up no more. A link for a new computer lets it in again.`
      : html`<b>This computer is being forgotten.</b> Its versions are in the bin and go for good after seven days. Taking one back stops it.`
  return notice({
    icon: 'circle-pause',
    state: 'paused',
    words,
    action: html`<a class="button small" href="${managePath}">Manage it</a>`,
  })
}

function doubtNotice(managePath: string): Html {
  return notice({
    icon: 'triangle-alert',
    state: 'partial',
    words: html`<b>Is it still the same computer?</b> What it says of its hardware does not fit what is known, or two computers use its identity. Nothing was mixed.`,
    action: html`<a class="button small" href="${managePath}">Look at both</a>`,
  })
}

/** The words tell what to do: whoever reads them stands before that computer, not before the box. */
function badDataNotice(reader: Reader, { records, lastAtMs }: NonNullable<ComputerPageProps['badData']>): Html {
  return notice({
    icon: 'triangle-alert',
    state: 'partial',
    words: html`<b>This computer sends data that does not open.</b> ${countOf(reader, records, 'piece')} so far, the last one found ${whenInSentence(reader, lastAtMs)}. That is the mark of bad memory or a bad disk: test both, and replace what fails. Its next backup sends the pieces again; good copies are never replaced by bad ones.`,
  })
}

function leadOf(reader: Reader, { state, lastGoodAtMs }: ComputerPageProps): Html {
  if (lastGoodAtMs === undefined)
    return html`${computerStateBadge(reader, state)}. The first one starts with “holdfast-agent backup” on it.`
  const when = whenInSentence(reader, lastGoodAtMs)
  if (state.kind === 'ok') return stateBadge('ok', `Backed up ${when}.`)
  return html`${computerStateBadge(reader, state)}. Last good: ${when}.`
}

function versionsLedger(reader: Reader, versions: readonly VersionRow[]): Html {
  if (versions.length === 0) return html`<p class="prose">No version yet. The first backup makes one.</p>`
  return html`<div class="ledger-wrap">
            <table class="ledger">
              <thead>
                <tr><th scope="col">Version</th><th scope="col">Verdict</th><th scope="col" class="num wide">Took</th><th scope="col" class="num wider">Files</th><th scope="col" class="num wide">New</th></tr>
              </thead>
              <tbody>${versions.map((version) => versionRow(reader, version))}
              </tbody>
            </table>
          </div>`
}

function versionRow(reader: Reader, version: VersionRow): Html {
  const words = timeTag(version.atMs, whenText(reader, version.atMs))
  const took = durationText(reader, version.tookMs)
  const newBytes = sizeText(reader, version.newBytes)
  return html`
                <tr>
                  <th scope="row" class="when">${version.path === undefined ? words : html`<a href="${version.path}">${words}</a>`}<span class="narrow sub">${countOf(reader, version.files, 'file')}, ${newBytes} new</span>${versionWordsInList(version.words)}${version.kept === undefined ? '' : html`<span class="sub">${keptUntil(reader, version.kept)}</span>`}</th>
                  <td>${verdictOf(reader, version)}</td>
                  <td class="num wide">${took}</td>
                  <td class="num wider">${countText(reader, version.files)}</td>
                  <td class="num wide">${newBytes}</td>
                </tr>`
}

function verdictOf(reader: Reader, { verdict, isCheckpoint, skipped, skippedPath }: VersionRow): Html {
  if (isCheckpoint) return stateBadge('running', 'Still running')
  if (skipped === 0) return stateBadge(verdict)
  const why = `${countOf(reader, skipped, 'file')} left out`
  return html`${stateBadge(verdict)} ${skippedPath === undefined ? html`<span class="why">${why}</span>` : html`<a class="why" href="${skippedPath}">${why}</a>`}`
}

function identityFacts(reader: Reader, identity: Identity): readonly Fact[] {
  const lines = (values: readonly string[]) =>
    values.length === 0 ? 'Not known' : values.map((value, index) => html`${index === 0 ? '' : html`<br>`}${value}`)
  return [
    { label: 'Number', value: identity.number, valueClass: 'id' },
    { label: 'System', value: identity.system },
    { label: 'Board', value: identity.board ?? 'Not known' },
    { label: 'Disk serials', value: html`${lines(identity.diskSerials)}` },
    { label: 'Network', value: html`${lines(identity.macAddresses)}` },
    { label: 'Agent', value: identity.agentVersion },
    { label: 'Connected', value: dateText(reader, identity.connectedAtMs) },
    ...(identity.lastSeenAtMs === undefined ? [] : [{ label: 'Last seen', value: whenText(reader, identity.lastSeenAtMs) }]),
  ]
}

function storedFigure(reader: Reader, { storedBytes, sourceBytes, versions, sinceMs }: ComputerPageProps['stored']): Html {
  return html`<p class="figure"><b>${sizeText(reader, storedBytes)}</b> for ${sizeText(reader, sourceBytes)} of files</p>
          ${facts([{ label: 'Versions', value: `${countText(reader, versions)}${sinceMs === undefined ? '' : `, since ${dateText(reader, sinceMs)}`}` }])}`
}
