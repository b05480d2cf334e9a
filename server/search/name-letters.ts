/**
 * Which letters a folded name holds, as bits of one number: a to z, one bit for two digits each, one for whatever is beyond ASCII. A name
 * that lacks a letter of a text need not be looked at. Pure.
 */

/** By byte; 0 for what stands between words. */
const bits = Uint32Array.from({ length: 256 }, (_, byte) => bitOf(byte))

function bitOf(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return 1 << (byte - 0x61)
  if (byte >= 0x30 && byte <= 0x39) return 1 << (26 + (byte % 5))
  return byte >= 0x80 ? 1 << 31 : 0
}

/** A letter or a digit; every byte of a character beyond ASCII counts as one. */
export function isInWord(byte: number): boolean {
  return bits[byte] !== 0
}

/** Whether its bit stands for this letter only. */
export function isLetter(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a
}

export function lettersIn(bytes: Uint8Array, start: number, end: number): number {
  let found = 0
  for (let at = start; at < end; at += 1) found |= bits[bytes[at]!]!
  return found
}

/** Those with which a word begins, but for the beginning of the name. */
export function wordStartsIn(bytes: Uint8Array, start: number, end: number): number {
  let found = 0
  for (let at = start + 1; at < end; at += 1) if (bits[bytes[at - 1]!] === 0) found |= bits[bytes[at]!]!
  return found
}
