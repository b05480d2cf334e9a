import { html, raw } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon, spriteFor } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import type { RestoreMode } from '../partials/restore-meets.ts'
import { sentence } from '../partials/sentence.ts'
import type { State } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import { type RunningProps, runningItem } from '../partials/work.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import type { RestoreRuleWord } from './new-restore.ts'

export type RestoreStateWord = 'waiting' | 'running' | 'done' | 'partly' | 'failed' | 'cancelled' | 'expired'

export type RestoreProps = {
  readonly mode: RestoreMode
  readonly state: RestoreStateWord
  /** It goes on, or its computer is about to say what it wrote. */
  readonly isLive: boolean
  /** The computer was given what it is about: from then on it may have written. */
  readonly isBegun: boolean
  /** The computer is getting other files back first. */
  readonly isBehind: boolean
  readonly path: string
  readonly computer: string
  readonly computerPath: string
  /** Of the version. */
  readonly source: string
  readonly versionPath: string
  readonly versionAtMs: number
  readonly isListening: boolean
  /** As it told last, the program that takes orders was not running there. */
  readonly isWithoutRun?: boolean
  readonly lastSeenAtMs: number
  readonly askedAtMs: number
  readonly askedBy: string
  readonly expiresAtMs: number
  readonly endedAtMs: number | undefined
  readonly names: readonly string[]
  readonly selected: number
  readonly files: number
  readonly bytes: number
  /** Whether all that was selected was counted. */
  readonly isWhole: boolean
  /** Undefined: the original place. */
  readonly folder: string | undefined
  readonly rule: RestoreRuleWord
  readonly counters: CountersProps | undefined
  readonly proof: ProofProps | undefined
  readonly failure: { readonly code: string; readonly words: string } | undefined
  /** What its computer told last. */
  readonly running: RunningProps | undefined
  readonly cancelPath: string | undefined
  /** Takes a revert back. */
  readonly undoPath: string | undefined
  /** Asks for the same once more. */
  readonly againPath: string | undefined
  readonly beforePath: string | undefined
}

export type CountersProps = Readonly<
  Record<
    | 'files'
    | 'bytes'
    | 'replaced'
    | 'same'
    | 'kept'
    | 'beside'
    | 'failed'
    | 'notSet'
    | 'sockets'
    | 'verifiedFiles'
    | 'verifiedBytes'
    | 'removed'
    | 'left'
    | 'elapsedMs'
    | 'attempts',
    number
  >
>

export type ProofProps = {
  readonly kept: readonly { readonly path: string; readonly reason: string }[]
  readonly beside: readonly { readonly path: string; readonly name: string }[]
  readonly failed: readonly { readonly path: string; readonly code: string; readonly detail: string }[]
  readonly notSet: readonly { readonly path: string; readonly what: string; readonly detail: string }[]
  readonly left: readonly string[]
}

export type RestoreOrderPageProps = PageContext & {
  readonly viewer: Viewer
  readonly restore: RestoreProps
  readonly streamPath: string
}

export const restoreStateBadges: Readonly<Record<RestoreStateWord, readonly [State, string]>> = {
  waiting: ['next', 'Waiting'],
  running: ['running', 'Running'],
  done: ['ok', 'Done'],
  partly: ['partial', 'Partly'],
  failed: ['failed', 'Failed'],
  cancelled: ['off', 'Cancelled'],
  expired: ['silent', 'Expired'],
}

/** One restore from its order to its proof. */
export function restoreOrderPage(props: RestoreOrderPageProps): Page {
  const { reader, restore, streamPath } = props
  return appPage({
    ...props,
    title: `Back to ${restore.computer}`,
    place: 'computers',
    ...(restore.isLive ? { reloadSeconds: 5 } : {}),
    body: html`
    ${trail('Where this is', [
      { name: 'Computers', path: '/computers' },
      { name: 'Back to computers', path: '/restores' },
    ])}
    <div id="restore" aria-live="polite"${restore.isLive ? html` hx-sse:connect="${streamPath}" hx-swap="innerHTML"` : ''}>${restoreBody(reader, restore)}</div>`,
  })
}

