import { describe, expect, test } from 'vitest'
import { findCustomerNumber, formatCustomerNumber } from '../../../server/customers/customer.ts'
import { foldText, parseDisplayText } from '../../../server/text/display-text.ts'

describe('a name', () => {
  const limits = { maxCharacters: 20 }
  const good = [
    ['Helen', 'Helen'],
    ['  Calder & Rowe  ', 'Calder & Rowe'],
    ['<b>bold</b>', '<b>bold</b>'],
    ['=SUM(A1:A9)', '=SUM(A1:A9)'],
    ['Zoe\u0308', 'Zoë'],
    ['🐙'.repeat(20), '🐙'.repeat(20)],
    ['株式会社ホールド', '株式会社ホールド'],
  ] as const
  test.each(good)('%j', (text, expected) => {
    expect(parseDisplayText(text, limits)).toBe(expected)
  })

  const bad = [
    '',
    '   ',
    'two\nlines',
    'tab\there',
    'nul\0',
    'a\u202eb',
    'a\u2066b',
    'a\u2028b',
    '\ud800',
    'x'.repeat(21),
    'x'.repeat(1024 ** 2),
  ]
  test.each(bad)('not %j', (text) => {
    expect(parseDisplayText(text, limits)).toBeUndefined()
  })

  test('is compared as people see it', () => {
    expect(foldText('ＯＦＦＩＣＥ')).toBe(foldText('office'))
    expect(foldText('Zoe\u0308')).toBe(foldText('Zoë'))
  })
})

test('a customer’s number is found as people write it', () => {
  expect(formatCustomerNumber(117)).toBe('C-000117')
  expect(formatCustomerNumber(12_345_678)).toBe('C-12345678')
  for (const text of ['C-000117', 'c-117', '117', ' C-117 ']) expect(findCustomerNumber(text), text).toBe(117)
  for (const text of ['', 'C-', 'D-117', '117x', '-1', '1.5', '9'.repeat(20)])
    expect(findCustomerNumber(text), text).toBeUndefined()
})
