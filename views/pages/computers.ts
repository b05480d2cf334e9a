import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { daysSince, timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type AccountStandingProps, accountStanding } from '../partials/account-standing.ts'
import { type AgentSteps, agentSteps } from '../partials/agent-steps.ts'
import { type AlarmProps, alarmNotice } from '../partials/alarm.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { type PausedState, pausedBadge } from '../partials/paused.ts'
import { type KitAsked, recoveryKitNotices } from '../partials/recovery-kit.ts'
import { sentence } from '../partials/sentence.ts'
import { type State, stateBadge } from '../partials/state.ts'
import { sproutPlate } from '../plates/sprout-plate.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type ComputerRow = {
  readonly name: string
  readonly path: string
  readonly system: string
  readonly state: ComputerState
  /** Newest version one can rely on. */
  readonly lastGoodAtMs: number | undefined
  readonly versions: number
  /** Of the newest version. */
  readonly files: number
  readonly sourceBytes: number
  /** Sealed bytes that this computer has sent. */
  readonly storedBytes: number
}

export type ComputerState =
  | { readonly kind: 'ok' | 'failed' | 'none' }
  /** `isSafe`: what it had before would do, too. */
  | { readonly kind: 'running'; readonly isSafe: boolean }
  | { readonly kind: 'partial'; readonly skipped: number }
  | { readonly kind: 'silent'; readonly sinceMs: number }
  | PausedState

/** Without access: its versions are kept, or on their way out. */
export type GoneComputer = {
  readonly name: string
  readonly number: string
  readonly path: string
  readonly versions: number
  readonly lastSeenAtMs: number
  readonly state: 'revoked' | 'forgotten'
}

export type ComputersPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computers: readonly ComputerRow[]
  readonly gone?: readonly GoneComputer[]
  readonly steps: AgentSteps
  /** Whoever looks may make links that let computers in. */
  readonly mayAdd: boolean
  /** Computers at the door that look like known ones. */
  readonly questions?: number
}

export type FirstComputerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly place: 'home' | 'computers'
  readonly steps: AgentSteps
  readonly mayAdd: boolean
  readonly kitsAsked?: readonly KitAsked[]
  readonly alarms?: readonly AlarmProps[]
  readonly accountStanding?: AccountStandingProps
}

const addPath = '/computers/add'

export function computersPage(props: ComputersPageProps): Page {
  const isEmpty = props.computers.length === 0 && (props.gone ?? []).length === 0
  if (isEmpty) return firstComputerPage({ ...props, place: 'computers' })
  return appPage({ ...props, title: 'Computers', place: 'computers', body: fullBody(props) })
}

/** Home and Computers of an account without any: the next step, and nothing else to look at. */
export function firstComputerPage(props: FirstComputerPageProps): Page {
  const { steps, kitsAsked = [], reader, alarms = [] } = props
  return appPage({
    ...props,
    title: 'Add the first computer',
    body: html`
    <header class="home-head">
      ${sentence({ says: 'No computer is backed up here yet.', small: ['The first one takes about five minutes.'] })}
      <p class="lead">You need to sit at the computer, or send this page to someone who does. What is chosen there can be changed at any time, and nothing is sent before you say so.</p>
      ${sproutPlate}
    </header>
    ${accountStanding(reader, props.accountStanding ?? { kind: 'active' })}
    ${alarms.map((alarm) => alarmNotice(reader, alarm))}
    ${props.mayAdd ? html`<p class="row"><a class="button primary" href="${addPath}">${icon('plus')}Make a link for it</a></p>` : ''}
    ${props.viewer.standing === 'guest' ? '' : agentSteps({ title: props.mayAdd ? 'Or connect it with your login' : 'Add the first computer', steps })}
    ${recoveryKitNotices(kitsAsked)}`,
  })
}

function fullBody({ reader, viewer, computers, steps, mayAdd, gone = [], questions = 0 }: ComputersPageProps): Html {
  return html`
    <header class="page-head">
      <div>
        <h1 class="title">${titleOf(reader, computers)}</h1>
        <p class="lead">${leadOf(reader, computers)}</p>
      </div>
      ${mayAdd ? html`<p class="row"><a class="button" href="${addPath}">${icon('plus')}Add a computer</a></p>` : ''}
    </header>
    ${questions === 0 || !mayAdd ? '' : questionNotice(reader, questions)}
    ${computers.length === 0 ? '' : ledgerPart(reader, computers)}
    ${gone.length === 0 ? '' : gonePart(reader, gone)}
    ${viewer.standing === 'guest' ? '' : agentSteps({ title: mayAdd ? 'Add another computer with your login' : 'Add another computer', steps })}`
}

