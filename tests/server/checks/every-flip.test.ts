import { expect, test } from 'vitest'
import { countFlipsFound } from '../../support/every-flip.ts'

/** A part of the bytes and of the lengths, other ones each time: the long run of torture does every bit of both. */
test.each([
  { kind: 'data', stride: 5 },
  { kind: 'tree', stride: 25 },
] as const)('a $kind pack of 64 KiB: a flipped bit in any byte and a cut at any length are found', ({ kind, stride }) => {
  const { packBytes, flips, flipsFound, truncations, truncationsFound, unseen } = countFlipsFound({ kind, bits: 'one', stride })
  expect(unseen).toEqual([])
  expect(packBytes).toBeGreaterThan(60 * 1024)
  expect(flips).toBeGreaterThanOrEqual(Math.floor(packBytes / stride))
  expect(truncations).toBeGreaterThanOrEqual(Math.floor(packBytes / stride))
  expect({ flipsFound, truncationsFound }).toEqual({ flipsFound: flips, truncationsFound: truncations })
})
