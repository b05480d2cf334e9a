/** Every version that would go, as lines of a table file: a cell that a spreadsheet would take for a formula is none. */
import type { Rehearsal } from './rehearsal.ts'

export function goingCsv({ computers, after }: Pick<Rehearsal, 'computers' | 'after'>): string {
  const rows = computers.flatMap(({ name, versions }) =>
    versions.filter(({ isGoing }) => isGoing).map(({ atMs }) => [name, new Date(atMs).toISOString(), after.planName]),
  )
  return [['Computer', 'Version (UTC)', 'Would go by'], ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
