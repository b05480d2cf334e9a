import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { type PagerProps, pager } from '../partials/pager.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export const skipReasons = ['unreadable', 'vanished', 'changed', 'unsupported', 'failed'] as const
export type SkipReason = (typeof skipReasons)[number]

export type SkippedRow = { readonly path: string; readonly reason: SkipReason; readonly detail: string }

export type SkippedPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: string
  readonly takenAtMs: number
  readonly files: number
  readonly skipped: number
  readonly rows: readonly SkippedRow[]
  readonly pager: PagerProps
  readonly above: readonly TrailStep[]
  readonly browsePath: string
}

const reasonWords = {
  unreadable: 'Could not be read',
  vanished: 'Was gone before it was read',
  changed: 'Kept changing while it was read',
  unsupported: 'Cannot be kept',
  failed: 'Failed',
} as const satisfies Record<SkipReason, string>

const remedies = {
  unreadable:
    'Let the agent read it: run it as a user who may, or give it the right. What nobody needs can be left out for good with “--exclude”.',
  vanished: 'Nothing, if it was meant to be deleted.',
  changed: 'Close the program that writes to it, then back up again.',
  unsupported: 'Nothing can be done; leave it out with “--exclude”, and the next backup is whole.',
  failed: 'Back up again. When it stays, ask for help and quote the words beside it.',
} as const satisfies Record<SkipReason, string>

/** What one backup left out, why, and what to do about it. The rest of that backup is good, and the page says so first. */
export function skippedPage(props: SkippedPageProps): Page {
  const { reader, computer, takenAtMs } = props
  const reasons = skipReasons.filter((reason) => props.rows.some((row) => row.reason === reason))
  return appPage({
    ...props,
    title: `Left out on ${computer}`,
    place: 'computers',
    body: html`
    ${trail('Where this list is', props.above)}
    ${sentence({
      state: 'partial',
      says: `${countOf(reader, props.skipped, 'file')} ${props.skipped === 1 ? 'was' : 'were'} left out.`,
      small: [`The other ${countOf(reader, props.files, 'file')} ${props.files === 1 ? 'is' : 'are'} safe.`],
    })}
    <p class="lead">In the backup of ${computer} ${whenInSentence(reader, takenAtMs)}. What older versions hold of them stays.</p>
    <div class="split part">
      <div class="flow">
        <div class="box roomy">
          <h2>What to do</h2>
          <p>${icon('users')} <b>Anyone who sits at ${computer} can put this right.</b></p>
          <ul class="stack">${reasons.map((reason) => html`<li><b>${reasonWords[reason]}.</b> ${remedies[reason]}</li>`)}</ul>
        </div>
        <section aria-labelledby="which">
          ${partHead({ id: 'which', title: 'What was left out' })}
          <div class="ledger-wrap">
            <table class="ledger">
              <thead><tr><th scope="col">File</th><th scope="col">Why</th></tr></thead>
              <tbody>${props.rows.map(skippedRow)}
              </tbody>
            </table>
          </div>
          ${pager(props.pager)}
        </section>
      </div>
      <aside class="flow">
        <section aria-labelledby="safe">
          ${partHead({ id: 'safe', title: 'Still safe' })}
          ${facts([
            { label: 'Version', value: whenText(reader, takenAtMs) },
            { label: 'Files', value: countOf(reader, props.files, 'file') },
          ])}
          <p class="row"><a class="button small" href="${props.browsePath}">${icon('rotate-ccw')}Get a file back</a></p>
        </section>
        <section aria-labelledby="itself">
          ${partHead({ id: 'itself', title: 'What happens by itself' })}
          <p>The next backup tries each of them again. Home says so until one has left nothing out.</p>
        </section>
      </aside>
    </div>`,
  })
}

function skippedRow({ path, reason, detail }: SkippedRow): Html {
  return html`
                <tr><th scope="row" class="name"><bdi class="exact">${path}</bdi></th><td>${reasonWords[reason]}<span class="sub">${detail}</span></td></tr>`
}
