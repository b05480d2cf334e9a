import { html } from 'hono/html'
import { durationText } from '../format/duration.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { type ChoreProps, type ChoresAbout, choresPart } from '../partials/chores.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PastRunProps = {
  readonly title: string
  readonly startedAtMs: number
  readonly tookMs: number
  readonly outcome: 'done' | 'failed' | 'cancelled' | 'interrupted'
  readonly summary: string
}

export type JobsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly chores: readonly ChoreProps[]
  readonly about: ChoresAbout
  readonly past: readonly PastRunProps[]
  /** The one whose history is shown; all without it. */
  readonly shown: string | undefined
}

/** The box's scheduled work: last, next, how long, what came of it; and what ran before. */
export function jobsPage(props: JobsPageProps): Page {
  const { reader, chores, about } = props
  return appPage({
    ...props,
    title: 'Jobs',
    place: 'jobs',
    body: html`
    <header class="page-head"><div>${headOf(chores)}</div></header>
    ${choresPart(reader, chores, about)}
    ${pastPart(props)}`,
  })
}

function headOf(chores: readonly ChoreProps[]): Html {
  const titles = (state: ChoreProps['state']) => chores.filter((chore) => chore.state === state).map(({ title }) => title)
  const [failed, running] = [titles('failed'), titles('running')]
  if (failed.length > 0)
    return sentence({
      state: 'failed',
      says: `${failed.join(', ')} did not work.`,
      small: ['It is tried again by itself; the reason stands below.'],
    })
  if (running.length > 0)
    return sentence({
      state: 'running',
      says: `${running.join(', ')} is under way.`,
      small: ['It may be stopped; it begins again by itself.'],
    })
  return sentence({
    state: 'ok',
    says: 'All scheduled work is done.',
    small: ['What was missed while the box was off is caught up once.'],
  })
}

const outcomes = {
  done: ['ok', 'Done'],
  failed: ['failed', 'Failed'],
  cancelled: ['none', 'Stopped'],
  interrupted: ['silent', 'Box was stopped'],
} as const satisfies Record<PastRunProps['outcome'], readonly [string, string]>

function pastPart({ reader, past, chores, shown }: JobsPageProps): Html {
  const choose = html`<form action="/jobs" class="row">
        <label class="vh" for="job">Show</label>
        <select id="job" name="job"><option value="">All of it</option>${chores.map(
          ({ name, title }) => html`<option value="${name}"${name === shown ? ' selected' : ''}>${title}</option>`,
        )}</select><button class="button small">Show</button></form>`
  return html`<section class="part" aria-labelledby="past">
      ${partHead({ id: 'past', title: 'What ran', beside: choose })}
      ${past.length === 0 ? html`<p class="hint">Nothing has ended yet.</p>` : pastLedger(reader, past)}
    </section>`
}

function pastLedger(reader: Reader, past: readonly PastRunProps[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Work</th><th scope="col">How it ended</th><th scope="col" class="wide">Began</th><th scope="col" class="num wide">Took</th></tr></thead>
          <tbody>${past.map((run) => pastRow(reader, run))}
          </tbody>
        </table>
      </div>`
}

function pastRow(reader: Reader, { title, startedAtMs, tookMs, outcome, summary }: PastRunProps): Html {
  const [state, word] = outcomes[outcome]
  const began = timeTag(startedAtMs, whenText(reader, startedAtMs))
  return html`
            <tr>
              <th scope="row"><span class="name">${title}</span>${summary === '' ? '' : html`<span class="sub">${summary}</span>`}</th>
              <td>${stateBadge(state, word)}<span class="narrow sub">${began}</span></td>
              <td class="wide when">${began}</td>
              <td class="num wide">${durationText(reader, tookMs)}</td>
            </tr>`
}