/** What the stream sends. */
export async function restoreFragment(reader: Reader, restore: RestoreProps): Promise<Html> {
  const text = String(await restoreBody(reader, restore))
  return html`${raw(text)}${spriteFor(text)}`
}

function restoreBody(reader: Reader, restore: RestoreProps): Html {
  const { failure, counters, proof } = restore
  return html`<header class="page-head"><div>${headline(reader, restore)}</div></header>
    ${failure === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: html`<b>${failure.words}</b>`, action: html`<a class="button small" href="/docs/errors/${failure.code}">What to do</a>` })}
    ${restore.running === undefined ? '' : html`<section class="part" aria-labelledby="now"><header class="part-head"><h2 id="now">Running now</h2></header><ul class="runs">${runningItem(reader, restore.running)}</ul></section>`}
    ${actions(restore)}
    <div class="split part">
      <div class="flow">${counters === undefined ? waitingPart(reader, restore) : proofPart(reader, restore, counters)}${proof === undefined ? '' : namesPart(reader, counters, proof)}</div>
      <aside class="flow"><section aria-labelledby="order">${partHead({ id: 'order', title: 'What was asked' })}${facts(orderFacts(reader, restore))}${chosen(reader, restore)}</section></aside>
    </div>`
}

function headline(reader: Reader, restore: RestoreProps): Html {
  const { computer, mode, state, counters, endedAtMs, isBegun } = restore
  const ended = endedAtMs === undefined ? '' : capital(whenInSentence(reader, endedAtMs))
  const stays = 'What was back by then stays, and is whole.'
  switch (state) {
    case 'waiting':
      return sentence({
        state: 'next',
        says: restore.isListening ? `${computer} is about to begin.` : `It waits until ${computer} appears.`,
        small: restore.isListening
          ? []
          : [
              `Last heard from ${whenInSentence(reader, restore.lastSeenAtMs)}. It begins by itself when it is on, until ${dateText(reader, restore.expiresAtMs)}.`,
            ],
      })
    case 'running':
      return sentence({
        state: 'running',
        ...runningWords(restore),
      })
    case 'done':
      return sentence({
        state: 'ok',
        says: doneWords(reader, restore),
        small: [`${ended}. ${counters === undefined ? '' : provedWords(reader, counters)}`],
      })
    case 'partly':
      return sentence({
        state: 'partial',
        says: mode === 'revert' ? `Not everything is as it was on ${computer}.` : `Not everything is back on ${computer}.`,
        small: [`${ended}. What is missing stands below, with the reason.`],
      })
    case 'failed':
      return sentence({
        state: 'failed',
        says: `It did not work on ${computer}.`,
        small: [
          (counters?.files ?? 0) > 0
            ? `${ended}. ${stays} Asked again, it goes on with the rest.`
            : `${ended}. What is in the backup is untouched.`,
        ],
      })
    case 'cancelled':
      return sentence({
        state: 'off',
        says: 'It was cancelled.',
        small: [isBegun ? `${ended}. ${stays}` : `${ended}, before ${computer} had begun.`],
      })
    case 'expired':
      return sentence({
        state: 'silent',
        says: isBegun ? `${computer} has fallen silent.` : `${computer} did not appear in time.`,
        small: [
          isBegun
            ? `It had begun, and was not heard of for fourteen days. ${stays}`
            : 'The order has gone. Ask again when the computer is there.',
        ],
      })
    default:
      return state satisfies never
  }
}

/** The computer takes an order at once, and does one after the other. */
function runningWords({ computer, mode, isBegun, isBehind, running }: RestoreProps): {
  readonly says: string
  readonly small: string[]
} {
  const goesOn = 'This page can be closed; it goes on.'
  if (!isBegun && isBehind)
    return { says: `${computer} has the order.`, small: ['It begins when what the computer gets back now is there.', goesOn] }
  if (!isBegun) return { says: `${computer} is about to begin.`, small: [goesOn] }
  if (mode === 'restore') return { says: `${computer} is getting its files back.`, small: [goesOn] }
  const first = running === undefined ? ['It backs up first what is there now.'] : []
  return { says: `${computer} becomes as it was.`, small: [...first, goesOn] }
}

