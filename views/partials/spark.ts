import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'

/** How a day of a fortnight went. `quiet`: nothing ran; `missed`: nothing ran and something should have; `before`: it was not there yet. */
export const sparkDayStates = ['ok', 'partial', 'failed', 'running', 'missed', 'quiet', 'before'] as const
export type SparkDay = (typeof sparkDayStates)[number]

const dayWidth = 7
const height = 18

const words: Readonly<Record<SparkDay, string>> = {
  ok: 'backed up',
  partial: 'partly',
  failed: 'failed',
  running: 'running',
  missed: 'silent',
  quiet: 'without a backup',
  before: 'before it was added',
}

/** A fortnight in a row, the newest day at the end. Shape tells the state as colour does; the label tells it in words. */
export function spark(reader: Reader, days: readonly SparkDay[]): Html {
  const width = days.length * dayWidth - 2
  return html`<svg class="spark" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${labelOf(reader, days)}">${days.map((day, index) => shapeOf(day, index * dayWidth))}</svg>`
}

function shapeOf(day: SparkDay, x: number): Html {
  switch (day) {
    case 'ok':
      return html`<rect data-state="ok" x="${x}" y="2" width="4" height="14" rx="1"/>`
    case 'partial':
      return html`<rect data-state="partial" x="${x}" y="9" width="4" height="7" rx="1"/>`
    case 'failed':
      return html`<path data-state="failed" d="M${x} 7l4.5 7m0-7l-4.5 7"/>`
    case 'running':
      return html`<rect data-state="running" x="${x}" y="12" width="4" height="4" rx="2"/>`
    case 'missed':
      return html`<circle cx="${x + 2}" cy="13" r="1.75"/>`
    case 'quiet':
      return html`<rect x="${x}" y="14" width="4" height="2"/>`
    case 'before':
      return html``
    default:
      return day satisfies never
  }
}

/** `Last 14 days: 9 backed up, 1 partly, 4 without a backup`. */
function labelOf(reader: Reader, days: readonly SparkDay[]): string {
  const said = sparkDayStates.flatMap((state) => {
    const count = days.filter((day) => day === state).length
    return count === 0 ? [] : [`${count} ${words[state]}`]
  })
  return `Last ${countOf(reader, days.length, 'day')}: ${said.join(', ')}`
}
