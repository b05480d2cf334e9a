import { expect, test } from 'vitest'
import { countFlipsFound } from '../../support/every-flip.ts'

/** One bit of every byte, and every length, of a data pack; a part of them of a tree pack. The long run of torture does all of both. */
test.each([
  { kind: 'data', stride: 1 },
  { kind: 'tree', stride: 7 },
] as const)('a $kind pack of 64 KiB: a flipped bit in any byte and a cut at any length are found', ({ kind, stride }) => {
  const { packBytes, flips, flipsFound, truncations, truncationsFound, unseen } = countFlipsFound({ kind, bits: 'one', stride })
  expect(unseen).toEqual([])
  expect(packBytes).toBeGreaterThan(60 * 1024)
  expect(flips).toBeGreaterThanOrEqual(Math.floor(packBytes / stride))
  expect(truncations).toBeGreaterThanOrEqual(Math.floor(packBytes / stride))
  expect({ flipsFound, truncationsFound }).toEqual({ flipsFound: flips, truncationsFound: truncations })
})
