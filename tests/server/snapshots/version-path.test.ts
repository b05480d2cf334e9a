import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodedPathAfter, encodeVersionPath, findVersionPath, maxPathBytes } from '../../../server/snapshots/version-path.ts'

const name = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x2d : byte))))
  .filter((bytes) => !['.', '..'].includes(bytes.toString('latin1')))

describe('a place in a version, in a URL', () => {
  test('any names come back byte for byte, through the URL parser of a browser', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), (path) => {
        const { pathname } = new URL(`http://box/versions/snap_x/browse${encodeVersionPath(path)}`)
        expect(findVersionPath(encodedPathAfter(pathname, 'browse'))).toEqual(path)
      }),
    )
  })

  test.each([
    { title: 'Latin-1', given: '/caf%E9', expect: [Buffer.from('caf\xe9', 'latin1')] },
    { title: 'a newline', given: '/a%0Ab', expect: [Buffer.from('a\nb')] },
    { title: 'lower case and plain characters', given: '/caf%c3%a9%20(1)', expect: [Buffer.from('café (1)')] },
    { title: 'a slash at the end', given: '/home/helen/', expect: [Buffer.from('home'), Buffer.from('helen')] },
    { title: 'the top', given: '', expect: [] },
    { title: 'the top with a slash', given: '/', expect: [] },
    {
      title: 'a name that holds the word of the route',
      given: '/browse/file',
      expect: [Buffer.from('browse'), Buffer.from('file')],
    },
  ])('reads $title', ({ given, expect: path }) => {
    expect(findVersionPath(given)).toEqual(path)
  })

  test.each([
    { title: 'a way up', given: '/home/../etc' },
    { title: 'a way up, encoded', given: '/home/%2E%2e/etc' },
    { title: 'a dot', given: '/./a' },
    { title: 'an empty name', given: '/a//b' },
    { title: 'a slash inside a name', given: '/a%2Fb' },
    { title: 'a NUL', given: '/a%00' },
    { title: 'a broken escape', given: '/a%4' },
    { title: 'no escape at all', given: '/a%zz' },
    { title: 'too many bytes', given: `/${'a'.repeat(maxPathBytes + 1)}` },
    { title: 'too deep', given: '/a'.repeat(1025) },
  ])('refuses $title', ({ given }) => {
    expect(findVersionPath(given)).toBeUndefined()
  })
})
