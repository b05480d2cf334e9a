/**
 * The names of one folder, as systems see them that do not tell apart case, or how an accent is written. Of each name only a hash is
 * kept: eight bytes, where a folder of a million files has room for little more. Two names that hash alike are told apart without
 * need, once in some thousand such folders.
 */
import { endingOf, maxNameBytes, shortenedName } from './shortened-name.ts'

const fewSlots = 16
/** So many tries are nothing, and of few names in a folder it is worth to remember more. */
const rememberedFrom = 8
/** ` (1234567)`: more than any folder has. */
const numberBytes = 10
/** More than half full, places are looked for too long. */
const fullAt = 0.5

export class FoldedNames {
  /** Open addressing; 0 is a free place. Made with the first name: most entries of a way down are files. */
  #slots: Float64Array | undefined
  #count = 0
  /** By what numbers are put to: the first that may be free, once it is not one of the first few. */
  #next: Map<number, number> | undefined

  /** The name, or the first of `name (2)`, `name (3)` that is still free. It is taken then. */
  take(name: string): string {
    if (this.#add(hashOf(folded(name)))) return name
    const { stem, ending } = stemOf(name)
    const key = hashOf(folded(`${stem}/${ending}`))
    for (let number = this.#next?.get(key) ?? 2; ; number += 1) {
      const tried = `${stem} (${number})${ending}`
      if (!this.#add(hashOf(folded(tried)))) continue
      // Without it, names that differ in case alone would cost the square of their number.
      if (number >= rememberedFrom) this.#next = (this.#next ?? new Map()).set(key, number + 1)
      return tried
    }
  }

  #add(hash: number): boolean {
    this.#slots ??= new Float64Array(fewSlots)
    if (this.#count >= this.#slots.length * fullAt) this.#grow(this.#slots)
    const at = freeOrSame(this.#slots, hash)
    if (this.#slots[at] === hash) return false
    this.#slots[at] = hash
    this.#count += 1
    return true
  }

  #grow(old: Float64Array): void {
    const slots = new Float64Array(old.length * 2)
    for (const hash of old) if (hash !== 0) slots[freeOrSame(slots, hash)] = hash
    this.#slots = slots
  }
}

/** A number comes before the ending, which says what kind of file it is, and finds room. */
function stemOf(name: string): { readonly stem: string; readonly ending: string } {
  const ending = endingOf(name)
  const short = shortenedName(name, { maxBytes: maxNameBytes - numberBytes, ending })
  return { stem: short.slice(0, short.length - ending.length), ending }
}

/** Windows compares capitals; Apple's systems do, and put letter and accent together. */
function folded(name: string): string {
  return name.normalize('NFC').toUpperCase()
}

/** 52 bits, never 0: FNV-1a twice, from two beginnings. */
function hashOf(text: string): number {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13)
  }
  return (low >>> 0) * 0x100000 + ((high >>> 0) & 0xfffff) + 1
}

function freeOrSame(slots: Float64Array, hash: number): number {
  let at = hash % slots.length
  while (slots[at] !== 0 && slots[at] !== hash) at = (at + 1) % slots.length
  return at
}
