import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldedMaxBytes, foldName, foldText } from '../../../server/catalogue/fold-name.ts'

const folds = [
  { given: 'Invoice 2024.PDF', expect: 'invoice 2024.pdf' },
  { given: 'Bücher', expect: 'bucher' },
  { given: 'Bu\u0308cher', expect: 'bucher' },
  { given: 'GRÖẞE', expect: 'grosse' },
  { given: 'İstanbul', expect: 'istanbul' },
  { given: 'ﬁle', expect: 'file' },
  { given: 'ｆｕｌｌ', expect: 'full' },
  { given: 'Ελλάδα', expect: 'ελλαδα' },
  { given: '日本語', expect: '日本語' },
]

test.each(folds)('$given is searched as $expect', (row) => {
  expect(foldText(row.given)).toBe(row.expect)
})

describe('foldName', () => {
  test('reads what is not UTF-8 as Latin-1', () => {
    expect(foldName(Buffer.from('caf\xe9', 'latin1')).toString()).toBe('cafe')
  })

  test('stays UTF-8 and within its column, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1024 }), (bytes) => {
        const folded = foldName(Buffer.from(bytes))
        expect(isUtf8(folded)).toBe(true)
        expect(folded.length).toBeLessThanOrEqual(foldedMaxBytes)
      }),
    )
    expect(foldName(Buffer.from('ﷺ'.repeat(300))).length).toBeLessThanOrEqual(foldedMaxBytes)
  })

  test('folds what is folded to itself', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => foldText(foldText(text)) === foldText(text)))
  })
})
