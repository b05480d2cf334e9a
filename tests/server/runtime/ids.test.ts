import { describe, expect, test } from 'vitest'
import { isId, newId, parseId } from '../../../server/runtime/ids.ts'
import { seededRandomness, systemRandomness } from '../../../server/runtime/randomness.ts'

describe('ids', () => {
  test('carry their prefix and 20 base32 characters', () => {
    for (let round = 0; round < 200; round += 1) expect(newId('cus', systemRandomness)).toMatch(/^cus_[a-z2-7]{20}$/)
  })

  test('use every character of the alphabet', () => {
    const seen = new Set(Array.from({ length: 200 }, () => newId('dev', systemRandomness).slice(4)).join(''))
    expect([...seen].sort().join('')).toBe('234567abcdefghijklmnopqrstuvwxyz')
  })

  test('repeat for the same seed and differ within it', () => {
    const first = seededRandomness('a')
    const second = seededRandomness('a')
    const one = newId('usr', first)
    expect(newId('usr', second)).toBe(one)
    expect(newId('usr', first)).not.toBe(one)
  })

  test.each([
    ['usr_aaaaaaaaaaaaaaaaaaaa', true],
    ['cus_aaaaaaaaaaaaaaaaaaaa', false],
    ['usr_aaaaaaaaaaaaaaaaaaa', false],
    ['usr_aaaaaaaaaaaaaaaaaaaaa', false],
    ['usr_aaaaaaaaaaaaaaaaaaa1', false],
    ['usr_AAAAAAAAAAAAAAAAAAAA', false],
    ['usr_aaaaaaaaaaaaaaaaaaaa\n', false],
    ['usraaaaaaaaaaaaaaaaaaaaa', false],
    ['', false],
  ])('of users: %j -> %s', (text, expected) => {
    expect(isId('usr', text)).toBe(expected)
    if (expected) expect(parseId('usr', text)).toBe(text)
    else expect(() => parseId('usr', text)).toThrow(RangeError)
  })
})
