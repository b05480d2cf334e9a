/** A name cut to what systems can make, its ending kept: it says what kind of file it is. Pure. */

/** Of one name: Linux counts bytes, Windows UTF-16 units, which are never more. */
export const maxNameBytes = 255

/** `ending` is the end of `text` that stays. */
export function shortenedName(text: string, bound: { readonly maxBytes: number; readonly ending?: string }): string {
  const { maxBytes, ending = endingOf(text) } = bound
  if (Buffer.byteLength(text) <= maxBytes) return text
  const stem = Buffer.from(text.slice(0, text.length - ending.length)).subarray(0, maxBytes - Buffer.byteLength(ending))
  // A character that was cut through goes; what would stand at the end of a name and may not, is another one.
  return (
    stem
      .toString()
      .replace(/\ufffd+$/, '')
      .replace(/[. ]$/, '_') + ending
  )
}

const maxEndingCharacters = 16

/** `.xlsx`; nothing where what follows the dot is too long to be one. */
export function endingOf(text: string): string {
  const dot = text.lastIndexOf('.')
  return dot > 0 && text.length - dot <= maxEndingCharacters + 1 && text.length - dot > 1 ? text.slice(dot) : ''
}
