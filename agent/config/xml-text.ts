// Text inside XML, both ways. Only the five predefined entities and numeric references exist here: nothing is ever looked up.

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const reference = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{1,5}));|&/g

/** Characters that XML 1.0 cannot hold, not even as references: most controls, lone surrogates, U+FFFE and U+FFFF. */
const impossible = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

export function isXmlText(text: string): boolean {
  return !impossible.test(text)
}

/**
 * White space that a parser, an editor or a tidy-up could change is written as references: line ends and tabs anywhere, blanks at
 * the ends, of whatever kind.
 */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!)
    .replace(/[\t\n\r\u0085\u2028]|^\s|\s$/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** The text behind; undefined for a reference to anything else, or a lone `&`. */
export function unescapeXml(text: string): string | undefined {
  let isWrong = false
  const plain = text.replace(reference, (_, decimal?: string, hex?: string, name?: string) => {
    const found = name === undefined ? characterOf(decimal, hex) : named[name]
    isWrong ||= found === undefined
    return found ?? ''
  })
  return isWrong ? undefined : plain
}

function characterOf(decimal: string | undefined, hex: string | undefined): string | undefined {
  if (decimal === undefined && hex === undefined) return undefined
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  const character = String.fromCodePoint(code)
  return isXmlText(character) ? character : undefined
}
