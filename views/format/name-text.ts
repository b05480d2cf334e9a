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
const escapeCharacters = 4

/** The name as people read it. */
export function nameText(name: Uint8Array): string {
  const whole = decode(name)
  if (whole !== undefined && !unseemly.test(whole) && whole.search(escapes) === -1) return whole
  return splitName(name)
    .map((part, index, parts) => (part.text === undefined || isMistakable(parts, index) ? escaped(part.bytes) : part.text))
    .join('')
}

/** A name character by character; one without text is a byte that is no UTF-8, or a character that is never shown. */
export function splitName(name: Uint8Array): readonly NamePart[] {
  const parts: NamePart[] = []
  for (let at = 0; at < name.length; at += parts.at(-1)!.bytes.length) parts.push(partAt(name, at))
  return parts
}

export type NamePart = { readonly bytes: Uint8Array; readonly text: string | undefined }

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

/** A backslash of the name itself that would read as the start of an escape. */
function isMistakable(parts: readonly NamePart[], index: number): boolean {
  if (parts[index]!.text !== '\\') return false
  const next = parts.slice(index, index + escapeCharacters).map(({ text }) => text ?? '')
  return next.join('').search(escapes) === 0
}

function partAt(name: Uint8Array, at: number): NamePart {
  const bytes = name.subarray(at, at + sequenceLength(name[at]!))
  const text = decode(bytes)
  if (text === undefined) return { bytes: name.subarray(at, at + 1), text: undefined }
  return { bytes, text: unseemly.test(text) ? undefined : text }
}

/** How many bytes a UTF-8 character that starts so has, if it is one. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
