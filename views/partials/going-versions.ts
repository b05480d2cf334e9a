import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { partHead } from './part-head.ts'

export type GoingProps = {
  readonly going: number
  /** The newest of those that go. */
  readonly first: readonly { readonly atMs: number; readonly newBytes: number }[]
}

/** Which versions rules would let go; nothing where there are none. */
export function goingVersions(reader: Reader, { first, going }: GoingProps, title = 'Which versions go'): Html {
  if (first.length === 0) return html``
  const words =
    going > first.length
      ? `The newest ${countText(reader, first.length)} of ${countText(reader, going)}`
      : countOf(reader, going, 'version')
  return html`<section aria-labelledby="going">
          ${partHead({ id: 'going', title, beside: html`<p class="hint">${words}</p>` })}
          <div class="ledger-wrap"><table class="ledger">
            <thead><tr><th scope="col">Version</th><th scope="col" class="num">New in it</th></tr></thead>
            <tbody>${first.map(
              ({ atMs, newBytes }) => html`
              <tr><th scope="row" class="when">${timeTag(atMs, whenText(reader, atMs))}</th><td class="num">${sizeText(reader, newBytes)}</td></tr>`,
            )}
            </tbody>
          </table></div>
        </section>`
}
