import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { type State, stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type DrillKind = 'waiting' | 'running' | 'proved' | 'damaged' | 'not-run' | 'cancelled'

export type DrillRowProps = {
  readonly kind: DrillKind
  /** When it ended, or was asked for. */
  readonly atMs: number
  readonly path: string
  /** A mail address; nothing: by itself. */
  readonly askedBy: string | undefined
  /** Brought back and compared. */
  readonly files: number
  readonly bytes: number
  /** Only read, by two ways. */
  readonly readTwice: number
  readonly readTwiceBytes: number
  readonly damaged: number
  /** Why it could not run. */
  readonly detail: string | undefined
}

export type DrillProgressProps = {
  readonly versions: number
  readonly versionsTotal: number
  /** While folders are opened: names so far. */
  readonly names: number | undefined
  readonly bytes: number
}

export type DrillsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: { readonly name: string; readonly path: string }
  readonly path: string
  readonly lastProvedAtMs: number | undefined
  /** When not everything came back, where nothing has proved since that it does. */
  readonly damagedAtMs: number | undefined
  readonly nextAtMs: number | undefined
  /** One that waits or runs. */
  readonly open:
    | {
        readonly row: DrillRowProps
        readonly progress: DrillProgressProps | undefined
        /** What it waits for, if it does. */
        readonly waitsFor: string | undefined
        readonly cancelPath: string | undefined
      }
    | undefined
  readonly drills: readonly DrillRowProps[]
  /** Nothing: there is no version to bring back, or it is not for this person. */
  readonly orderPath: string | undefined
  readonly hasVersions: boolean
  readonly pager: PagerProps
}

export const drillStates = {
  waiting: ['next', 'Waits for its turn'],
  running: ['running', 'Running'],
  proved: ['ok', 'Proved'],
  damaged: ['failed', 'Not everything came back'],
  'not-run': ['partial', 'Could not be run'],
  cancelled: ['off', 'Cancelled'],
} as const satisfies Readonly<Record<DrillKind, readonly [State, string]>>

function drillBadge(kind: DrillKind): Html {
  const [state, words] = drillStates[kind]
  return stateBadge(state, words)
}

/** The proofs of one computer: when files were last brought back to see that it works, and what came of each. */
export function drillsPage(props: DrillsPageProps): Page {
  const { reader, computer, drills, open, orderPath } = props
  return appPage({
    ...props,
    title: `Proved restores of ${computer.name}`,
    place: 'computers',
    body: html`
    ${trail('Where this is', [{ name: 'Computers', path: '/computers' }, computer])}
    <header class="page-head">
      <div>
        ${headOf(props)}
        <p class="lead">Once a week, in one of the nights, some files of the newest good versions are brought back into an empty folder of the box, compared with what is stored, and removed again.</p>
      </div>
      ${orderPath === undefined || open !== undefined ? '' : html`<form action="${orderPath}" method="post"><button class="button primary">${icon('play')}Prove a restore now</button></form>`}
    </header>
    ${open === undefined ? '' : drillProgress(reader, { path: props.path, ...open })}
    <section class="part" aria-labelledby="drills">
      ${partHead({ id: 'drills', title: 'Proofs', beside: html`<p class="hint">Times of ${reader.timeZone.replaceAll('_', ' ')}</p>` })}
      ${drills.length === 0 ? html`<p class="prose">${props.hasVersions ? 'None has come to its end yet.' : 'There is no good version yet. The first backup makes one.'}</p>` : ledger(reader, drills)}
      ${pager(props.pager)}
    </section>`,
  })
}

