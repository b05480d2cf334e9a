import { sha256 } from '@oslojs/crypto/sha2'
import { encodeBase32LowerCaseNoPadding } from '@oslojs/encoding'
import type { Randomness } from '../runtime/randomness.ts'

const secretBytes = 32

/** A secret to hand out once: 256 random bits as lower-case letters and digits, after a prefix that says what it opens. */
export function newBearerSecret(randomness: Randomness, prefix = ''): string {
  return prefix + encodeBase32LowerCaseNoPadding(randomness.bytes(secretBytes))
}

/** All that is stored of such a secret. It has too many bits to be guessed, so a plain hash is enough and a look-up by it leaks nothing. */
export function hashBearerSecret(secret: string): Uint8Array {
  return sha256(new TextEncoder().encode(secret))
}
