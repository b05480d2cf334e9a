import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, timeText, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type Fact, facts } from '../partials/facts.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { type DrillProgressProps, type DrillRowProps, drillProgress, drillStates } from './drills.ts'

export type DrilledFileProps = {
  readonly name: string
  readonly sizeBytes: number
  readonly why: readonly ('random' | 'newest' | 'largest' | 'again')[]
  readonly way: 'restored' | 'read-twice'
  readonly isTimeCompared: boolean
  /** Of a file that is too large to be read whole. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[] | undefined
  readonly sha256: string | undefined
  readonly problem: string | undefined
}

export type DrilledVersionProps = {
  readonly job: string
  readonly atMs: number
  readonly path: string | undefined
  readonly entries: number
  readonly files: readonly DrilledFileProps[]
  readonly lost: readonly { readonly name: string; readonly why: string }[]
}

export type DrillPageProps = PageContext & {
  readonly viewer: Viewer
  readonly path: string
  readonly customer: { readonly name: string; readonly number: string }
  readonly computer: { readonly name: string; readonly number: string; readonly path: string }
  /** What people send by links: no computer sends it a second time. */
  readonly isInbox: boolean
  readonly drillsPath: string
  readonly row: DrillRowProps
  readonly startedAtMs: number | undefined
  readonly endedAtMs: number | undefined
  /** Backup plans that had a good version; their newest that were read. */
  readonly plans: number
  readonly versionsRead: number
  readonly entries: number
  /** In these versions; 0: not counted. */
  readonly filesTotal: number
  /** Brought back, but without the time of their last change. */
  readonly untimed: number
  readonly program: string
  readonly number: string
  readonly progress: DrillProgressProps | undefined
  readonly waitsFor: string | undefined
  readonly cancelPath: string | undefined
  /** With names of files; nothing for who may not read them. */
  readonly versions: readonly DrilledVersionProps[] | undefined
}

/** A dated certificate: what a drill read, what it proved, and what it did not. Made to be printed. */
export function drillPage(props: DrillPageProps): Page {
  const { reader, computer, row } = props
  const isOver = row.kind !== 'waiting' && row.kind !== 'running'
  return appPage({
    ...props,
    title: `Proof of a restore, ${computer.name}, ${whenText(reader, row.atMs)}`,
    place: 'computers',
    body: html`
    ${trail('Where this is', [{ name: 'Computers', path: '/computers' }, computer, { name: 'Proved restores', path: props.drillsPath }])}
    <header class="page-head"><div>${headOf(props)}</div></header>
    ${isOver ? '' : drillProgress(reader, props)}
    <div class="certificate part flow">
      <section aria-labelledby="what">
        ${partHead({ id: 'what', title: 'Certificate', beside: html`<p class="hint">${isOver ? dateText(reader, row.atMs) : ''}</p>` })}
        ${facts(factsOf(props))}
      </section>
      ${row.kind === 'proved' || row.kind === 'damaged' ? provedParts(props) : ''}
      ${(props.versions ?? []).map((version, index, all) => versionPart(reader, version, { index, of: all.length }))}
    </div>
    ${isOver ? html`<p class="prose part">To keep it on paper, print this page from your browser.</p>` : ''}`,
  })
}

function headOf({ reader, row, computer, filesTotal }: DrillPageProps): Html {
  const { kind, atMs, files, damaged, detail } = row
  const [state] = drillStates[kind]
  const when = whenInSentence(reader, atMs)
  switch (kind) {
    case 'proved':
      return sentence({
        state,
        says: `What was tried of ${computer.name} came back.`,
        small: [`${triedText(reader, row, filesTotal)}, ${when}; every folder was opened.`],
      })
    case 'damaged':
      return sentence({
        state,
        says: `Not everything of ${computer.name} came back.`,
        small: [
          `${countOf(reader, damaged, 'file or folder', 'files or folders')} could not be brought back ${when}; ${countOf(reader, files, 'file')} came back as stored.`,
        ],
      })
    case 'not-run':
      return sentence({ state, says: 'This proof could not be run.', small: detail === undefined ? [] : [detail] })
    case 'cancelled':
      return sentence({ state, says: 'This proof was cancelled.', small: [`Nothing was proved ${when}.`] })
    case 'waiting':
    case 'running':
      return sentence({ state, says: `A restore of ${computer.name} is being proved.`, small: [`Asked for ${when}.`] })
    default:
      return kind satisfies never
  }
}

