import { describe, expect, test } from 'vitest'
import { calendarOf, dayStartsOf } from '../../views/format/calendar.ts'
import type { Reader } from '../../views/reader.ts'

const reader: Reader = { locale: 'en-GB', timeZone: 'Europe/London', nowMs: Date.UTC(2026, 2, 26, 18, 20) }
const month = (text: string) => Temporal.PlainYearMonth.from(text)
const near = (of: Reader, text: string) =>
  calendarOf(of, month(text))
    .filter(({ isFar }) => !isFar)
    .map(({ day }) => day)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('a month as a calendar', () => {
  test('knows its days, their letters and where they stand in the week', () => {
    const days = calendarOf(reader, month('2026-03'))
    expect(days).toHaveLength(31)
    expect(days[0]).toEqual({ day: 1, letter: 'S', column: 7, isFar: true, isToday: false })
    expect(days[25]).toEqual({ day: 26, letter: 'T', column: 4, isFar: false, isToday: true })
  })

  test('weeks begin as the reader’s do', () => {
    expect(calendarOf({ ...reader, locale: 'en-US' }, month('2026-03'))[0]).toMatchObject({ column: 1 })
  })

  test.each([
    { title: 'this week and the one before', nowMs: Date.UTC(2026, 2, 26), given: '2026-03', expect: range(16, 29) },
    {
      title: 'on the first of a month, the first two weeks',
      nowMs: Date.UTC(2026, 3, 1, 12),
      given: '2026-04',
      expect: range(1, 12),
    },
    { title: 'of a month gone by, its last two weeks', nowMs: Date.UTC(2026, 2, 26), given: '2026-02', expect: range(16, 28) },
    {
      title: 'at the end of a month that ends midweek',
      nowMs: Date.UTC(2026, 2, 31, 12),
      given: '2026-03',
      expect: range(23, 31),
    },
  ])('$title', ({ nowMs, given, expect: days }) => {
    expect(near({ ...reader, nowMs }, given)).toEqual(days)
  })

  test('days begin at the reader’s midnight, also when a clock is changed', () => {
    const starts = dayStartsOf(reader, month('2026-03'))
    expect(starts).toHaveLength(32)
    expect(starts[28]).toBe(Date.UTC(2026, 2, 29))
    expect(starts[29]).toBe(Date.UTC(2026, 2, 29, 23))
    expect(starts[31]).toBe(Date.UTC(2026, 2, 31, 23))
  })

  test('a zone whose clocks skip midnight still has a first moment of that day', () => {
    const starts = dayStartsOf({ ...reader, timeZone: 'America/Asuncion' }, month('2023-10'))
    expect(starts[0]).toBe(Date.UTC(2023, 9, 1, 4))
  })
})
