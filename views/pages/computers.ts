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

export type ComputersPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computers: readonly ComputerRow[]
  readonly steps: AgentSteps
}

export type FirstComputerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly place: 'home' | 'computers'
  readonly steps: AgentSteps
  readonly kitsAsked?: readonly KitAsked[]
  readonly alarms?: readonly AlarmProps[]
  readonly accountStanding?: AccountStandingProps
}

export function computersPage(props: ComputersPageProps): Page {
  if (props.computers.length === 0) return firstComputerPage({ ...props, place: 'computers' })
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
    ${agentSteps({ title: 'Add the first computer', steps })}
    ${recoveryKitNotices(kitsAsked)}`,
  })
}

function fullBody({ reader, computers, steps }: ComputersPageProps): Html {
  return html`
    <header class="page-head">
      <div>
        <h1 class="title">${titleOf(reader, computers)}</h1>
        <p class="lead">${leadOf(reader, computers)}</p>
      </div>
      <p class="row"><a class="button" href="#add">${icon('plus')}Add a computer</a></p>
    </header>
    <section class="part" aria-labelledby="all">
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
    </section>
    ${agentSteps({ title: 'Add another computer', steps })}`
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
  const safe = computers.filter(({ state }) => state.kind === 'ok' || (state.kind === 'running' && state.isSafe)).length
  if (safe < computers.length)
    return `${countText(reader, safe)} of ${countOf(reader, computers.length, 'computer')} ${safe === 1 ? 'is' : 'are'} safe.`
  return computers.length === 1
    ? `${computers[0]!.name} is safe.`
    : `All ${countOf(reader, computers.length, 'computer')} are safe.`
}

function leadOf(reader: Reader, computers: readonly ComputerRow[]): string {
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
