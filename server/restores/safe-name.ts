/**
 * A backed-up name as a name that every system can make. Whatever one of them refuses, or reads as a way to another place, is
 * written as `%HH`, byte by byte, and so is a percent sign that would read as one: different names stay different. Pure.
 */
import { splitName } from '../../views/format/name-text.ts'

/** Separators and characters that Windows refuses. */
const refused = /[\\/:*?"<>|]/
/** Device names of Windows, with any ending, and blanks before it: `CON`, `nul.txt`, `nul .txt`, `COM¹`. */
const deviceName = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(?= *(?:\.|$))/i
const readsAsEscape = /^%[0-9A-Fa-f]{2}/

export function safeName(name: Uint8Array): string {
  const parts = splitName(name)
  const text = parts
    .map((part, index) => (part.text === undefined || isRefused(parts, index) ? escaped(part.bytes) : part.text))
    .join('')
  return withoutDeviceName(withoutLoneEnd(text))
}

function isRefused(parts: ReturnType<typeof splitName>, index: number): boolean {
  const text = parts[index]!.text!
  if (text !== '%') return refused.test(text)
  return readsAsEscape.test(
    parts
      .slice(index, index + 3)
      .map((part) => part.text ?? '%')
      .join(''),
  )
}

/** Windows drops blanks and dots at the end, and `.` and `..` are places. */
function withoutLoneEnd(text: string): string {
  const last = text.at(-1)
  return last === '.' || last === ' ' ? text.slice(0, -1) + escaped(Buffer.from(last)) : text
}

function withoutDeviceName(text: string): string {
  return deviceName.test(text) ? escaped(Buffer.from(text.charAt(0))) + text.slice(1) : text
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
