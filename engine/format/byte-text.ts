// Paths and names are bytes; JSON holds text. UTF-8 bytes travel as the text they are, any others (and those that begin with a NUL,
// which no path does) as base64 behind a NUL. So every byte sequence has exactly one spelling.

const notTextMark = '\0'

export function textOfBytes(bytes: Buffer): string {
  if (bytes[0] === 0) return notTextMark + bytes.toString('base64')
  const text = bytes.toString('utf8')
  return !text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes) ? text : notTextMark + bytes.toString('base64')
}

/** Undoes `textOfBytes`. Text that it never makes gives bytes all the same: see `isByteText`. */
export function bytesOfText(text: string): Buffer {
  return text.startsWith(notTextMark) ? Buffer.from(text.slice(1), 'base64') : Buffer.from(text, 'utf8')
}

/** Whether this is the one spelling of its bytes. */
export function isByteText(text: string): boolean {
  return textOfBytes(bytesOfText(text)) === text
}
