// Paths and names are bytes; JSON holds text. UTF-8 bytes travel as the text they are, any others as base64 behind a NUL,
// which no path can contain. So every byte sequence has exactly one spelling.

const notTextMark = '\0'

export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return !text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes) ? text : notTextMark + bytes.toString('base64')
}

export function bytesOfText(text: string): Buffer {
  return text.startsWith(notTextMark) ? Buffer.from(text.slice(1), 'base64') : Buffer.from(text, 'utf8')
}
