import { describe, expect, test } from 'vitest'
import { seededRandomness } from '../../../server/runtime/randomness.ts'
import { hashRecoveryCode, newRecoveryCodes } from '../../../server/second-factors/recovery-codes.ts'
import { findTotpStep, totpCode, totpSecretText, totpStepAt, totpUri } from '../../../server/second-factors/totp.ts'

const secret = Buffer.from('12345678901234567890')

describe('codes', () => {
  // RFC 4226, appendix D.
  test.each([...['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'].entries()])(
    'of counter %i',
    (counter, code) => expect(totpCode(secret, counter)).toBe(code),
  )

  // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at second %i', (second, code) => expect(totpCode(secret, totpStepAt(second * 1000))).toBe(code))

  const nowMs = 1_234_567_890_000
  const now = totpStepAt(nowMs)
  test.each([
    { title: 'now', typed: totpCode(secret, now), expected: now },
    { title: 'a step ago', typed: totpCode(secret, now - 1), expected: now - 1 },
    { title: 'a step ahead', typed: totpCode(secret, now + 1), expected: now + 1 },
    { title: 'with a blank', typed: totpCode(secret, now).replace(/^.../, '$& '), expected: now },
    { title: 'two steps ago', typed: totpCode(secret, now - 2), expected: undefined },
    { title: 'two steps ahead', typed: totpCode(secret, now + 2), expected: undefined },
    { title: 'nothing', typed: '', expected: undefined },
    { title: 'a megabyte', typed: '1'.repeat(1024 ** 2), expected: undefined },
    { title: 'digits of another script', typed: '٠٠٥٩٢٤', expected: undefined },
  ])('typed: $title', ({ typed, expected }) => expect(findTotpStep(secret, typed, nowMs)).toBe(expected))

  test('the picture says whose they are', () => {
    expect(totpUri(secret, { box: 'box:8080', email: 'a&b@c.example' })).toBe(
      'otpauth://totp/Holdfast%20box%3A8080:a%26b%40c.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Holdfast%20box%3A8080',
    )
    expect(totpSecretText(secret)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  })
})

describe('recovery codes', () => {
  const codes = newRecoveryCodes(seededRandomness('codes'))
  test('are ten, each of four groups of four, none twice', () => {
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
  })
  test('are known as people type them', () => {
    const hash = hashRecoveryCode('0123-1bcd-efgh-jkmn')
    expect(hash).toBeDefined()
    for (const typed of [' 0123 1BCD EFGH JKMN', 'o123ibcdefghjkmn', '0l23-1bcd-efgh-jkmn'])
      expect(hashRecoveryCode(typed)).toEqual(hash)
  })
  test.each(['', '123456', '0123-1bcd-efgh-jkm', '0123-1bcd-efgh-jkmnp', '0123-ubcd-efgh-jkmn', 'x'.repeat(1024 ** 2)])(
    'are not %.20s',
    (typed) => expect(hashRecoveryCode(typed)).toBeUndefined(),
  )
})
