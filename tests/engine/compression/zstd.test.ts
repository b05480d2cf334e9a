import { constants, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Compression, compress, compressionLevels, decompress } from '../../../engine/compression/zstd.ts'
import { bytes } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'
import { fixedBytes } from '../repository/sealed-samples.ts'

const levels = Object.keys(compressionLevels) as Compression[]
const text = Buffer.from('a backup is only as good as its restore. '.repeat(2_000))
const packed = compress(text, 'default')!

describe('zstd', () => {
  test.each(levels)('%s gives back what it took, and never more bytes than it took', (level) => {
    const contents = fc.oneof(
      bytes({ max: 3_000 }),
      fc.tuple(bytes({ min: 1, max: 30 }), fc.nat({ max: 500 })).map(([part, n]) => Buffer.concat(Array(n).fill(part))),
    )
    fc.assert(
      fc.property(contents, (content) => {
        const smaller = compress(content, level)
        if (!smaller) return
        expect(smaller.length).toBeLessThan(content.length)
        expect(decompress(smaller, content.length)).toEqual(content)
      }),
    )
  })

  test('leaves alone what will not shrink', () => {
    expect(compress(fixedBytes('noise', 100_000), 'max')).toBeUndefined()
    expect(compress(Buffer.alloc(63), 'max')).toBeUndefined()
    expect(compress(Buffer.alloc(0), 'max')).toBeUndefined()
  })

  test.each([0, 1, 2, 3])('shrinks what is text in one quarter only, number %i', (quarter) => {
    const mixed = Buffer.from(fixedBytes('noise', 1024 * 1024))
    mixed.fill(text, quarter * 262_144, (quarter + 1) * 262_144)
    expect(compress(mixed, 'default')!.length).toBeLessThan(800_000)
  })

  test.each([0, 1, text.length - 1, text.length + 1, 8 * 1024 * 1024])('refuses a frame of another length than %i', (length) => {
    expect(faultOf(() => decompress(packed, length))).toBe('record-damaged')
  })

  test('refuses a frame that is cut off, wherever', () => {
    for (let length = 0; length < packed.length; length++) {
      expect(
        faultOf(() => decompress(packed.subarray(0, length), text.length)),
        `${length} bytes`,
      ).toBe('record-damaged')
    }
  })

  test('answers or refuses whatever bits are flipped', () => {
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const decoded = decodesOrRefuses(() => decompress(withBitFlipped(packed, bit), text.length))
      if (decoded) expect(decoded.value.length).toBe(text.length)
    }
  })

  test('needs no window above 8 MiB, and gives none', () => {
    const frame = Buffer.from(zstdCompressSync(text, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } }))
    const withWindow = (log: number) => {
      frame[5] = (log - 10) << 3
      return frame
    }
    expect(decompress(withWindow(23), text.length)).toEqual(text)
    expect(faultOf(() => decompress(withWindow(24), text.length))).toBe('record-damaged')
    expect(faultOf(() => decompress(withWindow(27), text.length))).toBe('record-damaged')
  })
})
