import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { State } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import { type WorkProps, workPart } from '../partials/work.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import type { SkipReason } from './skipped.ts'

export type LeftOutRow = {
  readonly path: string
  readonly reason: SkipReason
  readonly detail: string
  readonly isKnown: boolean
}

export type AcceptedRow = {
  readonly pattern: string
  readonly reason: string
  readonly acceptedBy: string
  readonly acceptedAtMs: number
  /** Undefined for whoever may not take it back. */
  readonly revokePath: string | undefined
}

export type AttemptRow = {
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly code: string | undefined
  readonly words: string
}

export type RunPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: string
  readonly computerPath: string
  readonly job: string
  readonly state: State
  readonly says: string
  readonly lead: string
  readonly cause: 'schedule' | 'order' | 'hand' | undefined
  readonly startedAtMs: number
  readonly endedAtMs: number | undefined
  readonly files: number
  readonly sourceBytes: number
  readonly newBytes: number
  readonly skipped: number
  readonly knownSkips: number
  /** Why it failed, and the manual's page of the code. */
  readonly failure: { readonly code: string; readonly words: string; readonly manualPath: string } | undefined
  readonly attempts: readonly AttemptRow[]
  readonly versionPath: string | undefined
  /** Undefined: whoever looks sees no names, or the list went with its version. */
  readonly leftOut: readonly LeftOutRow[] | undefined
  readonly whyNoList: string | undefined
  readonly accepted: readonly AcceptedRow[]
  /** Where a left-out file is accepted; undefined for whoever may not. */
  readonly acceptPath: string | undefined
  readonly acceptProblem: { readonly pattern: string; readonly reason: string; readonly words: string } | undefined
  readonly log: string | undefined
  readonly logIsHidden: boolean
  readonly work: WorkProps
}

const causeWords = { schedule: 'By its schedule', order: 'Asked for in the dashboard', hand: 'By hand, on the computer' } as const

/** One backup: how it ended, why, what it left out, and its own words about it. */
export function runPage(props: RunPageProps): Page {
  const { reader, computer, startedAtMs } = props
  return appPage({
    ...props,
    title: `Backup of ${computer}`,
    place: 'activity',
    body: html`
    ${trail('Where this backup is', [
      { name: 'Activity', path: '/activity' },
      { name: computer, path: props.computerPath },
    ])}
    ${sentence({ state: props.state, says: props.says, small: [`${computer}, ${props.job}: ${whenInSentence(reader, startedAtMs)}.`] })}
    <p class="lead">${props.lead}</p>
    ${workPart(reader, props.work)}
    <div class="split part">
      <div class="flow">
        ${props.failure === undefined ? '' : failurePart(props.failure)}
        ${props.attempts.length > 1 ? attemptsPart(reader, props.attempts) : ''}
        ${leftOutPart(props)}
        ${props.accepted.length === 0 ? '' : acceptedPart(reader, props.accepted)}
        ${logPart(props)}
      </div>
      <aside class="flow">
        <section aria-labelledby="facts">
          ${partHead({ id: 'facts', title: 'Facts' })}
          ${facts(factsOf(props))}
          ${props.versionPath === undefined ? '' : html`<p class="row"><a class="button small" href="${props.versionPath}">${icon('rotate-ccw')}Get a file back</a></p>`}
        </section>
      </aside>
    </div>`,
  })
}

function factsOf(props: RunPageProps): readonly Fact[] {
  const { reader, startedAtMs, endedAtMs, cause } = props
  const known: Fact[] = [
    { label: 'Began', value: timeTag(startedAtMs, whenText(reader, startedAtMs)) },
    { label: 'Ended', value: endedAtMs === undefined ? 'Not yet' : timeTag(endedAtMs, whenText(reader, endedAtMs)) },
    ...(endedAtMs === undefined ? [] : [{ label: 'Took', value: durationText(reader, endedAtMs - startedAtMs) }]),
    ...(cause === undefined ? [] : [{ label: 'Why', value: causeWords[cause] }]),
    { label: 'Files', value: countText(reader, props.files) },
    { label: 'Size', value: sizeText(reader, props.sourceBytes) },
    { label: 'New', value: sizeText(reader, props.newBytes) },
    { label: 'Left out', value: leftOutText(props) },
  ]
  return known
}

function leftOutText({ reader, skipped, knownSkips }: RunPageProps): string {
  if (skipped === 0) return 'Nothing'
  return knownSkips === 0
    ? countOf(reader, skipped, 'file')
    : `${countOf(reader, skipped, 'file')}, ${countText(reader, knownSkips)} known`
}

function failurePart({ code, words, manualPath }: NonNullable<RunPageProps['failure']>): Html {
  return html`<section aria-labelledby="why">
          ${partHead({ id: 'why', title: 'What went wrong' })}
          <p>${words}</p>
          <p class="hint">Its code is <a href="${manualPath}">${code}</a>. The manual says who can put it right, and how.</p>
        </section>`
}

