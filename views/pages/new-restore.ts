import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { partHead } from '../partials/part-head.ts'
import {
  type EstimateProps,
  estimateWords,
  type RehearsalProps,
  type RestoreMode,
  rehearsalPart,
} from '../partials/restore-meets.ts'
import { sentence } from '../partials/sentence.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type RestoreTarget = {
  readonly value: string
  readonly name: string
  /** It waits for orders now. */
  readonly isListening: boolean
  /** As it told last, the program that takes orders was not running there. */
  readonly isWithoutRun?: boolean
  readonly lastSeenAtMs: number
}

export type NewRestorePageProps = PageContext & {
  readonly viewer: Viewer
  readonly mode: RestoreMode
  readonly trail: readonly TrailStep[]
  /** What was selected: the first few names, and how many there are. */
  readonly names: readonly string[]
  readonly selected: number
  readonly files: number
  readonly folders: number
  readonly bytes: number
  /** Whether all of it was counted. */
  readonly isWhole: boolean
  readonly computer: string
  readonly takenAtMs: number
  /** What the form carries besides what is chosen. */
  readonly hidden: readonly (readonly [name: string, value: string])[]
  readonly targets: readonly RestoreTarget[]
  /** Undefined: no computer can take it. */
  readonly target: RestoreTarget | undefined
  readonly values: { readonly place: 'original' | 'folder'; readonly folder: string; readonly rule: RestoreRuleWord }
  readonly problems: Readonly<Partial<Record<'folder' | 'form', string>>>
  readonly estimate: EstimateProps | undefined
  /** What the computer has answered, where it was asked without a script. */
  readonly rehearsal?: { readonly path: string; readonly answer: RehearsalProps } | undefined
  readonly backPath: string
}

export type RestoreRuleWord = 'keep-both' | 'replace-older' | 'replace-all'

const rules = [
  ['keep-both', 'Keep both', 'What is there stays; what comes back is put beside it, as “name (restored)”.'],
  ['replace-older', 'Replace older ones', 'Only files that are older than the stored ones give way.'],
  ['replace-all', 'Replace all', 'Whatever differs gives way. What is not in the backup is not touched.'],
] as const

/** What goes back, where to, and what it meets there, before it is done. */
export function newRestorePage(props: NewRestorePageProps): Page {
  const { reader, mode, computer, takenAtMs } = props
  const what = whatWords(props)
  const when = whenInSentence(reader, takenAtMs)
  const title = mode === 'revert' ? `Make ${what} as before` : `Back to the computer: ${what}`
  return appPage({
    ...props,
    title,
    place: 'computers',
    body: html`
    ${trail('Where this is', props.trail)}
    <header class="page-head"><div>${
      mode === 'revert'
        ? sentence({
            says: `Make ${what} as it was ${when}?`,
            small: [`Before that, ${computer} backs up what is there now, so that this can be taken back.`],
          })
        : sentence({
            says: `${capital(what)} back to a computer.`,
            small: [`As it was ${when} on ${computer}. Nothing is done before you say so.`],
          })
    }</div></header>
    ${props.problems.form === undefined ? '' : html`<p class="notice part" role="alert" data-state="partial">${icon('triangle-alert')}<span>${props.problems.form}</span></p>`}
    <form class="part split" id="restore-form" action="/restores/new" method="post">
      ${props.hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
      <div class="flow">
        ${mode === 'revert' || props.target === undefined ? '' : choices(props, props.target)}
        ${props.target === undefined ? nowhere(props) : meets(props, props.target)}
      </div>
      <aside class="flow">
        <section aria-labelledby="what">
          ${partHead({ id: 'what', title: 'What' })}
          ${facts([
            { label: 'Files', value: `${props.isWhole ? '' : 'More than '}${countOf(reader, props.files, 'file')}` },
            ...(props.folders === 0 ? [] : [{ label: 'Folders', value: countOf(reader, props.folders, 'folder') }]),
            { label: 'Size', value: `${props.isWhole ? '' : 'More than '}${sizeText(reader, props.bytes)}` },
            { label: 'Version', value: whenText(reader, takenAtMs) },
            { label: 'From', value: computer },
          ])}
          ${chosen(props)}
        </section>
      </aside>
    </form>`,
  })
}

function chosen({ names, selected, reader }: NewRestorePageProps): Html {
  const more = selected - names.length
  return html`<ul class="list">${names.map((name) => html`<li><bdi class="exact name">${name}</bdi></li>`)}${more > 0 ? html`<li>And ${countOf(reader, more, 'more', 'more')}.</li>` : ''}</ul>`
}

