import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeName } from '../../../server/restores/safe-name.ts'

describe('names that every system can make', () => {
  test.each([
    { title: 'a plain name stays', given: Buffer.from('03 March.xlsx'), expect: '03 March.xlsx' },
    { title: 'so do other scripts and emoji', given: Buffer.from('Müller 請求書 👩‍🚀.pdf'), expect: 'Müller 請求書 👩‍🚀.pdf' },
    { title: 'Latin-1', given: Buffer.from('caf\xe9.txt', 'latin1'), expect: 'caf%E9.txt' },
    { title: 'a newline', given: Buffer.from('a\nb'), expect: 'a%0Ab' },
    { title: 'separators of another system', given: Buffer.from('..\\..\\evil'), expect: '..%5C..%5Cevil' },
    { title: 'what Windows refuses', given: Buffer.from('a:b*c?d"e<f>g|h'), expect: 'a%3Ab%2Ac%3Fd%22e%3Cf%3Eg%7Ch' },
    { title: 'a dot at the end', given: Buffer.from('notes.'), expect: 'notes%2E' },
    { title: 'a blank at the end', given: Buffer.from('notes '), expect: 'notes%20' },
    { title: 'a way up', given: Buffer.from('..'), expect: '.%2E' },
    { title: 'a device of Windows', given: Buffer.from('nul'), expect: '%6Eul' },
    { title: 'a device with an ending', given: Buffer.from('Com1.tar.gz'), expect: '%43om1.tar.gz' },
    { title: 'a device with a blank before its ending', given: Buffer.from('nul .txt'), expect: '%6Eul .txt' },
    { title: 'a device with blanks before its ending', given: Buffer.from('con  .doc'), expect: '%63on  .doc' },
    { title: 'what only begins like one', given: Buffer.from('console'), expect: 'console' },
    { title: 'a percent sign that reads as an escape', given: Buffer.from('100%25 sure'), expect: '100%2525 sure' },
    { title: 'a percent sign that does not', given: Buffer.from('100% sure'), expect: '100% sure' },
    { title: 'text that would be reversed', given: Buffer.from('exe\u202egpj'), expect: 'exe%E2%80%AEgpj' },
  ])('$title', ({ given, expect: name }) => {
    expect(safeName(given)).toBe(name)
  })

  test('no name leads elsewhere, holds a control character, or becomes another’s', () => {
    const seen = new Map<string, string>()
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (bytes) => {
        const name = safeName(bytes)
        expect(name).not.toMatch(/[\p{Cc}\\/:*?"<>|]|[. ]$/u)
        const hex = Buffer.from(bytes).toString('hex')
        expect(seen.get(name) ?? hex).toBe(hex)
        seen.set(name, hex)
      }),
      { numRuns: 5000 },
    )
  })
})