function attemptsPart(reader: Reader, attempts: readonly AttemptRow[]): Html {
  return html`<section aria-labelledby="attempts">
          ${partHead({ id: 'attempts', title: `${countText(reader, attempts.length)} attempts` })}
          <ol class="times">${attempts.map(
            ({ startedAtMs, endedAtMs, code, words }) => html`
            <li>${timeTag(startedAtMs, whenText(reader, startedAtMs))}<div>${code === undefined ? 'It succeeded.' : words}<p class="sub">${durationText(reader, endedAtMs - startedAtMs)}${code === undefined ? '' : `, ${code}`}</p></div></li>`,
          )}
          </ol>
        </section>`
}

const reasonWords = {
  unreadable: 'Could not be read',
  vanished: 'Was gone before it was read',
  changed: 'Kept changing while it was read',
  unsupported: 'Cannot be kept',
  failed: 'Failed',
} as const satisfies Record<SkipReason, string>

function leftOutPart(props: RunPageProps): Html | string {
  const { reader, skipped, leftOut, whyNoList } = props
  if (skipped === 0) return ''
  const shown = leftOut ?? []
  return html`<section aria-labelledby="left-out">
          ${partHead({ id: 'left-out', title: 'What was left out', beside: html`<p class="hint">${shown.length < skipped && shown.length > 0 ? `The first ${countText(reader, shown.length)} of ${countText(reader, skipped)}` : countOf(reader, skipped, 'file')}</p>` })}
          ${whyNoList === undefined ? '' : html`<p>${whyNoList}</p>`}
          ${shown.length === 0 ? '' : leftOutLedger(shown, props.acceptPath !== undefined)}
          ${props.acceptPath === undefined || shown.every(({ isKnown }) => isKnown) ? '' : acceptForm(props, props.acceptPath)}
        </section>`
}

function leftOutLedger(rows: readonly LeftOutRow[], mayAccept: boolean): Html {
  return html`<div class="ledger-wrap"><table class="ledger">
            <thead><tr>${mayAccept ? html`<th scope="col"><span class="vh">Choose</span></th>` : ''}<th scope="col">File</th><th scope="col">Why</th></tr></thead>
            <tbody>${rows.map(
              ({ path, reason, detail, isKnown }, index) => html`
              <tr>${mayAccept ? html`<td>${isKnown ? '' : html`<input type="checkbox" form="accept" name="path" value="${index}" id="skip-${index}" aria-label="Accept ${path}">`}</td>` : ''}<th scope="row" class="name"><bdi class="exact">${path}</bdi></th><td>${isKnown ? 'Known and accepted. ' : ''}${reasonWords[reason]}<span class="sub">${detail}</span></td></tr>`,
            )}
            </tbody>
          </table></div>`
}

function acceptForm({ acceptProblem }: RunPageProps, acceptPath: string): Html {
  const wrong = acceptProblem === undefined ? '' : html`<p class="wrong" id="accept-problem">${acceptProblem.words}</p>`
  return html`<form class="box" id="accept" action="${acceptPath}" method="post">
            <h3>Will some of these always be left out?</h3>
            <p>Choose them above, or give a pattern. Backups that leave out nothing else then count as complete, and new ones still show.</p>
            ${wrong}
            <div class="field"><label for="pattern">Pattern, instead of choosing</label><input id="pattern" name="pattern" type="text" value="${acceptProblem?.pattern ?? ''}" maxlength="1024" aria-describedby="pattern-hint"><p class="hint" id="pattern-hint">As “*.sock” or a whole path.</p></div>
            <div class="field"><label for="reason">Why nobody needs them</label><input id="reason" name="reason" type="text" required maxlength="500" value="${acceptProblem?.reason ?? ''}"></div>
            <p class="row"><button class="button">${icon('check')}Accept as known</button></p>
          </form>`
}

function acceptedPart(reader: Reader, accepted: readonly AcceptedRow[]): Html {
  return html`<section aria-labelledby="accepted">
          ${partHead({ id: 'accepted', title: 'Known and accepted' })}
          <div class="ledger-wrap"><table class="ledger">
            <thead><tr><th scope="col">What</th><th scope="col">Why</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
            <tbody>${accepted.map(
              ({ pattern, reason, acceptedBy, acceptedAtMs, revokePath }) => html`
              <tr><th scope="row" class="name"><bdi class="exact">${pattern}</bdi></th><td><i>${reason}</i><span class="sub">${acceptedBy}, ${timeTag(acceptedAtMs, whenText(reader, acceptedAtMs))}</span></td><td class="acts">${revokePath === undefined ? '' : html`<form action="${revokePath}" method="post"><button class="button small">${icon('trash-2')}<span class="label">Take back</span><span class="vh">: ${pattern}</span></button></form>`}</td></tr>`,
            )}
            </tbody>
          </table></div>
        </section>`
}

function logPart({ log, logIsHidden, computer, endedAtMs }: RunPageProps): Html {
  const none =
    endedAtMs === undefined
      ? 'The log comes when the backup has ended.'
      : 'There is no copy of its log here: the computer has not sent one, or it was too old to keep. “holdfast-agent log” shows it there.'
  return html`<section aria-labelledby="log">
          ${partHead({ id: 'log', title: 'Log' })}
          ${logIsHidden ? notice({ icon: 'key-round', words: 'Names of files are hidden: they belong to the account.' }) : ''}
          ${log === undefined ? html`<p>${none}</p>` : html`<pre class="log" tabindex="0" role="region" aria-label="Log of the backup of ${computer}">${log}</pre>`}
        </section>`
}
