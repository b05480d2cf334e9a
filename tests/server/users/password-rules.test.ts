import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizePassword, parseNewPassword } from '../../../server/users/password-rules.ts'

const owner = { email: 'helen.calder@office.example', name: 'Helen Calder-Rowe' }

function verdict(password: string): string {
  try {
    parseNewPassword(password, owner)
    return 'taken'
  } catch (error) {
    return (error as Error).message
  }
}

describe('a new password', () => {
  const table = [
    { password: 'four words on the quay', expect: 'taken' },
    { password: 'aB3$eF6&hI9(', expect: 'taken' },
    { password: 'пароль из четырёх слов', expect: 'taken' },
    { password: '🐙🦀🐚🦞🐠🐡🦑🐳🐟🐬🦭🐋', expect: 'taken' },
    { password: '   spaces   are   fine   ', expect: 'taken' },
    { password: 'x'.repeat(20), expect: 'This password repeats too few different characters.' },
    { password: 'abababababab', expect: 'This password repeats too few different characters.' },
    { password: 'elevenchars', expect: 'A password has at least 12 characters.' },
    { password: '🐙🦀🐚🦞🐠', expect: 'A password has at least 12 characters.' },
    { password: '', expect: 'A password has at least 12 characters.' },
    { password: 'abcdefghijklmnop', expect: 'This password is a plain sequence.' },
    { password: '987654321098', expect: 'This password is a plain sequence.' },
    { password: 'Password1234', expect: 'This password is one of the most common ones.' },
    { password: 'QWERTYUIOPAS', expect: 'This password is one of the most common ones.' },
    { password: 'welcome-2026!!', expect: 'This password is one of the most common ones.' },
    { password: 'helen.calder@office.example', expect: 'This password is made of the name or the mail address.' },
    { password: 'Helen Calder-Rowe', expect: 'This password is made of the name or the mail address.' },
    { password: 'helen.calder2026', expect: 'This password is made of the name or the mail address.' },
    { password: 'ab cd ef gh ij'.repeat(19), expect: 'A password has at most 256 characters.' },
    { password: 'x'.repeat(1024 ** 2), expect: 'A password has at most 256 characters.' },
  ]
  test.each(table)('$password', ({ password, expect: expected }) => {
    expect(verdict(password)).toBe(expected)
  })

  test('of 256 characters is taken, whatever they are', () => {
    expect(verdict('abcdefg 🐙'.repeat(32).slice(0, 256))).toBe('taken')
  })

  test('is the same password in every Unicode form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(normalizePassword(text.normalize('NFD'))).toBe(normalizePassword(text.normalize('NFC')))
      }),
    )
  })

  test('that is too long costs nothing to refuse', () => {
    expect(normalizePassword('ﷺ'.repeat(1024 ** 2))).toBeUndefined()
    expect(normalizePassword('ﷺ'.repeat(255))).toBeUndefined()
  })
})
