/**
 * The header that says "save this, under that name" (RFC 6266). Twice: as plain ASCII for what knows no better, and exactly, by
 * the encoding of RFC 8187. Header injection cannot happen: nothing but the characters listed here leaves. Pure.
 */
import { safeName } from './safe-name.ts'

/** Other servers and systems stop at 255 bytes of a name; a longer one keeps its end, which says what kind of file it is. */
const maxNameBytes = 240

export function contentDisposition(name: Uint8Array, ending = ''): string {
  const text = shortened(safeName(name), ending)
  const ascii = text.replaceAll(/[^A-Za-z0-9 !#$&+.^_`{}~()@,;=[\]-]/g, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeExtended(text)}`
}

/** Percent-encoding of everything but attr-char. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function shortened(text: string, ending: string): string {
  const whole = text + ending
  if (Buffer.byteLength(whole) <= maxNameBytes) return whole
  const kept = ending === '' ? endingOf(text) : ending
  let head = text.slice(0, whole.length - kept.length)
  while (Buffer.byteLength(head + kept) > maxNameBytes) head = head.slice(0, -1)
  return head.toWellFormed().replace(/\ufffd$/, '') + kept
}

function endingOf(text: string): string {
  return /\.[^.]{1,16}$/.exec(text)?.[0] ?? ''
}
