import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatRecoveryCode, type ParsedRecoveryCode, parseRecoveryCode } from '../../../engine/index.ts'
import { bytes } from '../arbitraries.ts'
import { fixedBytes } from '../repository/sealed-samples.ts'

const secretsOf32 = bytes({ min: 32, max: 32 })
const secret = fixedBytes('recovery secret', 32)
const code = formatRecoveryCode(secret)
const typed = code.replaceAll('-', '')
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const groupOf = (place: number) => Math.floor(place / 5) + 1
/** Symbols that people mix up are read as one. */
const readAs: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

function replaced(text: string, place: number, by: string): string {
  return text.slice(0, place) + by + text.slice(place + by.length)
}

function groupNamed(parsed: ParsedRecoveryCode): number | string {
  return parsed.kind === 'wrong-group' ? parsed.group : parsed.kind
}

describe('a recovery code', () => {
  test('is 13 groups of four symbols and a check symbol', () => {
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}[0-9A-HJKMNP-TV-Z*~$=U]-){12}[0-9A-HJKMNP-TV-Z]{4}[0-9A-HJKMNP-TV-Z*~$=U]$/)
    expect(formatRecoveryCode(Buffer.alloc(32))).toBe(
      '00000-00001-00002-00003-00004-00005-00006-00007-00008-00009-0000A-0000B-0000C',
    )
  })

  test('comes back', () => {
    fc.assert(
      fc.property(secretsOf32, (given) => {
        expect(parseRecoveryCode(formatRecoveryCode(given))).toEqual({ kind: 'secret', secret: given })
      }),
    )
  })

  test('may be typed in lower case, without dashes, with spaces, and with O, I and L', () => {
    fc.assert(
      fc.property(secretsOf32, (given) => {
        const careless = formatRecoveryCode(given).toLowerCase().replaceAll('-', '  ').replaceAll('0', 'o').replaceAll('1', 'l')
        expect(parseRecoveryCode(` ${careless}\n`)).toEqual({ kind: 'secret', secret: given })
        expect(parseRecoveryCode(careless.replaceAll('l', 'i'))).toEqual({ kind: 'secret', secret: given })
      }),
    )
  })

  test('names the group of every single wrong symbol', () => {
    for (let place = 0; place < typed.length; place++) {
      for (const symbol of `${symbols}*~$=UOIL`) {
        if ((readAs[symbol] ?? symbol) === typed[place]) continue
        expect(groupNamed(parseRecoveryCode(replaced(typed, place, symbol))), `${symbol} at ${place}`).toBe(groupOf(place))
      }
    }
  })

  test('names the group of every wrong symbol and every swap of neighbours, for any secret', () => {
    fc.assert(
      fc.property(secretsOf32, fc.nat({ max: 63 }), fc.constantFrom(...symbols), (given, place, symbol) => {
        const text = formatRecoveryCode(given).replaceAll('-', '')
        if (text[place] !== symbol) expect(groupNamed(parseRecoveryCode(replaced(text, place, symbol)))).toBe(groupOf(place))
        const [first, second] = [text[place]!, text[place + 1]!]
        if (first !== second) expect(groupNamed(parseRecoveryCode(replaced(text, place, second + first)))).toBe(groupOf(place))
      }),
      { numRuns: 2_000 },
    )
  })

  test('names the first of two groups that changed places', () => {
    const groups = code.split('-')
    for (let place = 0; place < 12; place++) {
      const swapped = groups.with(place, groups[place + 1]!).with(place + 1, groups[place]!)
      expect(groupNamed(parseRecoveryCode(swapped.join('-')))).toBe(place + 1)
    }
  })

  test.each([
    { title: 'nothing', text: '', symbols: 0 },
    { title: 'a symbol too few', text: typed.slice(1), symbols: 64 },
    { title: 'a symbol too many', text: `${typed}0`, symbols: 66 },
  ])('says how long it is when it is $title', ({ text, symbols: length }) => {
    expect(parseRecoveryCode(text)).toEqual({ kind: 'wrong-length', symbols: length, expected: 65 })
  })

  test('whose last four bits are not zero is no code, though its check symbol is right', () => {
    const last = '0001'
    const check = symbols[1 + 12]!
    expect(groupNamed(parseRecoveryCode(typed.slice(0, 60) + last + check))).toBe(13)
  })

  test('is never more or less than 32 bytes', () => {
    expect(() => formatRecoveryCode(Buffer.alloc(31))).toThrow(RangeError)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 60, maxLength: 70 }), (text) => {
        const parsed = parseRecoveryCode(text)
        if (parsed.kind === 'secret') expect(parsed.secret.length).toBe(32)
      }),
    )
  })
})
