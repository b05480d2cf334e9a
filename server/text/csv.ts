/**
 * Tables that office programs open (RFC 4180, with a byte order mark so that they read UTF-8). A text that such a program would take for a
 * formula is given an apostrophe in front, which shows it as text (OWASP, CSV injection); numbers stay numbers.
 */
export type CsvValue = string | number | boolean | null | undefined

export const csvStart = '\ufeff'

export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}

// Also after white space and quotes, which some programs pass over; and the full-width forms of the signs.
const formulaPattern = /^[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u

function csvCell(value: CsvValue): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = formulaPattern.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
