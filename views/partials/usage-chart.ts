import { html } from 'hono/html'
import { percent } from '../format/percent.ts'
import { sizeText } from '../format/size.ts'
import { dateText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'

export type UsageBar = { readonly atMs: number; readonly bytes: number }

const height = 180
/** Room above for the line of the limit's words, and below for the first and the last day. */
const [top, bottom] = [20, 22]
/** Beyond this the limit would press the bars flat, and is left to the words. */
const limitShownUpTo = 4
const rowsInTable = 14

/**
 * Amounts by day as bars from nothing, with the limit as a line where it is near enough; below it the same numbers as a table, for
 * those who do not see it and for those who want them exactly.
 */
export function usageChart(
  reader: Reader,
  { title, days, limitBytes }: { readonly title: string; readonly days: readonly UsageBar[]; readonly limitBytes: number },
): Html {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined || days.length < 2)
    return html`<p class="hint">The chart begins when there are two days to compare.</p>`
  const most = Math.max(...days.map(({ bytes }) => bytes), 1)
  const isLimitNear = limitBytes <= most * limitShownUpTo
  const scale = (bytes: number) =>
    height - bottom - (bytes / (isLimitNear ? Math.max(most, limitBytes) : most)) * (height - top - bottom)
  const label = `${title}: ${sizeText(reader, first.bytes)} on ${dateText(reader, first.atMs)}, ${sizeText(reader, last.bytes)} on ${dateText(reader, last.atMs)}`
  return html`<svg class="bars" width="100%" height="${height}" role="img" aria-label="${label}">
        ${days.map(({ bytes }, index) => barOf({ from: index / days.length, share: 0.72 / days.length, y: scale(bytes) }))}
        <line class="base" x1="0" x2="100%" y1="${height - bottom}" y2="${height - bottom}"/>
        ${isLimitNear ? html`<line x1="0" x2="100%" y1="${rounded(scale(limitBytes))}" y2="${rounded(scale(limitBytes))}"/><text x="0" y="${rounded(scale(limitBytes) - 5)}">${sizeText(reader, limitBytes)}</text>` : ''}
        <text x="0" y="${height - 5}">${dateText(reader, first.atMs)}</text>
        <text x="100%" y="${height - 5}" text-anchor="end">${dateText(reader, last.atMs)}</text>
      </svg>
      <details><summary>The last ${Math.min(days.length, rowsInTable)} days in numbers</summary>
        <div class="ledger-wrap"><table class="ledger">
          <thead><tr><th scope="col">Day</th><th scope="col" class="num">Kept</th></tr></thead>
          <tbody>${days
            .slice(-rowsInTable)
            .toReversed()
            .map(
              ({ atMs, bytes }) => html`
            <tr><th scope="row">${dateText(reader, atMs)}</th><td class="num">${sizeText(reader, bytes)}</td></tr>`,
            )}
          </tbody>
        </table></div>
      </details>`
}

/** As wide as there is room: words keep their size on a telephone, where a picture as a whole would shrink. */
function barOf({ from, share, y }: { readonly from: number; readonly share: number; readonly y: number }): Html {
  return html`<rect x="${percent(from)}" y="${rounded(y)}" width="${percent(share)}" height="${rounded(height - bottom - y)}"/>`
}

function rounded(value: number): string {
  return value.toFixed(1)
}