function headOf({ reader, computer, lastProvedAtMs, damagedAtMs, nextAtMs }: DrillsPageProps): Html {
  const next =
    nextAtMs === undefined
      ? []
      : [nextAtMs <= reader.nowMs ? 'The next one begins in a moment.' : `Next by itself: ${whenInSentence(reader, nextAtMs)}.`]
  if (damagedAtMs !== undefined) {
    const says = `Not everything of ${computer.name} came back ${whenInSentence(reader, damagedAtMs)}.`
    return sentence({
      state: 'failed',
      says,
      small: ['Each proof reads again what was damaged, until it is whole or gone.', ...next],
    })
  }
  if (lastProvedAtMs === undefined) return sentence({ says: `No restore of ${computer.name} has been proved yet.`, small: next })
  return sentence({ says: `Restore of ${computer.name} last proved ${whenInSentence(reader, lastProvedAtMs)}.`, small: next })
}

/** Renews itself while it waits or runs; without a script, by loading the page again. */
export function drillProgress(
  reader: Reader,
  props: { readonly path: string } & Pick<NonNullable<DrillsPageProps['open']>, 'row' | 'progress' | 'waitsFor' | 'cancelPath'>,
): Html {
  const { path, row, progress, waitsFor, cancelPath } = props
  const words = row.kind === 'waiting' || progress === undefined ? (waitsFor ?? 'Begins.') : progressWords(reader, progress)
  return html`<section class="part" aria-labelledby="progress-title" hx-get="${path}" hx-trigger="every 3s" hx-select="#main" hx-target="#main" hx-swap="outerHTML">
      <header class="part-head"><h2 id="progress-title">A restore is being proved</h2><noscript><a class="end" href="${path}">Look again</a></noscript></header>
      <ul class="runs"><li class="progress">
        <p>${drillBadge(row.kind)} <span class="hint">${row.askedBy === undefined ? 'By itself' : html`Asked by ${row.askedBy}`}</span></p>
        ${cancelPath === undefined ? html`<span></span>` : html`<form class="end" action="${cancelPath}" method="post"><button class="button small">${icon('square')}Cancel</button></form>`}
        <progress aria-label="The proof of a restore"></progress>
        <p class="hint">${words}</p><p class="hint end"></p>
      </li></ul>
    </section>`
}

function progressWords(reader: Reader, { versions, versionsTotal, names, bytes }: DrillProgressProps): string {
  const where = `Backup plan ${countText(reader, Math.min(versions + 1, versionsTotal))} of ${countText(reader, versionsTotal)}`
  return names === undefined
    ? `${where}: ${sizeText(reader, bytes)} read and compared so far.`
    : `${where}. Opening folders: ${countOf(reader, names, 'name')} so far.`
}

function ledger(reader: Reader, drills: readonly DrillRowProps[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">When</th><th scope="col">What came of it</th><th scope="col" class="num wide">Files</th><th scope="col" class="num wide">Read</th><th scope="col" class="wider">Asked by</th></tr></thead>
          <tbody>${drills.map((drill) => row(reader, drill))}
          </tbody>
        </table>
      </div>`
}

function row(reader: Reader, drill: DrillRowProps): Html {
  const { kind, atMs, path, askedBy, damaged, detail } = drill
  const hasRead = kind === 'proved' || kind === 'damaged'
  const files = drill.files + drill.readTwice
  const bytes = drill.bytes + drill.readTwiceBytes
  return html`
            <tr>
              <th scope="row" class="when"><a href="${path}">${timeTag(atMs, whenText(reader, atMs))}</a></th>
              <td>${drillBadge(kind)}${damaged === 0 ? '' : html`<span class="sub">${countOf(reader, damaged, 'file or folder', 'files or folders')} damaged</span>`}${detail === undefined ? '' : html`<span class="sub">${detail}</span>`}${hasRead ? html`<span class="narrow sub">${countOf(reader, files, 'file')}, ${sizeText(reader, bytes)}</span>` : ''}</td>
              <td class="num wide">${hasRead ? countText(reader, files) : ''}</td>
              <td class="num wide">${hasRead ? sizeText(reader, bytes) : ''}</td>
              <td class="wider">${askedBy ?? 'By itself'}</td>
            </tr>`
}
