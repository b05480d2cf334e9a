import { createHash, randomBytes } from 'node:crypto'

export type Randomness = { readonly bytes: (length: number) => Buffer }

export const systemRandomness: Randomness = { bytes: (length) => randomBytes(length) }

/** The same bytes for the same seed, for tests that compare whole outputs. Never for secrets: whoever knows the seed knows the bytes. */
export function seededRandomness(seed: string): Randomness {
  let counter = 0
  return {
    bytes: (length) => {
      counter += 1
      return createHash('shake256', { outputLength: length }).update(`${seed}:${counter}`).digest()
    },
  }
}
