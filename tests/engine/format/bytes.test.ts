import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../engine/format/bytes.ts'
import { varints, written } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf } from '../expect-format-error.ts'

const reader = (hex: string) => new ByteReader(Buffer.from(hex, 'hex'), 'tree-damaged')
const encoded = (value: number) => {
  const to = new ByteWriter(1)
  to.varint(value)
  return written(to)
}

describe('varints', () => {
  test.each([
    { value: 0, hex: '00' },
    { value: 127, hex: '7f' },
    { value: 128, hex: '8001' },
    { value: 16_383, hex: 'ff7f' },
    { value: 16_384, hex: '808001' },
    { value: 2 ** 31, hex: '8080808008' },
    { value: 2 ** 32 - 1, hex: 'ffffffff0f' },
    { value: 2 ** 32, hex: '8080808010' },
    { value: 2 ** 35, hex: '808080808001' },
    { value: 2 ** 53 - 1, hex: 'ffffffffffffff0f' },
  ])('$value is $hex', ({ value, hex }) => {
    expect(encoded(value).toString('hex')).toBe(hex)
    expect(reader(hex).varint()).toBe(value)
  })

  test.each([
    { title: 'no byte', hex: '' },
    { title: 'cut off', hex: '80' },
    { title: 'longer than it needs to be', hex: '8000' },
    { title: 'a long zero', hex: '808080808080808000' },
    { title: '2^53', hex: '8080808080808010' },
    { title: '2^56 - 1', hex: 'ffffffffffffff7f' },
    { title: 'nine bytes', hex: '808080808080808001' },
  ])('refuses $title', ({ hex }) => {
    expect(faultOf(() => reader(hex).varint())).toBe('tree-damaged')
  })

  test.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('does not write %s', (value) => {
    expect(() => encoded(value)).toThrow(RangeError)
  })

  test('every number comes back', () => {
    fc.assert(
      fc.property(varints, (value) => {
        expect(new ByteReader(encoded(value), 'tree-damaged').varint()).toBe(value)
      }),
    )
  })

  test('no number has two spellings', () => {
    const almostVarints = fc
      .array(fc.integer({ min: 0x80, max: 0xff }), { maxLength: 9 })
      .chain((head) => fc.nat({ max: 0xff }).map((last) => Buffer.from([...head, last])))
    fc.assert(
      fc.property(almostVarints, (spelling) => {
        const from = new ByteReader(spelling, 'tree-damaged')
        const decoded = decodesOrRefuses(() => from.varint())
        if (decoded) expect(encoded(decoded.value)).toEqual(spelling.subarray(0, from.position))
      }),
    )
  })
})

describe('a sequence of fields', () => {
  const field = fc.oneof(
    fc.record({ kind: fc.constant('u8' as const), value: fc.nat({ max: 255 }) }),
    fc.record({ kind: fc.constant('u32' as const), value: fc.nat({ max: 0xffffffff }) }),
    fc.record({ kind: fc.constant('varint' as const), value: varints }),
    fc.record({ kind: fc.constant('i64' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ kind: fc.constant('u64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    fc.record({
      kind: fc.constant('sized' as const),
      value: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    }),
  )

  test('comes back in order, and nothing follows', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const to = new ByteWriter(1)
        for (const { kind, value } of fields) to[kind](value as never)
        const from = new ByteReader(written(to), 'tree-damaged')
        for (const { kind, value } of fields) expect(kind === 'sized' ? from.sized(300, 'bytes') : from[kind]()).toEqual(value)
        from.end()
      }),
    )
  })

  test('ends where its bytes end', () => {
    for (const read of ['u8', 'u32', 'i64', 'u64'] as const) expect(faultOf(() => reader('')[read]())).toBe('tree-damaged')
    expect(faultOf(() => reader('0561').sized(10, 'bytes'))).toBe('tree-damaged')
    expect(faultOf(() => reader('0b').sized(10, 'bytes'))).toBe('limit-exceeded')
    expect(faultOf(() => reader('00').end())).toBe('tree-damaged')
  })
})
