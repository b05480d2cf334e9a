/**
 * Patterns like `*.dwg` and `IMG_????.jpg` against folded names: `*` is any characters, `?` is one, everything else is itself. It goes
 * back to the last `*` only, so a name costs at most its length times the pattern's, whatever the pattern. Pure.
 */
import { SearchError } from './search-error.ts'

export interface NameGlob {
  /** UTF-8, with no two `*` in a row. */
  readonly pattern: Buffer
  /** The longest piece without a wildcard: names that lack it are not looked at. */
  readonly literal: Buffer
  /** It is `*` and the literal. */
  readonly isEnding: boolean
}

/** Of the names, of one search: some seconds, where all names are long and like the pattern. */
export const maxGlobSteps = 1_000_000_000

/** What a search may still spend: one pattern must not keep everybody else waiting. */
export class GlobSteps {
  private left: number

  constructor(left = maxGlobSteps) {
    this.left = left
  }

  /** @throws SearchError `too-hard` */
  spend(steps: number): void {
    this.left -= steps
    if (this.left < 0) throw new SearchError('too-hard', 'The pattern takes too long to look for.')
  }
}

const star = 0x2a
const question = 0x3f

export function isGlob(text: string): boolean {
  return /[*?]/.test(text)
}

export function parseGlob(folded: string): NameGlob {
  const pieces = folded.split(/[*?]+/)
  const literal = pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
  const pattern = folded.replace(/\*{2,}/g, '*')
  return { pattern: Buffer.from(pattern), literal: Buffer.from(literal), isEnding: pattern === `*${literal}` }
}

/** For a glob that is an ending. */
export function endsLikeGlob({ literal }: NameGlob, names: Buffer, start: number, end: number): boolean {
  if (end - start < literal.length) return false
  for (let back = 1; back <= literal.length; back += 1) if (names[end - back] !== literal[literal.length - back]) return false
  return true
}

export interface NamePlace {
  readonly names: Buffer
  readonly start: number
  readonly end: number
}

/** @throws SearchError `too-hard` */
export function matchesGlob({ pattern }: NameGlob, { names, start, end }: NamePlace, steps: GlobSteps): boolean {
  let at = start
  let place = 0
  let starPlace = -1
  let starAt = start
  let taken = 0
  while (at < end) {
    taken += 1
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
    } else break
  }
  steps.spend(taken)
  if (at < end) return false
  while (pattern[place] === star) place += 1
  return place === pattern.length
}

/** Folded names are UTF-8: what continues a character begins with the bits 10. */
function afterCharacter(names: Buffer, at: number): number {
  let next = at + 1
  while ((names[next]! & 0xc0) === 0x80) next += 1
  return next
}
