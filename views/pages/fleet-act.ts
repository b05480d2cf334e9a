import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type FleetState, fleetStateBadge } from './fleet.ts'

export type FleetActKind = 'run' | 'pause' | 'resume' | 'move'

export type FleetActPageProps = PageContext & {
  readonly viewer: Viewer
  readonly act: FleetActKind
  readonly computers: readonly {
    readonly value: string
    readonly name: string
    readonly customer: string
    readonly plan: string
    readonly state: FleetState
  }[]
  readonly plans: readonly { readonly value: string; readonly name: string }[]
  readonly maxReasonCharacters: number
  /** What was typed, where something of it was wrong. */
  readonly values: { readonly reason: string; readonly until: string }
  readonly problems: Readonly<Partial<Record<'reason' | 'until', string>>>
}

const verbs = {
  run: { title: 'Back up', button: 'Back up now' },
  pause: { title: 'Pause', button: 'Pause' },
  resume: { title: 'Resume', button: 'Resume' },
  move: { title: 'Move', button: 'Move' },
} as const

/** What an act on many computers means, before it is done. */
export function fleetActPage(props: FleetActPageProps): Page {
  const { reader, act, computers } = props
  const title = `${verbs[act].title} ${countOf(reader, computers.length, 'computer')}`
  return appPage({
    ...props,
    title,
    place: 'fleet',
    body: html`
    ${trail('Where this page belongs', [{ path: '/fleet', name: 'Computers' }])}
    <header class="page-head"><div>
      <h1 class="title">${title}${act === 'move' ? ' to another plan' : ''}</h1>
      <p class="lead">${consequences[act]}</p>
    </div></header>
    ${computers.length === 0 ? html`<p class="hint">None of them is there any more.</p>` : decision(props)}`,
  })
}

const consequences = {
  run: 'Each begins as soon as it hears of it; one that is switched off begins when it is on again.',
  pause:
    'Nothing is taken from them until they are resumed; each says why when it asks. Their versions stay, and can be restored.',
  resume: 'Their backups are taken again, by their schedules. What a paused plan or a suspended account stops is not touched.',
  move: 'Each goes to its own customer’s licence for that plan and counts there. For seven days nothing goes that the plan it leaves keeps, and it can be moved back. Then the rules of the new plan decide which of its versions are kept; what they let go lies in the bin for seven days more. One with rules of its own keeps those.',
} as const

function decision(props: FleetActPageProps): Html {
  const { act, computers, reader } = props
  return html`<form class="part" action="/fleet/act" method="post" aria-labelledby="decide">
      <input type="hidden" name="asked" value="${reader.nowMs}">
      ${partHead({ id: 'decide', title: 'Which ones' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Computer</th><th scope="col">State now</th><th scope="col" class="wide">Plan</th></tr></thead>
        <tbody>${computers.map(
          ({ value, name, customer, plan, state }) => html`
          <tr><th scope="row"><input type="hidden" name="computer" value="${value}"><span class="name">${name}</span><span class="sub">${customer}</span></th><td>${fleetStateBadge(reader, state)}</td><td class="wide">${plan}</td></tr>`,
        )}
        </tbody>
      </table></div>
      <div class="box">
        <h2>${computers.length === 1 ? 'Shall it be done?' : 'Shall it be done to all of them?'}</h2>
        ${questions(props)}
        <p class="row"><button class="button primary" name="act" value="${act}">${icon(act === 'pause' ? 'circle-pause' : act === 'resume' ? 'rotate-ccw' : 'check')}${verbs[act].button}</button><a class="button" href="/fleet">Leave them as they are</a></p>
      </div>
    </form>`
}

function questions({ act, plans, maxReasonCharacters, values, problems }: FleetActPageProps): Html {
  if (act === 'pause')
    return html`<div class="field"><label for="reason">Reason</label><input id="reason" name="reason" required maxlength="${maxReasonCharacters}" value="${values.reason}"${described('reason', problems.reason)}><p class="hint" id="reason-hint">Whoever sits at the computer reads it.</p>${wrong('reason', problems.reason)}</div>
        <div class="field"><label for="until">Until the morning of</label><input id="until" name="until" type="date" value="${values.until}"${described('until', problems.until)}><p class="hint" id="until-hint">Left empty: until somebody resumes them.</p>${wrong('until', problems.until)}</div>`
  if (act === 'move')
    return html`<div class="field"><label for="plan">To which plan</label><select id="plan" name="plan" required>${plans.map(({ value, name }) => html`<option value="${value}">${name}</option>`)}</select></div>`
  return html``
}

function described(name: string, problem: string | undefined): Html {
  return problem === undefined
    ? html` aria-describedby="${name}-hint"`
    : html` aria-describedby="${name}-hint ${name}-problem" aria-invalid="true"`
}

function wrong(name: string, problem: string | undefined): Html {
  return problem === undefined ? html`` : html`<p class="wrong" id="${name}-problem">${problem}</p>`
}