function doneWords(reader: Reader, { computer, mode, rule, counters }: RestoreProps): string {
  const { kept = 0, notSet = 0 } = counters ?? {}
  if (mode === 'revert') return `It is as it was on ${computer}.`
  if (kept > 0 && rule === 'replace-older') return `What should be replaced is back on ${computer}.`
  if (kept > 0) return `It is back on ${computer}, but for ${countOf(reader, kept, 'file')} that stayed as before.`
  if (notSet > 0) return `The files are back on ${computer}, not all of them with their owners and rights.`
  return `Everything is back on ${computer}.`
}

function provedWords(reader: Reader, { verifiedFiles, verifiedBytes, same }: CountersProps): string {
  const read = `${countOf(reader, verifiedFiles, 'file')}, ${sizeText(reader, verifiedBytes)}, read back and compared`
  return same === 0 ? `${read}.` : `${read}; ${countText(reader, same)} were there already, the same.`
}

function actions({ cancelPath, undoPath, againPath, beforePath, state }: RestoreProps): Html {
  const buttons = [
    cancelPath === undefined || (state !== 'waiting' && state !== 'running')
      ? ''
      : html`<form action="${cancelPath}" method="post"><button class="button">${icon('square')}Cancel</button></form>`,
    undoPath === undefined ? '' : html`<a class="button" href="${undoPath}">${icon('rotate-ccw')}Undo</a>`,
    againPath === undefined ? '' : html`<a class="button" href="${againPath}">Ask again</a>`,
    beforePath === undefined ? '' : html`<a class="button quiet" href="${beforePath}">Look at how it was before the revert</a>`,
  ]
  return buttons.every((button) => button === '') ? html`` : html`<div class="row part">${buttons}</div>`
}

function waitingPart(reader: Reader, restore: RestoreProps): Html {
  const { computer, state, isBegun } = restore
  if (state !== 'waiting' && state !== 'running')
    return html`<p class="prose">${isBegun ? `What it wrote by then ${computer} has not said.` : 'Nothing was written.'}</p>`
  if (state === 'waiting' && restore.isWithoutRun === true && !restore.isListening)
    return html`<p class="prose">${computer} takes orders while <code>holdfast-agent run</code> runs there. When it was last heard from, it did not. Start it, and it begins.</p>`
  return html`<p class="prose">${selectedWords(reader, restore)}, go back to ${computer}. Each file grows beside its place and gets its name when it is whole and proved, so nothing is ever half there.</p>`
}

function proofPart(reader: Reader, { rule }: RestoreProps, counters: CountersProps): Html {
  const row = (label: string, count: number, unit = ''): readonly Fact[] =>
    count === 0 ? [] : [{ label, value: unit === '' ? countText(reader, count) : countOf(reader, count, unit) }]
  return html`<section aria-labelledby="proof">${partHead({ id: 'proof', title: 'Proof' })}${facts([
    { label: 'Written', value: `${countOf(reader, counters.files, 'file')}, ${sizeText(reader, counters.bytes)}` },
    ...row('Of them in the place of another', counters.replaced, 'file'),
    {
      label: 'Read back and compared',
      value: `${countOf(reader, counters.verifiedFiles, 'file')}, ${sizeText(reader, counters.verifiedBytes)}`,
    },
    ...row('There already, the same bytes', counters.same, 'file'),
    ...row('Put beside', counters.beside, 'file'),
    ...row(rule === 'replace-older' ? 'Left, as it is newer' : 'Left as it is', counters.kept, 'file'),
    ...row('Without all of their owner, rights and times', counters.notSet, 'case'),
    ...row('Sockets, which their programs make', counters.sockets),
    ...row('Taken away', counters.removed),
    ...row('Not in the version, and left', counters.left),
    ...row('Failed', counters.failed),
    { label: 'Took', value: durationText(reader, counters.elapsedMs) },
    ...(counters.attempts > 1
      ? [{ label: 'Begun', value: `${countText(reader, counters.attempts)} times, as it was interrupted` }]
      : []),
  ])}</section>`
}

