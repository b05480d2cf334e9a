import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOfText, isByteText, textOfBytes } from '../../../engine/format/byte-text.ts'
import { bytes } from '../arbitraries.ts'

describe('bytes as text', () => {
  test.each([
    { title: 'UTF-8 is itself', hex: Buffer.from('/home/ann/Übung 😀').toString('hex'), text: '/home/ann/Übung 😀' },
    { title: 'a real replacement character is itself', hex: 'efbfbd', text: '\ufffd' },
    { title: 'Latin-1 is base64 behind a NUL', hex: '2f6ee9', text: '\0L27p' },
    { title: 'a lone surrogate (WTF-8) is base64', hex: 'eda080', text: '\x007aCA' },
    { title: 'an overlong slash is base64', hex: 'c0af', text: '\0wK8=' },
    { title: 'what begins with NUL is base64', hex: '0061', text: '\0AGE=' },
    { title: 'a byte order mark stays', hex: 'efbbbf61', text: '\ufeffa' },
    { title: 'nothing is nothing', hex: '', text: '' },
  ])('$title', ({ hex, text }) => {
    expect(textOfBytes(Buffer.from(hex, 'hex'))).toBe(text)
    expect(bytesOfText(text).toString('hex')).toBe(hex)
  })

  test('comes back, whatever the bytes, through JSON too', () => {
    const any = fc.oneof(
      bytes(),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(any, (value) => {
        expect(bytesOfText(JSON.parse(JSON.stringify(textOfBytes(value))))).toEqual(value)
      }),
    )
  })

  test.each(['\ud800', '\0not base64!', '\0YQ==', '\0AGE', '\0'])('%j is no spelling of any bytes', (text) => {
    expect(isByteText(text)).toBe(false)
  })

  test('text that is a spelling is the only one of its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (tail, isMarked) => {
        const text = isMarked ? `\0${tail}` : tail
        if (isByteText(text)) expect(textOfBytes(bytesOfText(text))).toBe(text)
        else expect(textOfBytes(bytesOfText(text))).not.toBe(text)
      }),
    )
  })
})
