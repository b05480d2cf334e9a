import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type JobProps = {
  readonly name: string
  /** Undefined for whoever sees no paths. */
  readonly sources: readonly string[] | undefined
  readonly excludes: readonly string[] | undefined
  readonly sourceCount: number
  readonly excludeCount: number
  readonly schedules: readonly string[]
  readonly isPaused: boolean
  readonly keep: string | undefined
  readonly nextAtMs: number | undefined
}

export type JobsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: { readonly name: string; readonly path: string }
  readonly path: string
  /** What the page was made from: an edit is refused when it has changed. */
  readonly revision: string
  readonly timeZone: string
  readonly toldAtMs: number
  readonly keepsSchedule: boolean
  readonly jobs: readonly JobProps[]
  /** An edit that waits for the computer. */
  readonly waiting: { readonly givenAtMs: number; readonly givenBy: string; readonly isListening: boolean } | undefined
  /** An edit that the computer refused, because it had been changed there. */
  readonly conflict: { readonly givenAtMs: number; readonly givenBy: string; readonly jobs: readonly JobProps[] } | undefined
  readonly failed: { readonly words: string; readonly atMs: number } | undefined
  readonly mayEdit: boolean
  readonly mayReadPaths: boolean
  /** What was wrong with what was typed, and that again. */
  readonly problem: { readonly words: string; readonly job: JobProps; readonly isNew: boolean } | undefined
}

/** What a computer backs up and when, and changing it from here. The computer has the last word. */
export function jobsPage(props: JobsPageProps): Page {
  const { reader, computer, jobs, problem } = props
  return appPage({
    ...props,
    title: `Jobs of ${computer.name}`,
    place: 'computers',
    body: html`
    ${trail('Where these jobs are', [{ name: 'Computers', path: '/computers' }, computer])}
    <header class="page-head"><div>
      <h1 class="title">What ${computer.name} backs up</h1>
      <p class="lead">As the computer told ${whenInSentence(reader, props.toldAtMs)}. Its times are meant in ${props.timeZone.replaceAll('_', ' ')}. Programs that run around a backup are set on the computer only.</p>
    </div></header>
    ${notices(props)}
    ${props.conflict === undefined ? '' : conflictPart(props, props.conflict)}
    ${problem === undefined ? '' : notice({ state: 'failed', icon: 'octagon-x', words: problem.words })}
    ${jobs.length === 0 ? html`<p class="lead">Nothing is selected yet.</p>` : ''}
    ${jobs.map((job, index) => jobPart(props, problem?.isNew === false && problem.job.name === job.name ? problem.job : job, index))}
    ${props.mayEdit && props.mayReadPaths ? addPart(props) : ''}`,
  })
}

function notices(props: JobsPageProps): Html {
  const { reader, waiting, failed, keepsSchedule, jobs } = props
  const isScheduled = jobs.some(({ schedules, isPaused }) => schedules.length > 0 && !isPaused)
  return html`${
    waiting === undefined
      ? ''
      : notice({
          icon: 'circle-dashed',
          words: html`Changed ${whenInSentence(reader, waiting.givenAtMs)} by ${waiting.givenBy}. ${waiting.isListening ? 'The computer is about to take it.' : 'The change waits until the computer appears.'}`,
        })
  }${failed === undefined ? '' : notice({ state: 'failed', icon: 'octagon-x', words: html`The computer did not take the last change (${whenText(reader, failed.atMs)}): ${failed.words}` })}${
    isScheduled && !keepsSchedule
      ? notice({
          state: 'partial',
          icon: 'triangle-alert',
          words: html`Nothing starts these backups: <span class="code">holdfast-agent run</span> does not run on this computer.`,
        })
      : ''
  }`
}

function conflictPart(props: JobsPageProps, conflict: NonNullable<JobsPageProps['conflict']>): Html {
  const { reader, path, revision, computer, jobs } = props
  const side = (title: string, list: readonly JobProps[]) => html`<section>
            <h3>${title}</h3>
            ${list.length === 0 ? html`<p>No job.</p>` : list.map((job) => html`<p><b>${job.name}</b>${job.isPaused ? ' (paused)' : ''}<br>${job.schedules.join('; ') || 'No times'}${job.sources === undefined ? html`<br>${countOf(reader, job.sourceCount, 'folder')}` : job.sources.map((source) => html`<br><bdi class="exact">${source}</bdi>`)}${(job.excludes ?? []).map((exclude) => html`<br>without <bdi class="exact">${exclude}</bdi>`)}</p>`)}
          </section>`
  return html`<section class="box roomy part" aria-labelledby="conflict">
      <h2 id="conflict">${computer.name} was changed on both sides. Which one shall count?</h2>
      <p>Your change of ${whenText(reader, conflict.givenAtMs)} (${conflict.givenBy}) was made on jobs that had been edited on the computer meanwhile. Nothing was mixed; the computer keeps its own until you choose.</p>
      <div class="pair">${side('As it is on the computer', jobs)}${side('As it was set here', conflict.jobs)}</div>
      ${
        props.mayEdit && props.mayReadPaths
          ? html`<div class="row">
        <form action="${path}" method="post"><input type="hidden" name="revision" value="${revision}"><button class="button" name="step" value="keep-theirs">${icon('monitor')}Keep the computer’s</button></form>
        <form action="${path}" method="post"><input type="hidden" name="revision" value="${revision}"><button class="button" name="step" value="use-mine">${icon('check')}Use what was set here</button></form>
      </div>`
          : ''
      }
    </section>`
}

