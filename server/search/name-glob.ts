/**
 * Patterns like `*.dwg` and `IMG_????.jpg` against folded names: `*` is any characters, `?` is one, everything else is itself. It goes
 * back to the last `*` only, so a name costs at most its length times the pattern's, whatever the pattern. Pure.
 */

export interface NameGlob {
  /** UTF-8, with no two `*` in a row. */
  readonly pattern: Buffer
  /** The longest piece without a wildcard: names that lack it are not looked at. */
  readonly literal: Buffer
}

const star = 0x2a
const question = 0x3f

export function isGlob(text: string): boolean {
  return /[*?]/.test(text)
}

export function parseGlob(folded: string): NameGlob {
  const pieces = folded.split(/[*?]+/)
  const literal = pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
  return { pattern: Buffer.from(folded.replace(/\*{2,}/g, '*')), literal: Buffer.from(literal) }
}

export function matchesGlob({ pattern }: NameGlob, names: Buffer, start: number, end: number): boolean {
  let at = start
  let place = 0
  let starPlace = -1
  let starAt = start
  while (at < end) {
    const wanted = pattern[place]
    if (wanted === star) {
      starPlace = place
      starAt = at
      place += 1
    } else if (wanted === question) {
      at = afterCharacter(names, at)
      place += 1
    } else if (wanted !== undefined && wanted === names[at]) {
      at += 1
      place += 1
    } else if (starPlace >= 0) {
      starAt = afterCharacter(names, starAt)
      at = starAt
      place = starPlace + 1
    } else return false
  }
  while (pattern[place] === star) place += 1
  return place === pattern.length
}

/** Folded names are UTF-8: what continues a character begins with the bits 10. */
function afterCharacter(names: Buffer, at: number): number {
  let next = at + 1
  while ((names[next]! & 0xc0) === 0x80) next += 1
  return next
}
