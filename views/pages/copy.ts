import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type CopyProps, copyBadge, missingText, nextText } from '../partials/copies-list.ts'
import { type CopySettingsProps, checkField, copySettings } from '../partials/copy-settings.ts'
import { facts } from '../partials/facts.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CopyPageProps = PageContext & {
  readonly viewer: Viewer
  readonly copy: CopyProps
  readonly more: CopyMoreProps
  readonly form: CopySettingsProps & { readonly problem: string | undefined }
}

export type CopyMoreProps = {
  /** When names and sizes were compared. */
  readonly comparedAtMs: number | undefined
  /** Since then every byte was read back once. */
  readonly readAllSinceMs: number | undefined
  readonly freeBytes: number | undefined
  /** Files of the copy that the box does not know. */
  readonly unknownFiles: number
}

/** One second copy: how it stands, when it runs, and the ways to look after it. */
export function copyPage(props: CopyPageProps): Page {
  const { copy } = props
  return appPage({
    ...props,
    title: copy.name,
    place: 'storage',
    body: html`
    ${trail('Where this is', [
      { name: 'Storage', path: '/storage' },
      { name: 'Second copy', path: '/storage/copies' },
    ])}
    <header class="page-head"><h1 class="title">${copy.name}</h1></header>
    <div class="split part">
      <div class="flow">
        ${standPart(props)}
        ${actsPart(copy)}
      </div>
      <aside class="flow">${settingsPart(props)}</aside>
    </div>`,
  })
}

function standPart({ reader, copy, more }: CopyPageProps): Html {
  const time = (ms: number | undefined) => (ms === undefined ? 'Not yet' : timeTag(ms, whenText(reader, ms)))
  return html`<section aria-labelledby="stand">
          ${partHead({ id: 'stand', title: 'How it stands', beside: copyBadge(copy.state) })}
          ${copy.result === '' ? '' : html`<p>${copy.result}</p>`}
          ${facts([
            { label: 'Folder', value: copy.folder, valueClass: 'name' },
            { label: 'Everything is in it as of', value: time(copy.asOfMs) },
            { label: 'Missing', value: missingText(reader, copy) },
            { label: 'In it', value: sizeText(reader, copy.storedBytes) },
            { label: 'Free on its disk', value: more.freeBytes === undefined ? 'Not known' : sizeText(reader, more.freeBytes) },
            { label: 'Names and sizes compared', value: time(more.comparedAtMs) },
            { label: 'Every byte read back since', value: time(more.readAllSinceMs) },
            ...unknownFact(reader, more),
            { label: 'Next run', value: nextText(reader, copy.nextAtMs) },
          ])}
        </section>`
}

function unknownFact(reader: Reader, { unknownFiles }: CopyMoreProps) {
  if (unknownFiles === 0) return []
  return [{ label: 'Files the box does not know', value: `${unknownFiles.toLocaleString(reader.locale)}; they stay` }]
}

function actsPart({ path, state }: CopyProps): Html {
  const isRunning = state === 'running'
  const button = (act: string, words: string, shape: 'refresh-cw' | 'square' | 'check' | 'trash-2', danger = '') =>
    html`<form action="${path}/${act}" method="post"><button class="button${danger}">${icon(shape)}${words}</button></form>`
  return html`<section aria-labelledby="acts">
          ${partHead({ id: 'acts', title: 'Look after it' })}
          <p>Reading back proves every byte of the copy against what the box expects, and copies nothing. A part of it is read at every run anyway, all of it within thirty days.</p>
          <div class="row">${
            isRunning
              ? button('stop', 'Stop', 'square')
              : html`${button('run', 'Run now', 'refresh-cw')}${button('verify', 'Read all of it back', 'check')}${button('remove', 'Forget this copy', 'trash-2', ' danger')}`
          }</div>
          <p class="hint">A copy that is forgotten keeps its files; the box only stops caring for them.</p>
        </section>`
}

function settingsPart({ copy, form }: CopyPageProps): Html {
  return html`<section class="box" aria-labelledby="settings">
          <h2 id="settings">When it runs</h2>
          <form class="flow" action="${copy.path}" method="post">
            ${form.problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: form.problem })}
            ${copySettings(form)}
            ${checkField({ name: 'paused', label: 'Paused: only when asked', isChecked: form.isPaused })}
            <p class="row"><button class="button primary">${icon('check')}Save</button></p>
          </form>
        </section>`
}