function jobPart(props: JobsPageProps, job: JobProps, index: number): Html {
  const { reader, mayEdit } = props
  const id = `job-${index}`
  const next = job.isPaused
    ? 'Paused: it does not start by itself'
    : job.nextAtMs === undefined
      ? 'No times'
      : html`Next: ${timeTag(job.nextAtMs, whenInSentence(reader, job.nextAtMs))}`
  return html`<section class="part" aria-labelledby="${id}">
      ${partHead({ id, title: job.name, beside: html`<p class="hint">${next}</p>` })}
      ${mayEdit ? editForm(props, job, id) : readOnly(props, job)}
    </section>`
}

function readOnly({ reader }: JobsPageProps, job: JobProps): Html {
  return html`<p>${job.sources === undefined ? countOf(reader, job.sourceCount, 'folder') : job.sources.join(', ')}. ${job.schedules.join('; ') || 'No times'}.</p>`
}

function editForm(props: JobsPageProps, job: JobProps, id: string): Html {
  const { path, revision, mayReadPaths, reader } = props
  return html`<form class="job-form" action="${path}" method="post">
        <input type="hidden" name="revision" value="${revision}"><input type="hidden" name="job" value="${job.name}">
        ${
          mayReadPaths
            ? html`${lines({ id: `${id}-sources`, name: 'sources', label: 'Folders and files', values: job.sources ?? [], hint: 'One a line, as whole paths.' })}
        ${lines({ id: `${id}-excludes`, name: 'excludes', label: 'Left out', values: job.excludes ?? [], hint: 'One pattern a line: *.tmp, node_modules/, or a whole path.' })}`
            : html`<p>${countOf(reader, job.sourceCount, 'folder')}, ${countOf(reader, job.excludeCount, 'pattern')} left out. Their names belong to the account.</p>`
        }
        ${lines({ id: `${id}-schedules`, name: 'schedules', label: 'When', values: job.schedules, hint: scheduleHint })}
        <p><label class="check"><input type="checkbox" name="paused" value="yes"${job.isPaused ? html` checked` : ''}> Paused: it does not start by itself</label></p>
        ${job.keep === undefined ? '' : html`<p class="hint">On the computer it also says how long versions are kept: ${job.keep}. That stays.</p>`}
        <p class="row"><button class="button" name="step" value="save">${icon('check')}Save<span class="vh"> ${job.name}</span></button>${mayReadPaths ? html`<button class="button danger" name="step" value="remove" formnovalidate>${icon('trash-2')}Remove<span class="vh"> ${job.name}</span></button>` : ''}</p>
      </form>`
}

const scheduleHint = 'One a line: “daily 18:00”, “every 15 minutes”, “weekly mon 20:00”, “monthly 1 03:00”, or a cron line.'

function addPart(props: JobsPageProps): Html {
  const { path, revision, problem } = props
  const typed = problem?.isNew === true ? problem.job : undefined
  return html`<section class="part" aria-labelledby="add">
      ${partHead({ id: 'add', title: 'Another job' })}
      <form class="job-form" action="${path}" method="post">
        <input type="hidden" name="revision" value="${revision}">
        <div class="field"><label for="new-name">Name</label><input id="new-name" name="name" type="text" required maxlength="64" value="${typed?.name ?? ''}"></div>
        ${lines({ id: 'new-sources', name: 'sources', label: 'Folders and files', values: typed?.sources ?? [], hint: 'One a line, as whole paths.' })}
        ${lines({ id: 'new-schedules', name: 'schedules', label: 'When', values: typed?.schedules ?? ['daily 18:00'], hint: scheduleHint })}
        <p class="row"><button class="button" name="step" value="add">${icon('plus')}Add this job</button></p>
      </form>
    </section>`
}

function lines(props: {
  readonly id: string
  readonly name: string
  readonly label: string
  readonly values: readonly string[]
  readonly hint: string
}): Html {
  const rows = Math.min(10, Math.max(2, props.values.length + 1))
  return html`<div class="field"><label for="${props.id}">${props.label}</label><textarea id="${props.id}" name="${props.name}" rows="${rows}" spellcheck="false" aria-describedby="${props.id}-hint">
${props.values.join('\n')}</textarea><p class="hint" id="${props.id}-hint">${props.hint}</p></div>`
}
