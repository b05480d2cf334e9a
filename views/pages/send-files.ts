import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { field } from '../partials/field.ts'
import { messageQuote } from '../partials/message-quote.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sproutPlate } from '../plates/sprout-plate.ts'
import type { PageContext } from '../site.ts'

export type SendFilesPageProps = PageContext & {
  readonly by: string
  readonly customer: string
  readonly title: string
  readonly message: string | undefined
  readonly path: string
  readonly untilMs: number
  readonly left: { readonly bytes: number; readonly files: number }
  /** How many have just arrived. */
  readonly arrived: number | undefined
  /** Who hears of it by letter; undefined: nobody, they see it when they look. */
  readonly told: 'maker' | 'owners' | undefined
  readonly problem: string | undefined
}

/** What somebody from outside sees whom a link asks for files. */
export function sendFilesPage(props: SendFilesPageProps): Page {
  const { reader, by, customer, title, arrived, site } = props
  return alonePage({
    ...props,
    title: `Files for ${by}`,
    main: html`<main class="share" id="main">
    <h1 class="sentence"${arrived === undefined ? '' : html` data-state="ok"`}>${
      arrived === undefined
        ? html`${by} asks you for files.`
        : html`${icon('circle-check')} ${arrived === 1 ? 'Your file has arrived.' : `Your ${countOf(reader, arrived, 'file')} have arrived.`}`
    }</h1>
    <p class="lead">${arrived === undefined ? `For ${customer}. What you send is sealed at once; nobody but them sees it.` : `${toldWords(props)}You may close this page, or send more.`}</p>
    <div class="split part">
      <section class="part" aria-labelledby="send">
        ${partHead({ id: 'send', title })}
        ${messageQuote(props.message)}
        ${form(props)}
      </section>
      <aside class="stack">
        ${facts([
          {
            label: 'It still takes',
            value: `${countOf(reader, props.left.files, 'file')}, ${sizeText(reader, props.left.bytes)}`,
          },
          { label: 'Works until', value: timeTag(props.untilMs, whenText(reader, props.untilMs)) },
        ])}
        <p class="hint">No account and no program needed. Keep the page open until everything has been sent: what is cut off does not arrive.</p>
      </aside>
    </div>
  </main>
  <script src="${site.assets}/send-files.js" defer></script>`,
    footer: html`${sproutPlate}<p>Holdfast keeps the backups of ${customer}. Not expecting this? Then simply close the page.</p>`,
  })
}

function toldWords({ told, by, customer }: SendFilesPageProps): string {
  if (told === undefined) return ''
  return `${told === 'maker' ? by : customer} is told. `
}

function form({ path, problem, left }: SendFilesPageProps): Html {
  return html`<form class="flow" action="${path}" method="post" enctype="multipart/form-data" data-send-files data-bytes-left="${left.bytes}" data-files-left="${left.files}">
          ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
          <p class="wrong" role="alert" data-said hidden></p>
          ${field({ name: 'from', label: 'Your name', isOptional: true, autocomplete: 'name', hint: 'So that they know who sent it. It may stay empty.' })}
          <div class="field"><label for="files">Files</label><input id="files" name="files" type="file" multiple required></div>
          <div data-progress hidden><progress max="1" value="0" aria-label="How much has been sent"></progress><p class="hint" role="status" data-progress-words></p></div>
          <p class="row"><button class="button primary">${icon('send')}Send</button></p>
        </form>`
}
