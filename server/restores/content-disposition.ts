/**
 * The header that says "save this, under that name" (RFC 6266). Twice: as plain ASCII for what knows no better, and exactly, by
 * the encoding of RFC 8187. Header injection cannot happen: nothing but the characters listed here leaves. Pure.
 */
import { safeName } from './safe-name.ts'
import { endingOf, shortenedName } from './shortened-name.ts'

/** Other servers and systems stop at 255 bytes of a name; a longer one keeps its end, which says what kind of file it is. */
const maxNameBytes = 240

export function contentDisposition(name: Uint8Array, ending = ''): string {
  const safe = safeName(name)
  const text = shortenedName(safe + ending, { maxBytes: maxNameBytes, ending: ending || endingOf(safe) })
  const ascii = text.replaceAll(/[^A-Za-z0-9 !#$&+.^_`{}~()@,;=[\]-]/g, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeExtended(text)}`
}

/** Percent-encoding of everything but attr-char. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