function choices({ targets, values, problems }: NewRestorePageProps, target: RestoreTarget): Html {
  return html`<fieldset><legend>To which computer</legend><ul class="ticks">${targets.map(
    (one) =>
      html`<li><label class="check"><input type="radio" name="device" value="${one.value}"${one.value === target.value ? html` checked` : ''} hx-post="/restores/new" hx-trigger="change" hx-include="#restore-form" hx-vals='{"step":"look"}' hx-target="#meets" hx-select="#meets" hx-swap="outerHTML"><span>${one.name}<span class="sub">${one.isListening ? 'On now' : 'Off or asleep now: the order waits'}</span></span></label></li>`,
  )}</ul></fieldset>
        <fieldset><legend>Where to</legend><ul class="ticks">
          <li><label class="check"><input type="radio" name="place" value="original"${values.place === 'original' ? html` checked` : ''}><span>Where they were</span></label></li>
          <li><label class="check"><input type="radio" name="place" value="folder"${values.place === 'folder' ? html` checked` : ''}><span>Into this folder</span></label></li>
        </ul>
        <div class="field"><label for="folder">Folder on that computer</label><input id="folder" name="folder" type="text" maxlength="4096" value="${values.folder}" aria-describedby="folder-hint${problems.folder === undefined ? '' : ' folder-problem'}"${problems.folder === undefined ? '' : html` aria-invalid="true"`}><p class="hint" id="folder-hint">A whole path. It is made when it is not there.</p>${problems.folder === undefined ? '' : html`<p class="wrong" id="folder-problem">${problems.folder}</p>`}</div></fieldset>
        <fieldset><legend>What is there already</legend><ul class="ticks">${rules.map(
          ([value, name, about]) =>
            html`<li><label class="check"><input type="radio" name="rule" value="${value}"${value === values.rule ? html` checked` : ''}><span><b>${name}</b><span class="sub">${about}</span></span></label></li>`,
        )}</ul></fieldset>`
}

/** Nobody there who could take it. */
function nowhere({ mode, computer, backPath }: NewRestorePageProps): Html {
  const words =
    mode === 'revert'
      ? `${computer} is not connected any more, and a folder is made as it was on its own computer only. Its files can be downloaded, or go back to another computer.`
      : 'No computer of this account is connected. Connect one, or download the files.'
  return html`<section class="box" id="meets"><p class="notice" data-state="partial">${icon('triangle-alert')}<span>${words}</span></p>
          <p class="row"><a class="button quiet" href="${backPath}">Leave it</a></p></section>`
}

/** The decision: what it meets, and the button. */
function meets(props: NewRestorePageProps, target: RestoreTarget): Html {
  const { reader, mode, estimate } = props
  return html`<section class="box" id="meets" aria-labelledby="meets-title">
          <h2 id="meets-title">${mode === 'revert' ? `What changes on ${target.name}` : `What it meets on ${target.name}`}</h2>
          <p>${estimateWords(reader, mode, estimate, target.name)}</p>
          ${
            props.rehearsal !== undefined
              ? rehearsalPart(reader, props.rehearsal.path, props.rehearsal.answer)
              : target.isListening
                ? html`<div hx-post="/restores/rehearsals" hx-trigger="load, change from:#restore-form delay:400ms" hx-include="#restore-form" hx-target="#rehearsal" hx-swap="outerHTML"><div id="rehearsal" aria-live="polite"><p class="hint">${target.name} is on, and can be asked.</p></div></div>`
                : html`<p class="notice">${icon('moon')}<span>${target.name} is off or asleep; it was last heard from ${whenInSentence(reader, target.lastSeenAtMs)}. The order waits for it, fourteen days at most.${target.isWithoutRun === true ? html` <b>It takes orders while <code>holdfast-agent run</code> runs there.</b>` : ''}</span></p>`
          }
          <p class="row"><button class="button primary" name="step" value="give">${icon('rotate-ccw')}${mode === 'revert' ? 'Back up, then revert' : `Back to ${target.name}`}</button><button class="button" name="step" value="look">Look again</button><a class="button quiet" href="${props.backPath}">Leave it</a></p>
        </section>`
}

function whatWords({ names, selected, reader }: NewRestorePageProps): string {
  return selected === 1 && names[0] !== undefined ? lastName(names[0]) : countOf(reader, selected, 'thing')
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path
}

function capital(text: string): string {
  return text.charAt(0) === text.charAt(0).toLowerCase() && text.includes(' things')
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}`
    : text
}