/** `14 of 200,312 files, 1.2 GB`. */
function triedText(reader: Reader, { files, bytes, readTwice, readTwiceBytes }: DrillRowProps, filesTotal: number): string {
  const tried = files + readTwice
  const of =
    filesTotal === 0 ? countOf(reader, tried, 'file') : `${countText(reader, tried)} of ${countOf(reader, filesTotal, 'file')}`
  return `${of}, ${sizeText(reader, bytes + readTwiceBytes)}`
}

function factsOf(props: DrillPageProps): readonly Fact[] {
  const { reader, customer, computer, row, startedAtMs, endedAtMs } = props
  const [, words] = drillStates[row.kind]
  const tookMs = startedAtMs !== undefined && endedAtMs !== undefined ? Math.max(0, endedAtMs - startedAtMs) : undefined
  const hasRead = row.kind === 'proved' || row.kind === 'damaged'
  return [
    { label: 'Outcome', value: words },
    { label: 'Account', value: `${customer.name}, ${customer.number}` },
    { label: 'Computer', value: `${computer.name}, ${computer.number}` },
    { label: 'Asked by', value: row.askedBy ?? 'The box, as every week' },
    ...(startedAtMs === undefined ? [] : [{ label: 'Begun', value: timeTag(startedAtMs, fullWhen(reader, startedAtMs)) }]),
    ...(endedAtMs === undefined ? [] : [{ label: 'Ended', value: timeTag(endedAtMs, fullWhen(reader, endedAtMs)) }]),
    ...(tookMs === undefined ? [] : [{ label: 'Took', value: durationText(reader, tookMs) }]),
    ...(hasRead
      ? [
          { label: 'Versions', value: countText(reader, props.versionsRead) },
          { label: 'Names read', value: countText(reader, props.entries) },
          { label: 'Files brought back', value: `${countText(reader, row.files)}, ${sizeText(reader, row.bytes)}` },
          ...(row.readTwice === 0
            ? []
            : [
                {
                  label: 'Files only read',
                  value: `${countText(reader, row.readTwice)}, ${sizeText(reader, row.readTwiceBytes)}`,
                },
              ]),
          { label: 'Damaged', value: countText(reader, row.damaged) },
        ]
      : []),
    { label: 'Program', value: `Holdfast ${props.program}` },
    { label: 'Number', value: props.number, valueClass: 'id' },
  ]
}

/** On paper `today` says nothing. */
function fullWhen(reader: Reader, atMs: number): string {
  return `${dateText(reader, atMs)}, ${timeText(reader, atMs)} (${reader.timeZone.replaceAll('_', ' ')})`
}

function provedParts(props: DrillPageProps): Html {
  const { reader, row, isInbox, versionsRead, entries, versions } = props
  const of = countOf(reader, versionsRead, 'version')
  const times = props.untimed === 0 ? 'name, size and time of the last change' : 'name and size'
  const mended = isInbox
    ? 'Nobody sends it again by itself: ask whoever sent it.'
    : 'The next backup of this computer sends it again where it is still there.'
  const files = `${countOf(reader, row.files, 'file')} of them, ${sizeText(reader, row.bytes)}, ${row.files === 1 ? 'was' : 'were'}`
  const back =
    row.files === 0
      ? 'None of its files was brought back.'
      : `${files} brought back into an empty folder of the box by the way that every restore takes, and compared byte for byte, with ${times}, with a second reading of what is stored.`
  const whole =
    row.damaged === 0
      ? html`<p>Every folder of ${of} was opened: ${countOf(reader, entries, 'name')}, each with its size and time. ${back} On both ways every piece was checked against its seal and its fingerprint.</p>`
      : html`<p>${countOf(reader, row.files, 'file')}, ${sizeText(reader, row.bytes)}, came back as stored: byte for byte, with ${times}. <b>${countOf(reader, row.damaged, 'other file or folder', 'other files or folders')} did not.</b> What does not open was marked: it is given to nobody. ${mended} Each proof from now on reads it again, until it is whole or gone.</p>`
  return html`<section aria-labelledby="proved">
        ${partHead({ id: 'proved', title: 'What was proved' })}
        ${whole}
      </section>
      <section aria-labelledby="open">
        ${partHead({ id: 'open', title: 'What was not' })}
        ${leftOut(props)}
        <p>The other files of these versions were not brought back this time; each night a part of everything stored is read and opened, all of it within 30 days. Whether a file was right when it was backed up, and whether a second copy in another place is whole, this does not say.</p>
        ${versions === undefined ? html`<p>Names of files are for the people of the account alone: this page shows how many they are.</p>` : ''}
      </section>`
}

