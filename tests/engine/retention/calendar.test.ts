import { describe, expect, test } from 'vitest'
import { startOfUnit, unitNames } from '../../../engine/retention/calendar.ts'
import type { CalendarUnit } from '../../../engine/retention/retention-rules.ts'

const at = (text: string) => Date.parse(text)
const hourMs = 3_600_000

describe('the units that an instant lies in', () => {
  const table: readonly { title: string; zone: string; given: string; expect: Partial<Record<CalendarUnit, string>> }[] = [
    {
      title: 'a day is a date of the zone',
      zone: 'Pacific/Auckland',
      given: '2026-03-14T11:30:00Z',
      expect: { daily: '2026-03-15' },
    },
    {
      title: 'the last days of a year may lie in the first week of the next',
      zone: 'UTC',
      given: '2025-12-29T10:00:00Z',
      expect: { weekly: '2026-W01', monthly: '2025-12', yearly: '2025' },
    },
    {
      title: 'the first days of a year may lie in the last week of the one before',
      zone: 'UTC',
      given: '2027-01-02T10:00:00Z',
      expect: { weekly: '2026-W53', monthly: '2027-01', yearly: '2027' },
    },
    {
      title: 'a year before the year 1000 has four digits',
      zone: 'UTC',
      given: '0999-05-01T00:00:00Z',
      expect: { monthly: '0999-05' },
    },
  ]
  test.each(table)('$title', ({ zone, given, expect: expected }) => {
    expect(unitNames(at(given), zone)).toMatchObject(expected)
  })
})

describe('the night when clocks go back', () => {
  // Berlin, 25 October 2026: 02:00 to 03:00 comes twice, at 00:00 and at 01:00 UTC.
  const first = at('2026-10-25T00:30:00Z')
  const second = at('2026-10-25T01:30:00Z')
  const names = (ms: number) => unitNames(ms, 'Europe/Berlin')

  test('the hour that comes twice is two hours of one day', () => {
    expect(names(first).hourly).not.toBe(names(second).hourly)
    expect(names(first).daily).toBe(names(second).daily)
  })

  test('the day has 25 hours', () => {
    const start = startOfUnit(first, 'Europe/Berlin', { unit: 'daily', units: 0 })
    const end = startOfUnit(first, 'Europe/Berlin', { unit: 'daily', units: 1 })
    expect(end - start).toBe(25 * hourMs)
    const hours = Array.from({ length: 50 }, (_, half) => names(start + (half * hourMs) / 2).hourly)
    expect(new Set(hours).size).toBe(25)
  })
})

test('the night when clocks go forward has 23 hours', () => {
  const start = startOfUnit(at('2026-03-29T12:00:00Z'), 'Europe/Berlin', { unit: 'daily', units: 0 })
  const end = startOfUnit(start, 'Europe/Berlin', { unit: 'daily', units: 1 })
  expect(end - start).toBe(23 * hourMs)
})

test('a zone half an hour off has its own hours', () => {
  const start = startOfUnit(at('2026-03-14T10:10:00Z'), 'Asia/Kolkata', { unit: 'hourly', units: 0 })
  expect(new Date(start).toISOString()).toBe('2026-03-14T09:30:00.000Z')
})

describe('where a unit so many later begins', () => {
  const table: readonly { unit: CalendarUnit; units: number; expect: string }[] = [
    { unit: 'hourly', units: 24, expect: '2026-03-29T10:00:00.000Z' },
    { unit: 'daily', units: 2, expect: '2026-03-29T22:00:00.000Z' },
    { unit: 'weekly', units: 1, expect: '2026-03-29T22:00:00.000Z' },
    { unit: 'monthly', units: 1, expect: '2026-03-31T22:00:00.000Z' },
    { unit: 'yearly', units: 1, expect: '2026-12-31T23:00:00.000Z' },
  ]
  test.each(table)('$units $unit', ({ unit, units, expect: expected }) => {
    const start = startOfUnit(at('2026-03-28T10:40:00Z'), 'Europe/Berlin', { unit, units })
    expect(new Date(start).toISOString()).toBe(expected)
  })
})
