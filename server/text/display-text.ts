/** Text that people typed and other people read: names, notes, reasons. */

// Control characters break lines of logs and headers of mails; bidirectional overrides make a name read as another.
const forbiddenPattern = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** Trimmed and normalised, or undefined when it is empty, too long, or holds characters that deceive or break lines. HTML is just text. */
export function parseDisplayText(text: string, { maxCharacters }: { readonly maxCharacters: number }): string | undefined {
  if (text.length > maxCharacters * 4) return undefined
  const trimmed = text.normalize('NFC').trim()
  if (trimmed === '' || [...trimmed].length > maxCharacters || forbiddenPattern.test(trimmed)) return undefined
  return trimmed
}

/** The form by which names are compared: two that look the same to a person are the same. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/**
 * The same for several lines: their ends are kept, as `\n`, and empty ones too. Empty text is fine here; undefined when it is too long
 * or holds what deceives.
 */
export function parseDisplayLines(text: string, { maxCharacters }: { readonly maxCharacters: number }): string | undefined {
  if (text.length > maxCharacters * 4) return undefined
  const lines = text
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replaceAll('\t', ' ').trimEnd())
  const joined = lines.join('\n').trim()
  if ([...joined].length > maxCharacters || lines.some((line) => forbiddenPattern.test(line))) return undefined
  return joined
}