/** What this drill came to, and did less with than with the others. */
function leftOut({ reader, row, plans, versionsRead, untimed }: DrillPageProps): Html {
  const { readTwice, readTwiceBytes } = row
  const unread = plans - versionsRead
  return html`${readTwice === 0 ? '' : html`<p>${countOf(reader, readTwice, 'file')}, ${sizeText(reader, readTwiceBytes)}, ${readTwice === 1 ? 'was' : 'were'} too large, or had no place on the disk of the box: not brought back, but read twice, by the two ways, and only in parts where ${readTwice === 1 ? 'it is' : 'they are'} too large. Names, sizes and times were not compared.</p>`}
        ${untimed === 0 ? '' : html`<p>Of ${countOf(reader, untimed, 'file')} the disk of the box could not keep the time of the last change: it was not compared.</p>`}
        ${unread <= 0 ? '' : html`<p>${countOf(reader, unread, 'other backup plan was', 'other backup plans were')} not looked at: a proof takes sixteen at a time, drawn by chance.</p>`}`
}

function versionPart(
  reader: Reader,
  version: DrilledVersionProps,
  { index, of }: { readonly index: number; readonly of: number },
): Html {
  const { job, atMs, path, files, lost } = version
  const when = whenText(reader, atMs)
  return html`<section aria-labelledby="version-${index}">
        <header class="part-head"><h2 id="version-${index}">${of === 1 ? 'The version' : `Version ${countText(reader, index + 1)} of ${countText(reader, of)}`}</h2></header>
        <p class="name">${path === undefined ? when : html`<a href="${path}">${when}</a>`}, backup plan <bdi>${job}</bdi>, ${countOf(reader, version.entries, 'name')}</p>
        ${lost.length === 0 ? '' : html`<ul>${lost.map(({ name, why }) => html`<li class="name">${icon('octagon-x')} <bdi class="exact">/${name}</bdi><span class="sub">A part of this folder cannot be read: ${why}</span></li>`)}</ul>`}
        ${files.length === 0 ? html`<p>No files in it.</p>` : ledger(reader, files)}
      </section>`
}

const whyWords = {
  random: 'drawn by chance',
  newest: 'changed last',
  largest: 'the largest',
  again: 'found damaged before',
} as const

function ledger(reader: Reader, files: readonly DrilledFileProps[]): Html {
  return html`<div class="ledger-wrap">
          <table class="ledger">
            <thead><tr><th scope="col">File</th><th scope="col" class="num">Size</th></tr></thead>
            <tbody>${files.map((file) => fileRow(reader, file))}
            </tbody>
          </table>
        </div>`
}

function fileRow(reader: Reader, file: DrilledFileProps): Html {
  const { name, sizeBytes, why, sha256, problem } = file
  return html`
              <tr>
                <th scope="row"><span class="name"><bdi class="exact">/${name}</bdi></span><span class="sub">${[why.map((one) => whyWords[one]).join(', '), ...howRead(reader, file)].join('; ')}</span>${problem === undefined ? '' : html`<span class="sub">${icon('octagon-x')} ${problem}</span>`}${sha256 === undefined ? '' : html`<span class="sub">SHA-256 ${sha256}</span>`}</th>
                <td class="num">${sizeText(reader, sizeBytes)}</td>
              </tr>`
}

function howRead(reader: Reader, { way, isTimeCompared, ranges, problem }: DrilledFileProps): readonly string[] {
  if (ranges !== undefined) {
    const read = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
    return [`not brought back: ${sizeText(reader, read)} of it read twice, at ${countOf(reader, ranges.length, 'place')}`]
  }
  if (way === 'read-twice') return ['not brought back: read twice']
  return isTimeCompared || problem !== undefined ? [] : ['its time was not compared']
}
