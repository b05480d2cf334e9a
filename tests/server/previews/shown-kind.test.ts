import { describe, expect, test } from 'vitest'
import { shownKind } from '../../../server/previews/shown-kind.ts'
import { textOfBytes } from '../../../server/previews/text-of-bytes.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const kindOf = (first: Buffer) => shownKind(first, { isText: textOfBytes(first, { isWhole: true }) !== undefined })

describe('what of a file can be shown', () => {
  test.each([
    { title: 'a JPEG', first: bytes('\xff\xd8\xff\xe0\0\x10JFIF'), expect: { kind: 'picture', type: 'image/jpeg' } },
    { title: 'a PNG', first: bytes('\x89PNG\r\n\x1a\n\0\0'), expect: { kind: 'picture', type: 'image/png' } },
    { title: 'a GIF', first: bytes('GIF89a\x01\0'), expect: { kind: 'picture', type: 'image/gif' } },
    { title: 'a WebP', first: bytes('RIFF\x10\0\0\0WEBPVP8 '), expect: { kind: 'picture', type: 'image/webp' } },
    {
      title: 'a GIF that goes on as a page',
      first: bytes('GIF89a/*<script>alert(1)</script>'),
      expect: { kind: 'picture', type: 'image/gif' },
    },
    { title: 'a TIFF', first: bytes('II*\0\x08\0\0\0'), expect: { kind: 'drawn-copy' } },
    { title: 'a PDF', first: bytes('%PDF-1.7\n'), expect: { kind: 'pdf' } },
    { title: 'an old office file', first: bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0'), expect: { kind: 'office' } },
    { title: 'a new office file', first: bytes(`PK\x03\x04${'\0'.repeat(26)}[Content_Types].xml`), expect: { kind: 'office' } },
    { title: 'any ZIP archive', first: bytes(`PK\x03\x04${'\0'.repeat(26)}letter.txt`), expect: { kind: 'none' } },
    { title: 'a page', first: bytes('<!doctype html><script>alert(1)</script>'), expect: { kind: 'text' } },
    { title: 'a page that holds a drawing', first: bytes('<html><svg></svg>'), expect: { kind: 'text' } },
    { title: 'a drawing', first: bytes('<svg xmlns="http://www.w3.org/2000/svg">'), expect: { kind: 'drawing' } },
    {
      title: 'a drawing with all that may stand in front',
      first: bytes('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by x -->\n<!DOCTYPE svg PUBLIC "a" "b">\n<svg\n>'),
      expect: { kind: 'drawing' },
    },
    { title: 'a program', first: bytes('\x7fELF\x02\x01\x01\0\0\0'), expect: { kind: 'none' } },
  ])('$title', ({ first, expect: kind }) => {
    expect(kindOf(first)).toEqual(kind)
  })

  test('is decided without a pause, however much stands in front of a drawing', () => {
    const first = bytes(`<?xml ?>${'<!-- -->'.repeat(500)}`)
    const before = performance.now()
    expect(kindOf(first)).toEqual({ kind: 'text' })
    expect(performance.now() - before).toBeLessThan(1000)
  })
})

describe('bytes as text', () => {
  const text = 'Müller\t12 €\nzwei'
  test.each([
    { title: 'UTF-8', given: Buffer.from(text), encoding: 'utf-8' },
    { title: 'UTF-8 with a mark', given: Buffer.from(`\ufeff${text}`), encoding: 'utf-8' },
    { title: 'UTF-16 with a mark', given: Buffer.from(`\ufeff${text}`, 'utf16le'), encoding: 'utf-16le' },
    { title: 'UTF-16 without', given: Buffer.from(text, 'utf16le'), encoding: 'utf-16le' },
    { title: 'UTF-16, the other way round', given: Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), encoding: 'utf-16be' },
    { title: 'one byte a character', given: bytes('M\xfcller\t12 \x80\nzwei'), encoding: 'windows-1252' },
  ])('$title', ({ given, encoding }) => {
    expect(textOfBytes(given, { isWhole: true })).toEqual({ text, encoding })
  })

  test('a character that is cut at the end is left out', () => {
    expect(textOfBytes(Buffer.from('a€').subarray(0, 3), { isWhole: false })).toEqual({ text: 'a', encoding: 'utf-8' })
    expect(textOfBytes(Buffer.from('a€').subarray(0, 3), { isWhole: true })?.encoding).toBe('windows-1252')
  })

  test.each([
    { title: 'zeros', given: Buffer.alloc(64) },
    { title: 'a control character', given: bytes('almost\x01text') },
    { title: 'bytes by chance', given: Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 167 + 13) % 256)) },
  ])('$title are none', ({ given }) => {
    expect(textOfBytes(given, { isWhole: true })).toBeUndefined()
  })
})
