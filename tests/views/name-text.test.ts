import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameText, parseNameText } from '../../views/format/name-text.ts'

describe('names of bytes, as people read them', () => {
  test.each([
    { title: 'plain', given: Buffer.from('03 March.xlsx'), expect: '03 March.xlsx' },
    { title: 'other scripts', given: Buffer.from('Müller 請求書 مرحبا.pdf'), expect: 'Müller 請求書 مرحبا.pdf' },
    { title: 'emoji of several parts', given: Buffer.from('👩‍🚀🏳️‍🌈'), expect: '👩‍🚀🏳️‍🌈' },
    { title: 'Latin-1', given: Buffer.from('caf\xe9 men\xfc', 'latin1'), expect: 'caf\\xE9 men\\xFC' },
    { title: 'a newline and a tab', given: Buffer.from('a\nb\tc'), expect: 'a\\x0Ab\\x09c' },
    { title: 'text that would be reversed', given: Buffer.from('exe\u202egpj'), expect: 'exe\\xE2\\x80\\xAEgpj' },
    { title: 'a backslash stays', given: Buffer.from('C:\\Users'), expect: 'C:\\Users' },
    { title: 'what only looks like an escape', given: Buffer.from('\\xE9'), expect: '\\x5CxE9' },
    { title: 'a surrogate of Windows (WTF-8)', given: Buffer.from([0xed, 0xa0, 0x80]), expect: '\\xED\\xA0\\x80' },
    { title: 'an overlong slash', given: Buffer.from([0xc0, 0xaf]), expect: '\\xC0\\xAF' },
    { title: 'a character cut off', given: Buffer.from([0x61, 0xe2, 0x82]), expect: 'a\\xE2\\x82' },
  ])('$title', ({ given, expect: text }) => {
    expect(nameText(given)).toBe(text)
  })

  test('every name can be had back from its text, and no text breaks a line', () => {
    const hostile = fc.array(fc.constantFrom(0x5c, 0x78, 0x45, 0x39, 0x0a, 0xc3, 0xa9, 0xe2, 0x80, 0xae, 0x41), { maxLength: 12 })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), hostile), (bytes) => {
        const text = nameText(Uint8Array.from(bytes))
        expect([...parseNameText(text)]).toEqual([...bytes])
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u)
      }),
      { numRuns: 3000 },
    )
  })
})
