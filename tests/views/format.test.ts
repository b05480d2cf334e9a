import { describe, expect, test } from 'vitest'
import { countOf, listOfNames } from '../../views/format/count.ts'
import { durationText } from '../../views/format/duration.ts'
import { sizeText } from '../../views/format/size.ts'
import { daysSince, whenInSentence, whenText } from '../../views/format/when.ts'
import type { Reader } from '../../views/reader.ts'

const reader: Reader = { locale: 'en-GB', timeZone: 'Europe/London', nowMs: Date.UTC(2026, 2, 26, 18, 20) }
const german: Reader = { ...reader, locale: 'en-DE', timeZone: 'Europe/Berlin' }
const american: Reader = { ...reader, locale: 'en-US', timeZone: 'America/New_York' }
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')

describe('sizes', () => {
  test.each([
    { given: 0, expect: '0 bytes' },
    { given: 1, expect: '1 byte' },
    { given: 1023, expect: '1,023 bytes' },
    { given: 1024, expect: '1 KiB' },
    { given: 1025, expect: '1.0 KiB' },
    { given: 86_118, expect: '84.1 KiB' },
    { given: 102_348, expect: '99.9 KiB' },
    { given: 102_400, expect: '100 KiB' },
    { given: 1024 ** 2 - 1, expect: '1.0 MiB' },
    { given: 312 * 1024 ** 3, expect: '312 GiB' },
    { given: 2 * 1024 ** 4, expect: '2 TiB' },
    { given: 5000 * 1024 ** 5, expect: '5,000 PiB' },
  ])('$given bytes are $expect', ({ given, expect: text }) => {
    expect(plain(sizeText(reader, given))).toBe(text)
  })

  test('are written as the reader writes numbers', () => {
    expect(plain(sizeText(german, 86_118))).toBe('84,1 KiB')
  })
})

describe('times', () => {
  test.each([
    { title: 'today', given: Date.UTC(2026, 2, 26, 18, 2), whole: 'Today 18:02', inside: 'today at 18:02' },
    { title: 'the small hours', given: Date.UTC(2026, 2, 26, 0, 5), whole: 'Today 00:05', inside: 'today at 00:05' },
    { title: 'yesterday', given: Date.UTC(2026, 2, 25, 23, 59), whole: 'Yesterday 23:59', inside: 'yesterday at 23:59' },
    { title: 'tomorrow', given: Date.UTC(2026, 2, 27, 18), whole: 'Tomorrow 18:00', inside: 'tomorrow at 18:00' },
    { title: 'this year', given: Date.UTC(2026, 2, 24, 18, 1), whole: 'Tue 24 March 18:01', inside: 'on Tue 24 March at 18:01' },
    { title: 'summer time', given: Date.UTC(2026, 6, 1, 18, 1), whole: 'Wed 1 July 19:01', inside: 'on Wed 1 July at 19:01' },
    {
      title: 'another year',
      given: Date.UTC(2025, 2, 24, 18, 1),
      whole: '24 March 2025 18:01',
      inside: 'on 24 March 2025 at 18:01',
    },
    { title: 'before 1970', given: -1, whole: '1 January 1970 00:59', inside: 'on 1 January 1970 at 00:59' },
  ])('$title', ({ given, whole, inside }) => {
    expect(whenText(reader, given)).toBe(whole)
    expect(whenInSentence(reader, given)).toBe(inside)
  })

  test('are the reader’s: their day, their order, their clock', () => {
    const atMs = Date.UTC(2026, 2, 26, 2, 30)
    expect(whenText(german, atMs)).toBe('Today 03:30')
    expect(plain(whenText(american, atMs))).toBe('Yesterday 10:30 PM')
    expect(plain(whenText(american, Date.UTC(2026, 2, 3, 13, 5)))).toBe('Tue, March 3 8:05 AM')
  })

  test('days are counted by the calendar, not by 24 hours', () => {
    expect(daysSince(reader, Date.UTC(2026, 2, 25, 23, 59))).toBe(1)
    expect(daysSince(reader, Date.UTC(2026, 2, 17, 12))).toBe(9)
    expect(daysSince(german, Date.UTC(2026, 1, 26, 18))).toBe(28)
  })
})

describe('durations, counts and names', () => {
  test.each([
    { given: 0, expect: '0 s' },
    { given: 420, expect: '0.4 s' },
    { given: 52_000, expect: '52 s' },
    { given: 59_700, expect: '1 min 00 s' },
    { given: 112_000, expect: '1 min 52 s' },
    { given: 7_500_000, expect: '2 h 05 min' },
    { given: -5, expect: '0 s' },
  ])('$given ms are $expect', ({ given, expect: text }) => {
    expect(plain(durationText(reader, given))).toBe(text)
  })

  test('a number has its unit', () => {
    expect(plain(countOf(reader, 1, 'file'))).toBe('1 file')
    expect(plain(countOf(reader, 214_380, 'file'))).toBe('214,380 files')
    expect(plain(countOf(german, 214_380, 'file'))).toBe('214.380 files')
  })

  test.each([
    { given: ['A'], expect: 'A' },
    { given: ['A', 'B'], expect: 'A and B' },
    { given: ['A', 'B', 'C'], expect: 'A, B and C' },
    { given: ['A', 'B', 'C', 'D', 'E'], expect: 'A, B and 3 more' },
  ])('$expect', ({ given, expect: text }) => {
    expect(listOfNames(reader, given)).toBe(text)
  })
})
