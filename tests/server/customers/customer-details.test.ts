import { describe, expect, test } from 'vitest'
import { type DetailField, parseDetails, searchTextOf } from '../../../server/customers/customer-details.ts'

const good: readonly { readonly field: DetailField; readonly given: string; readonly expect: string }[] = [
  { field: 'contact', given: '  Helen Rowe ', expect: 'Helen Rowe' },
  { field: 'contact', given: '<b>Helen</b> & "co"', expect: '<b>Helen</b> & "co"' },
  { field: 'contact', given: '=HYPERLINK("http://evil")', expect: '=HYPERLINK("http://evil")' },
  { field: 'country', given: 'de', expect: 'DE' },
  { field: 'email', given: 'Helen@Office.example', expect: 'Helen@Office.example' },
  { field: 'language', given: 'pt-br', expect: 'pt-BR' },
  { field: 'timeZone', given: 'europe/berlin', expect: 'Europe/Berlin' },
  { field: 'phone', given: '+49 30 1234-5 ext. 6', expect: '+49 30 1234-5 ext. 6' },
  { field: 'notes', given: 'one\r\ntwo\n\n\tthree', expect: 'one\ntwo\n\nthree' },
  { field: 'city', given: '   ', expect: '' },
]
const bad: readonly { readonly field: DetailField; readonly given: string }[] = [
  { field: 'contact', given: 'x'.repeat(201) },
  { field: 'contact', given: 'Helen\nBcc: everybody@example.org' },
  { field: 'street', given: 'A\u202egnirts' },
  { field: 'city', given: 'null\u0000byte' },
  { field: 'country', given: 'XX' },
  { field: 'country', given: 'Germany' },
  { field: 'email', given: 'helen@office.example\r\nBcc: x@y.example' },
  { field: 'email', given: 'helen' },
  { field: 'language', given: 'not a language' },
  { field: 'timeZone', given: 'Mars/Olympus' },
  { field: 'timeZone', given: '+02:00' },
  { field: 'phone', given: 'call me' },
  { field: 'notes', given: 'x'.repeat(4001) },
  { field: 'notes', given: 'bell \u0007' },
  { field: 'notes', given: '\n'.repeat(10) + 'x\n'.repeat(600) },
  { field: 'notes', given: 'x'.repeat(1024 * 1024) },
]

describe('details of a customer', () => {
  test.each(good)('$field takes $given', ({ field, given, expect: expected }) => {
    expect(parseDetails({ [field]: given })).toEqual({ kind: 'good', details: { [field]: expected } })
  })

  test.each(bad)('$field refuses what it must', ({ field, given }) => {
    const parsed = parseDetails({ [field]: given })
    expect(parsed.kind).toBe('wrong')
    expect(parsed.kind === 'wrong' && parsed.problems[field]).toMatch(/./)
  })

  test('what is not given is not touched', () => {
    expect(parseDetails({})).toEqual({ kind: 'good', details: {} })
  })

  test('a search never matches across two fields', () => {
    expect(searchTextOf({ name: 'Ärzte', contact: 'Jo', email: '', city: 'Kiel' })).toBe('ärzte\njo\nkiel')
  })
})
