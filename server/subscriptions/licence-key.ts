import type { Randomness } from '../runtime/randomness.ts'

// Crockford's base32: no I, L, O, U, so that a key can be read out on the telephone.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const groups = 4
const groupCharacters = 5

/** `HF-7K2MP-…`: 100 random bits in four groups. It names a subscription; it opens nothing. */
export function newLicenceKey(randomness: Randomness): string {
  const characters = [...randomness.bytes(groups * groupCharacters)].map((byte) => alphabet[byte & 31])
  const grouped = Array.from({ length: groups }, (_, group) =>
    characters.slice(group * groupCharacters, (group + 1) * groupCharacters).join(''),
  )
  return `HF-${grouped.join('-')}`
}
