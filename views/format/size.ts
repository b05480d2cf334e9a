import type { Reader } from '../reader.ts'
import { countOf } from './count.ts'
import { numberFormat } from './intl.ts'

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const unitStep = 1024
/** From here on a tenth says nothing any more. */
const wholeFrom = 100

/** `84.1 KiB`, `212 MiB`, `2 TiB`: binary units, three figures or so, never without the unit, no tenth where there is none. */
export function sizeText(reader: Reader, bytes: number): string {
  if (bytes < unitStep) return countOf(reader, bytes, 'byte')
  let value = bytes / unitStep
  let unit = 0
  // 1,023.96 KiB would be printed as 1,024 KiB.
  while (Math.round(value) >= unitStep && unit < units.length - 1) {
    value /= unitStep
    unit += 1
  }
  return `${valueText(reader, value)}\u00a0${units[unit]}`
}

function valueText(reader: Reader, value: number): string {
  const digits = Number.isInteger(value) || Math.round(value * 10) / 10 >= wholeFrom ? 0 : 1
  return numberFormat(reader, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}
