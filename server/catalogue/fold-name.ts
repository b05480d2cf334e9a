/** The form in which names are searched: what people type finds it whatever accents, widths and cases it was written with. Pure. */
import { isUtf8 } from 'node:buffer'

export const foldedMaxBytes = 1024

/** NFKC, lower case, marks removed, ß as ss (its capitals are SS). `Größe`, `GRÖSSE` and `grosse` are one. */
export function foldText(text: string): string {
  if (isPlain(text)) return text.toLowerCase()
  // Lower case comes between: that of İ is an i and a mark.
  const folded = text.normalize('NFKD').toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
  return folded.replaceAll('ß', 'ss').normalize('NFKC')
}

/** A file's name is bytes. Those that are not UTF-8 are read as Latin-1, which is what such names mostly are. */
export function foldName(name: Buffer): Buffer {
  const folded = Buffer.from(foldText(name.toString(isUtf8(name) ? 'utf8' : 'latin1')), 'utf8')
  return folded.length <= foldedMaxBytes ? folded : wholeCharacters(folded.subarray(0, foldedMaxBytes))
}

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

/** Without the beginning of a character that was cut. */
function wholeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && !isUtf8(bytes.subarray(0, end))) end -= 1
  return bytes.subarray(0, end)
}
