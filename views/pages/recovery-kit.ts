import { html } from 'hono/html'
import { dateText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { kitForm } from '../partials/kit-forms.ts'
import { type KitSheetProps, kitSheetParts } from '../partials/kit-sheet.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type RecoveryKitPageProps = PageContext & {
  readonly viewer: Viewer
  /** Where its form goes. */
  readonly path: string
  readonly printedAtMs: number | undefined
  /** Straight from the set-up: there is a way on. */
  readonly isFirst: boolean
}

/** Before the kit is shown: what it is, and where it belongs. */
export function recoveryKitPage(props: RecoveryKitPageProps): Page {
  const { reader, path, printedAtMs, isFirst } = props
  return appPage({
    ...props,
    title: 'Recovery kit',
    body: html`
    <header class="page-head"><div>${headOf(reader, printedAtMs)}</div></header>
    <section class="box roomy part" aria-labelledby="print">
      <h2 id="print">Print it, and put it where the contracts are.</h2>
      <p>It is one sheet with a code and the steps that lead from a copy of the disk to your files, without this box and without us. Whoever holds it and a copy of the backups can read every file in them, so it belongs on paper and behind a lock.</p>
      ${kitForm(path, { isPrimary: true })}
      ${isFirst ? html`<p><a href="/">Later</a>. Home asks for it until it was printed.</p>` : ''}
    </section>
    <section class="part" aria-labelledby="where">
      ${partHead({ id: 'where', title: 'Where it belongs' })}
      <ol class="steps">
        <li><h3>In a safe, or with the contracts</h3><p>Not in the room of the box, and not on a computer that it protects.</p></li>
        <li><h3>Known to two people</h3><p>Whoever needs it will be in a hurry. Tell somebody else where it is.</p></li>
        <li><h3>Tried once</h3><p>Take it out once a year, and restore one file from the second copy with it.</p></li>
      </ol>
    </section>`,
  })
}

function headOf(reader: Reader, printedAtMs: number | undefined): Html {
  if (printedAtMs === undefined)
    return sentence({
      state: 'partial',
      says: 'The recovery kit was never printed.',
      small: ['Without it, a box that is lost takes the keys of your backups with it.'],
    })
  return sentence({
    state: 'ok',
    says: `The recovery kit was printed on ${dateText(reader, printedAtMs)}.`,
    small: ['It opens your backups when this box is gone. The same kit can be printed again at any time.'],
  })
}

export type KitShownPageProps = PageContext & {
  readonly viewer: Viewer
  readonly sheet: KitSheetProps
  readonly backPath: string
}

/** The kit itself, as it comes out of the printer: what is not of the kit is not printed. */
export function kitShownPage(props: KitShownPageProps): Page {
  const { sheet, backPath, viewer } = props
  return appPage({
    ...props,
    title: sheet.title,
    ...(viewer.standing === 'box' ? { place: 'storage' as const } : {}),
    body: html`
    <p class="kit-aside">Print this page now (Ctrl or ⌘ and P). The sheet on paper is what counts; nobody should find it on a screen. <a href="${backPath}">Done</a></p>
    <article class="kit">
      <h1 class="title">${sheet.title}</h1>
      ${kitSheetParts(sheet)}
    </article>`,
  })
}
