/** Which pieces of a name are what was looked for, however they were written. Pure. */
import type { NamePiece } from '../../views/partials/found-file.ts'
import { foldText } from '../catalogue/fold-name.ts'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A letter at a time, as one of them may fold to several: `ß` to `ss`. Terms are folded. */
export function markName(name: string, terms: readonly string[]): readonly NamePiece[] {
  const letters = [...segmenter.segment(name)].map(({ segment }) => segment)
  const folded = letters.map(foldText)
  const isFound = new Uint8Array(letters.length)
  for (const term of terms) markTerm(folded, term, isFound)
  const pieces: { text: string; isFound: boolean }[] = []
  for (const [index, letter] of letters.entries()) {
    const last = pieces.at(-1)
    if (last?.isFound === (isFound[index] === 1)) last.text += letter
    else pieces.push({ text: letter, isFound: isFound[index] === 1 })
  }
  return pieces
}

function markTerm(folded: readonly string[], term: string, isFound: Uint8Array): void {
  const whole = folded.join('')
  const letterAt = folded.flatMap((letter, index) => Array.from({ length: letter.length }, () => index))
  for (let at = whole.indexOf(term); at >= 0; at = whole.indexOf(term, at + term.length))
    for (let place = at; place < at + term.length; place += 1) isFound[letterAt[place]!] = 1
}
