import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { kitForm } from '../partials/kit-forms.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { PageContext, Viewer } from '../site.ts'

export type SelfBackupRow = { readonly number: number; readonly atMs: number; readonly sizeBytes: number }

export type RecoveryPageProps = PageContext & {
  readonly viewer: Viewer
  readonly kitPrintedAtMs: number | undefined
  /** Newest first. */
  readonly selfBackups: readonly SelfBackupRow[]
}

/** Whether this box could be brought back: its own backups, and the kit that opens them. */
export function recoveryPage(props: RecoveryPageProps): Page {
  return appPage({
    ...props,
    title: 'Recovery',
    place: 'storage',
    body: html`
    <header class="page-head"><div>${headOf(props)}</div></header>
    ${kitPart(props)}
    ${selfBackupsPart(props)}
    ${stepsPart}`,
  })
}

function headOf({ reader, kitPrintedAtMs, selfBackups }: RecoveryPageProps): Html {
  const [newest] = selfBackups
  if (newest === undefined)
    return sentence({
      state: 'failed',
      says: 'The box has no backup of itself.',
      small: ['People, plans and keys would be lost with its disk. What customers stored can still be restored with their kits.'],
    })
  const saved = `The box backed itself up ${whenInSentence(reader, newest.atMs)}.`
  if (kitPrintedAtMs === undefined)
    return sentence({
      state: 'partial',
      says: 'The server’s recovery kit was never printed.',
      small: [saved, 'Nothing but that kit opens it.'],
    })
  return sentence({
    state: 'ok',
    says: 'This box can be brought back.',
    small: [saved, `The kit that opens it was printed on ${dateText(reader, kitPrintedAtMs)}.`],
  })
}

function kitPart({ reader, kitPrintedAtMs }: RecoveryPageProps): Html {
  return html`<section class="box roomy part" aria-labelledby="kit">
      <h2 id="kit">The server’s recovery kit</h2>
      <p>With it and a copy of the disk the whole box comes back: people with their passwords, plans, computers, every version. Keep it in another building, behind a lock.${
        kitPrintedAtMs === undefined
          ? ''
          : html` It was printed ${whenInSentence(reader, kitPrintedAtMs)}; printed again it is the same.`
      }</p>
      ${kitForm('/storage/recovery/kit', { isPrimary: kitPrintedAtMs === undefined })}
    </section>`
}

function selfBackupsPart({ reader, selfBackups }: RecoveryPageProps): Html {
  const row = ({ number, atMs, sizeBytes }: SelfBackupRow) => html`
            <tr><th scope="row">${number}</th><td class="when">${timeTag(atMs, whenText(reader, atMs))}</td><td class="num">${sizeText(reader, sizeBytes)}</td></tr>`
  return html`<section class="part" aria-labelledby="self">
      ${partHead({ id: 'self', title: 'The box’s backups of itself', beside: html`<form action="/storage/recovery/self-backup" method="post"><button class="button small">${icon('refresh-cw')}Make one now</button></form>` })}
      <div class="stack">
      <p>Made every night and within a minute of a change, sealed, and kept beside the backups and in the second copy. The last 30 stay.</p>
      ${
        selfBackups.length === 0
          ? html`<p class="hint">There is none yet.</p>`
          : html`<div class="ledger-wrap"><table class="ledger">
          <thead><tr><th scope="col">Number</th><th scope="col">Written</th><th scope="col" class="num">Size</th></tr></thead>
          <tbody>${selfBackups.map(row)}
          </tbody>
        </table></div>`
      }
      </div>
    </section>`
}

const stepsPart = html`<section class="part" aria-labelledby="drill">
      ${partHead({ id: 'drill', title: 'The fire drill' })}
      <div class="stack">
      <p>Once a year, on a computer that is to spare. The kit has the same steps.</p>
      <ol class="steps">
        <li><h3>Take the second copy and the kit</h3><p>Connect its disk to the other computer. It is only read.</p></li>
        <li><h3>Bring the box back</h3><p>In an empty folder: <code>HOLDFAST_DATA=NEW bin/holdfast recover FOLDER --recovery-kit KIT</code></p></li>
        <li><h3>Start it away from the network</h3><p>Two boxes of one name must not meet. Sign in with your usual password.</p></li>
        <li><h3>Get one file back</h3><p>It is done when you have opened the file. Write the day on the kit, and remove the folder.</p></li>
      </ol>
      </div>
    </section>`
