// File names are bytes. Most are UTF-8 and are shown as they are; what cannot be shown, or would deceive, is written as `\xHH`.
// The text is lossless: `parseNameText(nameText(bytes))` gives the same bytes, so two names never look the same by our doing.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * Never shown as they are: controls (a newline would break a line of a table), line separators, and the marks that hide or
 * reverse text, with which `exe.jpg` can be made to look like `gpj.exe`.
 */
const unseemly = /[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u
/** What an escape looks like; a name that holds these four characters itself gets its backslash escaped. */
const escapes = /\\x([0-9A-F]{2})/g
const maxSequenceBytes = 4

/** The name as people read it. */
export function nameText(name: Uint8Array): string {
  const whole = decode(name)
  if (whole !== undefined && !unseemly.test(whole) && whole.search(escapes) === -1) return whole
  let text = ''
  for (let at = 0; at < name.length; ) {
    const character = characterAt(name, at)
    const length = character?.bytes ?? 1
    text +=
      character === undefined || !isShown(name, at, character.text)
        ? escapedBytes(name.subarray(at, at + length))
        : character.text
    at += length
  }
  return text
}

/** The bytes behind what `nameText` wrote. */
export function parseNameText(text: string): Uint8Array {
  const bytes: number[] = []
  let end = 0
  for (const match of text.matchAll(escapes)) {
    bytes.push(...encoder.encode(text.slice(end, match.index)), Number.parseInt(match[1]!, 16))
    end = match.index + match[0].length
  }
  bytes.push(...encoder.encode(text.slice(end)))
  return Uint8Array.from(bytes)
}

function isShown(name: Uint8Array, at: number, character: string): boolean {
  if (unseemly.test(character)) return false
  return character !== '\\' || String.fromCharCode(...name.subarray(at, at + 4)).search(escapes) === -1
}

/** The character that starts there, or nothing when the bytes are no valid UTF-8. */
function characterAt(name: Uint8Array, at: number): { readonly text: string; readonly bytes: number } | undefined {
  for (let bytes = 1; bytes <= maxSequenceBytes && at + bytes <= name.length; bytes += 1) {
    const text = decode(name.subarray(at, at + bytes))
    if (text !== undefined) return { text, bytes }
  }
  return undefined
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

function escapedBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