/** The computer tells of chunks and records, which help nobody who reads this. */
function failureWords({ code, detail }: ProofProps['failed'][number]): string {
  if (code !== 'missing' && !code.endsWith('-damaged')) return detail
  return 'What the backup holds of it is damaged or lost. Another version may have it whole; where the computer has it, its next backup sends it again.'
}

const keepWords: Readonly<Record<string, string>> = {
  exists: 'something is there',
  'not-older': 'what is there is newer',
  'other-kind': 'something of another kind is there',
  'not-held': 'it changed since the backup that was made before',
  taken: 'its name was taken meanwhile',
}

function namesPart(reader: Reader, counters: CountersProps | undefined, proof: ProofProps): Html {
  const part = (id: string, title: string, count: number, rows: readonly Html[]) =>
    rows.length === 0
      ? ''
      : html`<section aria-labelledby="${id}">${partHead({ id, title })}<ul class="list">${rows}${count > rows.length ? html`<li>And ${countText(reader, count - rows.length)} more.</li>` : ''}</ul></section>`
  const name = (path: string) => html`<bdi class="exact name">${path}</bdi>`
  return html`${part(
    'failed',
    'Failed',
    counters?.failed ?? 0,
    proof.failed.map((one) => html`<li><span>${name(one.path)}<span class="sub">${failureWords(one)}</span></span></li>`),
  )}
    ${part(
      'kept',
      'Left as they are',
      counters?.kept ?? 0,
      proof.kept.map(
        ({ path, reason }) => html`<li><span>${name(path)}<span class="sub">${keepWords[reason] ?? reason}</span></span></li>`,
      ),
    )}
    ${part(
      'beside',
      'Put beside',
      counters?.beside ?? 0,
      proof.beside.map((one) => html`<li><span>${name(one.path)}<span class="sub">as ${name(one.name)}</span></span></li>`),
    )}
    ${part(
      'not-set',
      'Without all of their owner, rights and times',
      counters?.notSet ?? 0,
      proof.notSet.map(({ path, detail }) => html`<li><span>${name(path)}<span class="sub">${detail}</span></span></li>`),
    )}
    ${part(
      'left',
      'Not in the version, and left',
      counters?.left ?? 0,
      proof.left.map((path) => html`<li>${name(path)}</li>`),
    )}`
}

const ruleWords = {
  'keep-both': 'Both are kept',
  'replace-older': 'Older ones are replaced',
  'replace-all': 'All are replaced',
} as const

function orderFacts(reader: Reader, restore: RestoreProps): readonly Fact[] {
  const { mode, folder, rule, askedAtMs, askedBy } = restore
  return [
    { label: 'To', value: html`<a href="${restore.computerPath}">${restore.computer}</a>` },
    {
      label: 'From',
      value: html`<a href="${restore.versionPath}">${restore.source}, ${whenText(reader, restore.versionAtMs)}</a>`,
    },
    { label: 'Where', value: folder === undefined ? 'Where it was' : html`<bdi class="exact">${folder}</bdi>` },
    { label: 'What is there', value: mode === 'revert' ? 'Becomes as it was' : ruleWords[rule] },
    { label: 'Selected', value: selectedWords(reader, restore) },
    { label: 'Asked', value: timeTag(askedAtMs, whenText(reader, askedAtMs)) },
    { label: 'By', value: askedBy },
  ]
}

function selectedWords(reader: Reader, { files, bytes, isWhole }: RestoreProps): string {
  return `${isWhole ? '' : 'More than '}${countOf(reader, files, 'file')}, ${sizeText(reader, bytes)}`
}

function chosen(reader: Reader, { names, selected }: RestoreProps): Html {
  const more = selected - names.length
  return html`<ul class="list">${names.map((name) => html`<li><bdi class="exact name">${name}</bdi></li>`)}${more > 0 ? html`<li>And ${countText(reader, more)} more.</li>` : ''}</ul>`
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
