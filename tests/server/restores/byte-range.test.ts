import { describe, expect, test } from 'vitest'
import { parseByteRange } from '../../../server/restores/byte-range.ts'

const part = (start: number, end: number) => ({ kind: 'part', start, end })

describe('the Range header of a file of 1000 bytes', () => {
  test.each([
    { given: undefined, expect: { kind: 'whole' } },
    { given: 'bytes=0-', expect: part(0, 1000) },
    { given: 'bytes=0-0', expect: part(0, 1) },
    { given: 'bytes=0-499', expect: part(0, 500) },
    { given: 'bytes=500-999', expect: part(500, 1000) },
    { given: 'bytes=500-5000', expect: part(500, 1000) },
    { given: 'bytes=999-', expect: part(999, 1000) },
    { given: 'bytes=-1', expect: part(999, 1000) },
    { given: 'bytes=-5000', expect: part(0, 1000) },
    { given: 'bytes = 0 - 9', expect: part(0, 10) },
    { given: 'bytes=1000-', expect: { kind: 'unsatisfiable' } },
    { given: 'bytes=5000-6000', expect: { kind: 'unsatisfiable' } },
    { given: 'bytes=-0', expect: { kind: 'unsatisfiable' } },
    { given: 'bytes=9-0', expect: { kind: 'whole' } },
    { given: 'bytes=-', expect: { kind: 'whole' } },
    { given: 'bytes=0-1,5-6', expect: { kind: 'whole' } },
    { given: 'bytes=a-b', expect: { kind: 'whole' } },
    { given: 'lines=0-1', expect: { kind: 'whole' } },
    { given: `bytes=0-${'9'.repeat(400)}`, expect: { kind: 'whole' } },
  ])('$given', ({ given, expect: range }) => {
    expect(parseByteRange(given, 1000)).toEqual(range)
  })

  test('no byte of an empty file can be asked for', () => {
    expect(parseByteRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' })
    expect(parseByteRange('bytes=-1', 0)).toEqual({ kind: 'unsatisfiable' })
  })
})
