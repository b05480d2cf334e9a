/**
 * A name that somebody's browser sent, as a name that every system can make and nobody is deceived by: the last part of what looks like a
 * path, without control characters or marks that turn text round, not longer than file systems take. Pure.
 */
import { safeName } from '../restores/safe-name.ts'

/** File systems take 255; a number may still be hung on. */
const nameBytesMax = 240

/** What ends a line, and what makes one name look like another. */
const deceiving = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const nameless = 'Unnamed'

export function depositedName(sent: string): string {
  const last = sent.normalize('NFC').split(/[\\/]/).at(-1) ?? ''
  const cleaned = last.replace(deceiving, '_').trim()
  const named = cleaned === '' || /^\.+$/.test(cleaned) ? nameless : cleaned
  return shortened(safeName(Buffer.from(named)), nameBytesMax)
}

/** `Letters`, `Letters (2)`, …: the first that none of the others has, whatever the case of its letters. */
export function freeFolderName(name: string, others: readonly string[]): string {
  const taken = new Set(others.map(folded))
  for (let number = 1; ; number += 1) {
    const tried = number === 1 ? name : `${name} (${number})`
    if (!taken.has(folded(tried))) return tried
  }
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

/** The end of a name says what kind of file it is: the middle goes. */
function shortened(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? ''
  let stem = name.slice(0, name.length - ending.length)
  while (Buffer.byteLength(stem + ending) > maxBytes) stem = stem.slice(0, -1)
  return stem.toWellFormed().replace(/\ufffd$/, '') + ending
}
