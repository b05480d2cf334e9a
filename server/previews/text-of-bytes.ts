/** The beginning of a file as text, if it is text: UTF-8, UTF-16, or one byte a character as in Western Windows. Pure. */

export interface TextFound {
  readonly text: string
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
}

/** What no text has: control characters other than tab, line ends, form feed and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const notText = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/
/** Of the units of UTF-16 without a mark, so many have a zero in the same half. */
const utf16Share = 0.4

/** `isWhole`: nothing follows; otherwise a character may be cut at the end. Undefined: no text. */
export function textOfBytes(bytes: Buffer, { isWhole }: { readonly isWhole: boolean }): TextFound | undefined {
  const encoding = encodingOf(bytes, isWhole)
  const text = new TextDecoder(encoding).decode(bytes, { stream: !isWhole })
  return notText.test(text) ? undefined : { text: text.replaceAll('\r\n', '\n'), encoding }
}

function encodingOf(bytes: Buffer, isWhole: boolean): TextFound['encoding'] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const unmarked = unmarkedUtf16(bytes)
  if (unmarked !== undefined) return unmarked
  return isUtf8(bytes, isWhole) ? 'utf-8' : 'windows-1252'
}

/** Latin text has a zero in every second byte. */
function unmarkedUtf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const looked = Math.min(bytes.length, 4096) & ~1
  let even = 0
  let odd = 0
  for (let at = 0; at < looked; at += 2) {
    if (bytes[at] === 0) even += 1
    if (bytes[at + 1] === 0) odd += 1
  }
  const enough = (looked / 2) * utf16Share
  if (looked < 4 || Math.max(even, odd) < enough) return undefined
  if (even === 0) return 'utf-16le'
  return odd === 0 ? 'utf-16be' : undefined
}

function isUtf8(bytes: Buffer, isWhole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole })
    return true
  } catch {
    return false
  }
}
