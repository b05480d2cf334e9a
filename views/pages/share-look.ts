import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, timeText, whenText } from '../format/when.ts'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { alonePage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { partHead } from '../partials/part-head.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { PageContext } from '../site.ts'
import { type Shown, shownPart } from './preview.ts'

export type ShareLookPageProps = PageContext & {
  /** Who made the link, and of which customer. */
  readonly by: string
  readonly customer: string
  readonly name: string
  /** When the file was as it is here. */
  readonly takenAtMs: number
  readonly sizeBytes: number
  readonly changedAtMs: number
  /** From the link's own page down to the folder it lies in. */
  readonly above: readonly TrailStep[]
  readonly filePath: string
  readonly shown: Shown
}

/** One file that a link leads to, looked at by somebody from outside. */
export function shareLookPage(props: ShareLookPageProps): Page {
  const { reader, by, customer, name, takenAtMs } = props
  return alonePage({
    ...props,
    title: `${name} from ${by}`,
    main: html`<main class="share" id="main">
    ${trail('Where this file is', props.above)}
    <h1 class="title"><bdi class="exact">${name}</bdi></h1>
    <p class="lead">From ${customer}. It is an exact copy, as it was on ${dateText(reader, takenAtMs)} at ${timeText(reader, takenAtMs)}.</p>
    <div class="split part">
      <section class="part shown" aria-labelledby="shown">
        ${partHead({ id: 'shown', title: 'What is in it' })}
        ${shownPart(props)}
      </section>
      <aside>
        <div class="box">
          <h2>Get the file</h2>
          <a class="button primary wide large" href="${props.filePath}">${icon('download')}Download</a>
          ${facts([
            { label: 'Size', value: sizeText(reader, props.sizeBytes) },
            { label: 'Last changed', value: timeTag(props.changedAtMs, whenText(reader, props.changedAtMs)) },
          ])}
          <p class="hint">${by} can see that something was looked at or fetched, and when.</p>
        </div>
      </aside>
    </div>
  </main>`,
    footer: html`<p>Holdfast keeps the backups of ${customer}. Not expecting this? Then simply close the page.</p>`,
  })
}
