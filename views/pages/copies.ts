import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { whenInSentence } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type CopyProps, copiesList } from '../partials/copies-list.ts'
import { type CopySettingsProps, checkField, copySettings } from '../partials/copy-settings.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CopiesPageProps = PageContext & {
  readonly viewer: Viewer
  readonly copies: readonly CopyProps[]
  readonly form: NewCopyProps
}

export type NewCopyProps = CopySettingsProps & {
  readonly folder: string
  readonly isSameDiskAllowed: boolean
  readonly isTakingOver: boolean
  /** What is wrong with what was typed, and what helps. */
  readonly problem: string | undefined
  /** The place was tested, and can be used. */
  readonly tested: { readonly freeBytes: number; readonly holdsCopy: boolean } | undefined
}

/** Every customer's backups once more, on another disk. */
export function copiesPage(props: CopiesPageProps): Page {
  const { reader, copies, form } = props
  return appPage({
    ...props,
    title: 'Second copy',
    place: 'storage',
    body: html`
    ${trail('Where this is', [{ name: 'Storage', path: '/storage' }])}
    <header class="page-head"><div>${headOf(reader, copies)}</div></header>
    ${copies.length === 0 ? '' : copiesList(reader, copies)}
    ${addPart(reader, form, copies.length === 0)}`,
  })
}

function headOf(reader: Reader, copies: readonly CopyProps[]): Html {
  const named = (state: CopyProps['state']) => copies.filter((copy) => copy.state === state)
  const [failed] = named('failed')
  const [old] = named('old')
  const [damaged] = named('damaged')
  const [running] = named('running')
  const [first] = named('first')
  if (copies.length === 0)
    return sentence({
      state: 'partial',
      says: 'There is no second copy.',
      small: ['If the disk of this box breaks, is stolen or emptied, all backups go with it.'],
    })
  if (failed !== undefined)
    return sentence({
      state: 'failed',
      says: `The copy ${failed.name} could not be brought up to date.`,
      small: [asOfText(reader, failed)],
    })
  if (old !== undefined)
    return sentence({ state: 'partial', says: `The copy ${old.name} is too old.`, small: [asOfText(reader, old)] })
  if (damaged !== undefined)
    return sentence({ state: 'partial', says: `The copy ${damaged.name} found damage.`, small: ['What was found stands below.'] })
  if (running !== undefined)
    return sentence({
      state: 'running',
      says: `The copy ${running.name} is being brought up to date.`,
      small: [asOfText(reader, running)],
    })
  if (first !== undefined)
    return sentence({
      state: 'none',
      says: `The copy ${first.name} is not finished yet.`,
      small: ['It begins within a minute, or with “Run now”.'],
    })
  return sentence({
    state: 'ok',
    says: 'The second copy is whole.',
    small: copies.map((copy) => (copies.length === 1 ? asOfText(reader, copy) : `${copy.name}: ${asOfText(reader, copy)}`)),
  })
}

function asOfText(reader: Reader, { asOfMs, missingVersions }: CopyProps): string {
  if (asOfMs === undefined) return 'Nothing can be restored from it yet.'
  const missing = missingVersions === 0 ? 'it lacks no version' : `it lacks ${countOf(reader, missingVersions, 'version')}`
  return `As of ${whenInSentence(reader, asOfMs).replace(/^on /, '')}; ${missing}.`
}

function addPart(reader: Reader, form: NewCopyProps, isFirst: boolean): Html {
  const { folder, tested, problem } = form
  const said =
    tested === undefined
      ? ''
      : notice({
          icon: 'circle-check',
          state: 'ok',
          words: `The place works, and has ${sizeText(reader, tested.freeBytes)} free.${tested.holdsCopy ? ' It holds a copy already, which is gone on with.' : ''}`,
        })
  return html`<section class="part box" aria-labelledby="add">
      <h2 id="add">${isFirst ? 'Where should the second copy go?' : 'Add another place'}</h2>
      <p>A folder on another disk, or on a network drive that is mounted: what happens to this disk must not happen to that one. Nobody can read the backups there without a customer’s recovery kit.</p>
      <form class="flow" action="/storage/copies" method="post">
        ${problem === undefined ? said : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
        ${field({ name: 'folder', label: 'Folder', value: folder, hint: 'Its whole path on the box, such as /mnt/copy.' })}
        ${copySettings(form)}
        ${checkField({ name: 'same-disk', label: 'A folder on the disk of the box will do', isChecked: form.isSameDiskAllowed, hint: 'It helps against mistakes, and not when the disk breaks.' })}
        ${checkField({ name: 'take-over', label: 'It holds a copy that another box made', isChecked: form.isTakingOver })}
        <p class="row"><button class="button primary">${icon('plus')}Add this place</button><button class="button" formaction="/storage/copies/test">Test it first</button></p>
      </form>
    </section>`
}
