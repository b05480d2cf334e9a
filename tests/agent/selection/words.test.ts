import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keepPeriods, keepRulesText, parseKeepRules } from '../../../agent/selection/keep-rules.ts'
import { parseRate, rateText } from '../../../agent/selection/rate.ts'
import { isSameJobName, parseJobName } from '../../../selection/job-name.ts'
import { parseSchedule, type Schedule, scheduleText, weekDays } from '../../../selection/schedule.ts'

describe('schedules', () => {
  test.each([
    ['daily 18:00', 'daily 18:00'],
    ['  Daily   7:05 ', 'daily 07:05'],
    ['every 15 minutes', 'every 15 minutes'],
    ['every 2 hours', 'every 2 hours'],
    ['every 90 min', 'every 90 minutes'],
    ['every hour', 'every 1 hours'],
    ['every 1 day', 'every 24 hours'],
    ['weekly mon 20:00', 'weekly mon 20:00'],
    ['weekly Sunday 0:00', 'weekly sun 00:00'],
    ['monthly 1 03:00', 'monthly 1 03:00'],
    ['monthly 31 23:59', 'monthly 31 23:59'],
    ['continuous', 'continuous'],
    ['*/30 8-18 * * 1-5', '*/30 8-18 * * 1-5'],
    ['0 0,12 1 1-6/2 7', '0 0,12 1 1-6/2 7'],
  ])('%s', (text, stored) => {
    expect(scheduleText(parseSchedule(text))).toBe(stored)
    expect(scheduleText(parseSchedule(stored))).toBe(stored)
  })

  test.each([
    ['', /these are: daily 18:00/],
    ['sometimes', /is no schedule/],
    ['daily', /is no schedule/],
    ['daily 24:00', /no time of day/],
    ['daily 18:60', /no time of day/],
    ['daily 18.00', /no time of day/],
    ['weekly 18:00', /is no schedule/],
    ['weekly monkey 18:00', /no day of the week/],
    ['weekly mo 18:00', /no day of the week/],
    ['monthly 0 03:00', /no day of a month/],
    ['monthly 32 03:00', /no day of a month/],
    ['every 4 minutes', /5 minutes at least/],
    ['every 8 days', /7 days at most/],
    ['every few minutes', /no interval/],
    ['every 15 parsecs', /no interval/],
    ['every -15 minutes', /no interval/],
    ['every 1e3 minutes', /no interval/],
    ['continuous please', /is no schedule/],
    ['60 * * * *', /no minute/],
    ['* 24 * * *', /no hour/],
    ['* * 0 * *', /no day of month/],
    ['* * * 13 *', /no month/],
    ['* * * * 8', /no day of week/],
    ['5-1 * * * *', /no minute/],
    ['*/0 * * * *', /no minute/],
    ['1, * * * *', /no minute/],
  ])('%j is none', (text, says) => {
    expect(() => parseSchedule(text)).toThrow(says)
  })

  test('any of them comes back from its text', () => {
    const at = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) })
    const schedule: fc.Arbitrary<Schedule> = fc.oneof(
      fc.record({ kind: fc.constant('daily' as const), at }),
      fc.record({ kind: fc.constant('weekly' as const), day: fc.constantFrom(...weekDays), at }),
      fc.record({ kind: fc.constant('monthly' as const), day: fc.integer({ min: 1, max: 31 }), at }),
      fc.record({ kind: fc.constant('every' as const), minutes: fc.integer({ min: 5, max: 7 * 24 * 60 }) }),
    )
    fc.assert(
      fc.property(schedule, (given) => {
        expect(parseSchedule(scheduleText(given))).toEqual(given)
      }),
    )
  })
})

describe('rules for keeping', () => {
  test.each([
    ['last 5', 'last 5'],
    ['last=5,Daily 14 , weekly=8', 'last 5, daily 14, weekly 8'],
    ['within 90 days', 'within 90 days'],
    ['within 1d, yearly 3', 'within 1 days, yearly 3'],
  ])('%s', (text, stored) => {
    expect(keepRulesText(parseKeepRules(text))).toBe(stored)
  })

  test.each([
    ['', /no rule/],
    ['forever', /no rule/],
    ['last', /no rule/],
    ['last 0', /1 to/],
    ['last 10001', /1 to/],
    ['last -1', /no rule/],
    ['last 5,', /no rule/],
    ['last 5, last 6', /"last" twice/],
    ['within 5 weeks', /no rule/],
  ])('%j is none', (text, says) => {
    expect(() => parseKeepRules(text)).toThrow(says)
  })

  test('any of them comes back from its text', () => {
    const counts = fc.uniqueArray(fc.constantFrom(...keepPeriods), { minLength: 1 }).chain((periods) =>
      fc.tuple(
        ...periods.map((period) =>
          fc.record({
            kind: fc.constant('count' as const),
            period: fc.constant(period),
            count: fc.integer({ min: 1, max: 10_000 }),
          }),
        ),
      ),
    )
    fc.assert(
      fc.property(counts, (rules) => {
        expect(parseKeepRules(keepRulesText(rules))).toEqual(rules)
      }),
    )
  })
})

describe('rates', () => {
  test.each([
    ['2048', 2048],
    ['500K', 512_000],
    ['500 KiB/s', 512_000],
    ['5MiB/s', 5 * 1024 ** 2],
    ['5mb', 5 * 1024 ** 2],
    ['0.5 MiB/s', 512 * 1024],
    ['1G', 1024 ** 3],
    ['20Mbit/s', 2_500_000],
    ['20 Mbit', 2_500_000],
    ['100kbitps', 12_500],
  ])('%s is %d bytes a second', (text, bytes) => {
    expect(parseRate(text)).toBe(bytes)
    expect(parseRate(rateText(bytes))).toBe(bytes)
  })

  test.each(['', 'fast', '5 parsecs', '-5M', '5M5', '1e9', '5TiB', '0', '1023', '0.0001M'])('%j is none', (text) => {
    expect(() => parseRate(text)).toThrow(RangeError)
  })
})

describe('names of jobs', () => {
  test.each(['a', 'default', 'Büro 2', 'acc.ounts_v-1', '7', '仕事', 'x'.repeat(64)])('%s', (name) => {
    expect(parseJobName(name)).toBe(name)
  })

  test.each(['', ' a', 'a ', '.', '..', '-a', 'a/b', 'a\\b', 'a\nb', 'a"b', 'x'.repeat(65), 'a\0'])('%j is none', (name) => {
    expect(() => parseJobName(name)).toThrow(RangeError)
  })

  test('that look alike are the same', () => {
    expect(isSameJobName('BÜRO', 'bu\u0308ro')).toBe(true)
    expect(isSameJobName('a', 'b')).toBe(false)
    expect(parseJobName('bu\u0308ro')).toBe('büro')
  })
})
