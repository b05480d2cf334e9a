import { describe, expect, test } from 'vitest'
import {
  type Enrolment,
  enrolmentLink,
  enrolmentStateAt,
  findEnrolmentCode,
  newEnrolmentCode,
} from '../../../server/enrolments/enrolment.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'

const enrolment = { usesMax: 2, uses: 1, expiresAt: 1000, revokedAt: undefined } as Enrolment

describe('whether a link still lets in', () => {
  const states = [
    { title: 'before its last use and its end', given: {}, nowMs: 999, expect: 'open' },
    { title: 'at its end', given: {}, nowMs: 1000, expect: 'expired' },
    { title: 'used up', given: { uses: 2 }, nowMs: 0, expect: 'used' },
    { title: 'used up, and over', given: { uses: 2 }, nowMs: 2000, expect: 'used' },
    { title: 'withdrawn, used up and over', given: { uses: 2, revokedAt: 5 }, nowMs: 2000, expect: 'revoked' },
  ]
  test.each(states)('$title: $expect', ({ given, nowMs, expect: state }) => {
    expect(enrolmentStateAt({ ...enrolment, ...given }, nowMs)).toBe(state)
  })
})

describe('a code', () => {
  test('has twelve signs nobody mistakes, in groups', () => {
    for (let round = 0; round < 200; round += 1)
      expect(newEnrolmentCode(systemRandomness)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  const typed = [
    { text: 'K7QF-2M9X-4TRA', expect: 'K7QF2M9X4TRA' },
    { text: ' k7qf 2m9x 4tra\n', expect: 'K7QF2M9X4TRA' },
    { text: 'oOiI-lL00-1111', expect: '001111001111' },
    { text: 'K7QF-2M9X-4TR', expect: undefined },
    { text: 'K7QF-2M9X-4TRAA', expect: undefined },
    { text: 'K7QF-2M9X-4TRU', expect: undefined },
    { text: '', expect: undefined },
    { text: 'K'.repeat(100_000), expect: undefined },
  ]
  test.each(typed)('typed as $text', ({ text, expect: code }) => expect(findEnrolmentCode(text)).toBe(code))
})

test('a link carries its secret and the pin where no server and no log sees them', () => {
  const pin = Buffer.alloc(32, 0xfb).toString('base64')
  const link = enrolmentLink({ origin: 'https://box.example:8443', secret: 'hfe_abc', pin })
  expect(link).toBe(`https://box.example:8443/enrol#hfe_abc.${'-_v7'.repeat(10)}-_s`)
  expect(new URL(link).pathname).toBe('/enrol')
  expect(enrolmentLink({ origin: 'http://127.0.0.1:8080', secret: 'hfe_abc', pin: undefined })).toBe(
    'http://127.0.0.1:8080/enrol#hfe_abc',
  )
})
