/** Ten codes for whoever has lost the telephone: 80 random bits each, so a plain hash is enough. Each works once. Pure. */

import type { Randomness } from '../runtime/randomness.ts'
import { hashBearerSecret } from '../tokens/bearer-secret.ts'

export const recoveryCodesCount = 10
/** Without i, l, o, u and their likes: Crockford's alphabet. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const codeCharacters = 16
const groupCharacters = 4

export function newRecoveryCodes(randomness: Randomness): readonly string[] {
  return Array.from({ length: recoveryCodesCount }, () => newRecoveryCode(randomness))
}

function newRecoveryCode(randomness: Randomness): string {
  // 256 is a multiple of 32, so the low five bits of a random byte are a fair choice.
  const characters = [...randomness.bytes(codeCharacters)].map((byte) => alphabet[byte & 31])
  return characters.join('').replaceAll(new RegExp(`(.{${groupCharacters}})(?=.)`, 'g'), '$1-')
}

/** What is stored of one; undefined for a text that is none. Forgives what people read wrongly: o for 0, i and l for 1. */
export function hashRecoveryCode(typed: string): Buffer | undefined {
  const plain = typed.slice(0, 64).toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
  const isCode = plain.length === codeCharacters && [...plain].every((character) => alphabet.includes(character))
  return isCode ? Buffer.from(hashBearerSecret(`recovery-code:${plain}`)) : undefined
}
