import type { Reader } from '../reader.ts'
import { numberFormat } from './intl.ts'

/** `214,380`, as the reader groups digits. */
export function countText(reader: Reader, count: number): string {
  return numberFormat(reader, { maximumFractionDigits: 0 }).format(count)
}

/** `1 file`, `214,380 files`: every number has its unit. */
export function countOf(reader: Reader, count: number, one: string, many = `${one}s`): string {
  return `${countText(reader, count)}\u00a0${count === 1 ? one : many}`
}

/** `RECEPTION-PC`, `A and B`, `A, B and 3 more`. */
export function listOfNames(reader: Reader, names: readonly string[], shown = 2): string {
  if (names.length <= shown + 1) return new Intl.ListFormat(reader.locale, { type: 'conjunction' }).format(names)
  return `${names.slice(0, shown).join(', ')} and ${countText(reader, names.length - shown)} more`
}
