import { html } from 'hono/html'
import { dateText, whenInSentence } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import type { Place } from '../partials/rail.ts'
import { sentence } from '../partials/sentence.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type SwitchedOffProps = {
  readonly reason: string
  readonly sinceMs: number
  readonly untilMs: number | undefined
  readonly by: string
}

export type BackupSwitchPageProps = PageContext & {
  readonly viewer: Viewer
  readonly place: Place
  readonly trail: readonly TrailStep[]
  /** `RECEPTION-PC`, or `the plan Gold and its 8 computers`. */
  readonly what: string
  /** Without it, backups are taken. */
  readonly off: SwitchedOffProps | undefined
  readonly path: string
  readonly backPath: string
  readonly values: { readonly reason: string; readonly until: string }
  readonly problems: Readonly<Partial<Record<'reason' | 'until', string>>>
  /** Why it cannot be switched on now. */
  readonly refused: string | undefined
}

/** Whether backups of a computer, or of a plan, are taken. */
export function backupSwitchPage(props: BackupSwitchPageProps): Page {
  const { reader, what, off } = props
  const title = off === undefined ? `Pause backups of ${what}` : `Backups of ${what} are paused`
  return appPage({
    ...props,
    title,
    body: html`
    ${trail('Where this is', props.trail)}
    <header class="page-head"><div>${
      off === undefined
        ? sentence({ says: `Pause backups of ${what}?`, small: ['What is backed up stays, and can be restored.'] })
        : sentence({ says: `Backups of ${what} are paused.`, small: [offWords(reader, off)], state: 'paused' })
    }</div></header>
    ${props.refused === undefined ? '' : html`<p class="notice part" role="alert" data-state="partial">${icon('triangle-alert')}<span>${props.refused}</span></p>`}
    ${off === undefined ? offForm(props) : onForm(props, off)}`,
  })
}

export function offWords(reader: Reader, { untilMs }: Pick<SwitchedOffProps, 'untilMs'>): string {
  return untilMs === undefined ? 'Until somebody switches them on.' : `Until ${dateText(reader, untilMs)}.`
}

function onForm({ reader, path, backPath }: BackupSwitchPageProps, { reason, sinceMs, by }: SwitchedOffProps): Html {
  return html`<form class="box part" action="${path}" method="post" aria-labelledby="decide">
      <h2 id="decide">Take backups again?</h2>
      <p>Since ${whenInSentence(reader, sinceMs)}${by === '' ? '' : html`, by ${by}`}: <i>${reason}</i></p>
      <input type="hidden" name="step" value="on">
      <p class="row"><button class="button primary">${icon('rotate-ccw')}Take backups again</button><a class="button" href="${backPath}">Leave them paused</a></p>
    </form>`
}

function offForm({ path, backPath, values, problems }: BackupSwitchPageProps): Html {
  return html`<form class="box part" action="${path}" method="post" aria-labelledby="decide">
      <h2 id="decide">Why, and until when</h2>
      <p class="hint">The computer asks before it sends anything. While backups are paused it is told the reason, and sends nothing.</p>
      <input type="hidden" name="step" value="off">
      <div class="field"><label for="reason">Reason</label><input id="reason" name="reason" type="text" required maxlength="200" value="${values.reason}" aria-describedby="reason-hint${problems.reason === undefined ? '' : ' reason-problem'}"${problems.reason === undefined ? '' : html` aria-invalid="true"`}><p class="hint" id="reason-hint">Whoever sits at the computer reads it.</p>${problems.reason === undefined ? '' : html`<p class="wrong" id="reason-problem">${problems.reason}</p>`}</div>
      <div class="field"><label for="until">Until the morning of</label><input id="until" name="until" type="date" value="${values.until}" aria-describedby="until-hint${problems.until === undefined ? '' : ' until-problem'}"${problems.until === undefined ? '' : html` aria-invalid="true"`}><p class="hint" id="until-hint">Left empty: until somebody switches them on.</p>${problems.until === undefined ? '' : html`<p class="wrong" id="until-problem">${problems.until}</p>`}</div>
      <p class="row"><button class="button danger">${icon('circle-pause')}Pause backups</button><a class="button" href="${backPath}">Keep backing up</a></p>
    </form>`
}