function ledgerPart(reader: Reader, computers: readonly ComputerRow[]): Html {
  return html`<section class="part" aria-labelledby="all">
      <h2 class="vh" id="all">All computers</h2>
      <div class="ledger-wrap">
        <table class="ledger fleet">
          <thead>
            <tr><th scope="col">Computer</th><th scope="col" class="wider">System</th><th scope="col">State</th><th scope="col" class="wide">Last good</th><th scope="col" class="num wide">Versions</th><th scope="col" class="num wider">Files</th><th scope="col" class="num wide">Size</th><th scope="col" class="num wider">Stored</th></tr>
          </thead>
          <tbody>${computers.map((computer) => rowOf(reader, computer))}
          </tbody>
        </table>
      </div>
      <p class="hint more-link">Size is what its newest version holds. Stored is what its backups take on this box, without what was there already.</p>
    </section>`
}

function questionNotice(reader: Reader, questions: number): Html {
  return notice({
    icon: 'circle-question-mark',
    state: 'partial',
    words: html`<b>${countOf(reader, questions, 'computer')} at the door.</b> It looks like one that is known. Say whether it takes over.`,
    action: html`<a class="button small" href="${addPath}">Answer</a>`,
  })
}

function gonePart(reader: Reader, gone: readonly GoneComputer[]): Html {
  return html`<section class="part" aria-labelledby="gone">
      ${partHead({ id: 'gone', title: 'Not connected any more' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Computer</th><th scope="col">State</th><th scope="col" class="num wide">Versions</th><th scope="col" class="wide">Last seen</th></tr></thead>
          <tbody>${gone.map(
            (computer) => html`
            <tr>
              <th scope="row"><a href="${computer.path}" class="name">${computer.name}</a><span class="sub id">${computer.number}</span></th>
              <td>${stateBadge('paused', computer.state === 'revoked' ? 'Access withdrawn' : 'Being forgotten')}<span class="narrow sub">${countOf(reader, computer.versions, 'version')}</span></td>
              <td class="num wide">${countText(reader, computer.versions)}</td>
              <td class="wide when">${whenText(reader, computer.lastSeenAtMs)}</td>
            </tr>`,
          )}
          </tbody>
        </table>
      </div>
    </section>`
}

function rowOf(reader: Reader, computer: ComputerRow): Html {
  const good = computer.lastGoodAtMs
  const when = good === undefined ? 'Never' : timeTag(good, whenText(reader, good))
  return html`
            <tr>
              <th scope="row"><a href="${computer.path}" class="name">${computer.name}</a><span class="narrow sub">${computer.system}</span></th>
              <td class="wider">${computer.system}</td>
              <td>${computerStateBadge(reader, computer.state)}<span class="narrow sub">${when}, ${countOf(reader, computer.versions, 'version')}, ${sizeText(reader, computer.sourceBytes)}</span></td>
              <td class="wide when">${when}</td>
              <td class="num wide">${countText(reader, computer.versions)}</td>
              <td class="num wider">${countText(reader, computer.files)}</td>
              <td class="num wide">${sizeText(reader, computer.sourceBytes)}</td>
              <td class="num wider">${sizeText(reader, computer.storedBytes)}</td>
            </tr>`
}

export function computerStateBadge(reader: Reader, state: ComputerState): Html {
  switch (state.kind) {
    case 'silent':
      return stateBadge('silent', `Silent ${countOf(reader, daysSince(reader, state.sinceMs), 'day')}`)
    case 'partial':
      return html`${stateBadge('partial')} <span class="why">${countOf(reader, state.skipped, 'file')} left out</span>`
    case 'paused':
      return pausedBadge(reader, state)
    case 'none':
      return stateBadge('none', 'No backup yet')
    case 'ok':
    case 'failed':
    case 'running':
      return stateBadge(state.kind)
    default:
      return state satisfies never
  }
}

function titleOf(reader: Reader, computers: readonly ComputerRow[]): string {
  if (computers.length === 0) return 'No computer is connected.'
  const safe = computers.filter(({ state }) => state.kind === 'ok' || (state.kind === 'running' && state.isSafe)).length
  if (safe < computers.length)
    return `${countText(reader, safe)} of ${countOf(reader, computers.length, 'computer')} ${safe === 1 ? 'is' : 'are'} safe.`
  return computers.length === 1
    ? `${computers[0]!.name} is safe.`
    : `All ${countOf(reader, computers.length, 'computer')} are safe.`
}

function leadOf(reader: Reader, computers: readonly ComputerRow[]): string {
  if (computers.length === 0) return 'Nothing is backed up here now. What was stays, and can be restored.'
  const count = (kind: State) => computers.filter(({ state }) => state.kind === kind).length
  const parts = [
    { count: count('failed'), words: 'failed' },
    { count: count('silent'), words: 'silent' },
    { count: count('partial'), words: 'backed up only partly' },
    { count: count('none'), words: 'without a backup yet' },
    { count: count('paused'), words: 'paused' },
  ].filter((part) => part.count > 0)
  if (parts.length === 0) return `${computers.length === 1 ? 'Its' : 'Each one’s'} newest backup can be restored whole.`
  const said = parts.map((part) => `${countText(reader, part.count)} ${part.words}`)
  return `${new Intl.ListFormat(reader.locale).format(said)}.`
}
