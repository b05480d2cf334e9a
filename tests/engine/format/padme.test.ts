import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { padme } from '../../../engine/format/padme.ts'

/** Algorithm 1 of the paper in whole numbers of any size: E = ⌊log2 L⌋, S = ⌊log2 E⌋ + 1, the last E - S bits become zero, rounding up. */
function paperPadme(length: number): number {
  const floorLog2 = (value: bigint) => BigInt(value.toString(2).length - 1)
  const exponent = floorLog2(BigInt(length))
  const keptBits = floorLog2(exponent) + 1n
  const mask = (1n << (exponent - keptBits)) - 1n
  return Number((BigInt(length) + mask) & ~mask)
}

const lengths = fc.oneof(
  fc.integer({ min: 4, max: 2 ** 31 }),
  fc.tuple(fc.integer({ min: 3, max: 30 }), fc.integer({ min: -3, max: 3 })).map(([bits, off]) => 2 ** bits + off),
)

describe('PADMÉ', () => {
  // worked out by hand from the paper: with E = 3 two bits of the mantissa stay, with E = 10 four, with E = 20 five
  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [7, 7],
    [8, 8],
    [9, 10],
    [11, 12],
    [15, 16],
    [16, 16],
    [17, 18],
    [100, 104],
    [1_000, 1_024],
    [1_025, 1_088],
    [65_537, 67_584],
    [1_048_576, 1_048_576],
    [1_048_577, 1_081_344],
    [8_388_616, 8_650_752],
  ])('%i becomes %i', (length, padded) => {
    expect(padme(length)).toBe(padded)
  })

  test('is the algorithm of the paper', () => {
    fc.assert(
      fc.property(lengths, (length) => {
        expect(padme(length)).toBe(paperPadme(length))
      }),
      { numRuns: 2_000 },
    )
  })

  test('never shortens, keeps order, leaves padded lengths alone and adds less than 12 %', () => {
    fc.assert(
      fc.property(lengths, (length) => {
        const padded = padme(length)
        expect(padded).toBeGreaterThanOrEqual(length)
        expect(padme(padded)).toBe(padded)
        expect(padme(length + 1)).toBeGreaterThanOrEqual(padded)
        expect(padded / length).toBeLessThan(1.12)
      }),
    )
  })

  test('from 64 KiB on adds at most 1/32', () => {
    fc.assert(fc.property(fc.integer({ min: 2 ** 16, max: 2 ** 31 }), (length) => padme(length) - length <= length / 32))
  })
})
