import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentDisposition } from '../../../server/restores/content-disposition.ts'

describe('the name a browser saves under', () => {
  test.each([
    { given: Buffer.from('a b.txt'), expect: `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt` },
    { given: Buffer.from('Müller.pdf'), expect: `attachment; filename="M_ller.pdf"; filename*=UTF-8''M%C3%BCller.pdf` },
    {
      given: Buffer.from("it's (1)*.txt"),
      expect: `attachment; filename="it_s (1)_2A.txt"; filename*=UTF-8''it%27s%20%281%29%252A.txt`,
    },
    {
      given: Buffer.from('x"; filename="y'),
      expect: `attachment; filename="x_22; filename=_22y"; filename*=UTF-8''x%2522%3B%20filename%3D%2522y`,
    },
    { given: Buffer.from('caf\xe9', 'latin1'), expect: `attachment; filename="caf_E9"; filename*=UTF-8''caf%25E9` },
  ])('$given', ({ given, expect: header }) => {
    expect(contentDisposition(given)).toBe(header)
  })

  test('no name breaks out of the header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (name) => {
        expect(contentDisposition(name)).toMatch(
          /^attachment; filename="[ -!#-~]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*$/,
        )
      }),
    )
  })

  test('a name that is too long keeps its ending', () => {
    const header = contentDisposition(Buffer.from(`${'ü'.repeat(200)}.xlsx`))
    const name = decodeURIComponent(header.split("UTF-8''")[1]!)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240)
    expect(name).toMatch(/^ü+\.xlsx$/)
    expect(contentDisposition(Buffer.from('a'.repeat(300)), '.zip')).toContain(`${'a'.repeat(236)}.zip`)
  })
})
