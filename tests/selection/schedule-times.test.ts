import { describe, expect, test } from 'vitest'
import { parseSchedule } from '../../selection/schedule.ts'
import { isDueWithin, maxStartDelayMs, nextTime, nextTimeOf, nextTimes, startDelay } from '../../selection/schedule-times.ts'

const at = (text: string) => Temporal.ZonedDateTime.from(text).epochMilliseconds
const berlin = '[Europe/Berlin]'

interface Case {
  readonly title: string
  readonly schedule: string
  readonly after: string
  /** Some that follow each other. */
  readonly expect: readonly string[]
}

const cases: readonly Case[] = [
  {
    title: 'daily',
    schedule: 'daily 18:00',
    after: '2026-03-14T18:00:00+01:00',
    expect: ['2026-03-15T18:00:00+01:00', '2026-03-16T18:00:00+01:00'],
  },
  {
    title: 'daily over the hour that spring skips',
    schedule: 'daily 02:30',
    after: '2026-03-28T12:00:00+01:00',
    expect: ['2026-03-29T03:30:00+02:00', '2026-03-30T02:30:00+02:00'],
  },
  {
    title: 'daily over the hour that autumn has twice: the first time only',
    schedule: 'daily 02:30',
    after: '2026-10-24T12:00:00+02:00',
    expect: ['2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'],
  },
  {
    title: 'between the two passes of an hour',
    schedule: 'daily 02:30',
    after: '2026-10-25T02:10:00+01:00',
    expect: ['2026-10-26T02:30:00+01:00'],
  },
  {
    title: 'weekly',
    schedule: 'weekly mon 20:00',
    after: '2026-03-14T18:00:00+01:00',
    expect: ['2026-03-16T20:00:00+01:00', '2026-03-23T20:00:00+01:00', '2026-03-30T20:00:00+02:00'],
  },
  {
    title: 'monthly on a day that a month has not: its last',
    schedule: 'monthly 31 03:00',
    after: '2026-01-31T03:00:00+01:00',
    expect: ['2026-02-28T03:00:00+01:00', '2026-03-31T03:00:00+02:00', '2026-04-30T03:00:00+02:00'],
  },
  {
    title: 'every two hours counts hours that pass, over the change of clocks',
    schedule: 'every 2 hours',
    after: '2026-03-29T00:30:00+01:00',
    expect: ['2026-03-29T01:00:00+01:00', '2026-03-29T04:00:00+02:00', '2026-03-29T06:00:00+02:00'],
  },
  {
    title: 'cron: half hours of working days',
    schedule: '*/30 8-9 * * 1-5',
    after: '2026-03-13T09:10:00+01:00',
    expect: ['2026-03-13T09:30:00+01:00', '2026-03-16T08:00:00+01:00', '2026-03-16T08:30:00+01:00'],
  },
  {
    title: 'cron: with both kinds of day limited, either',
    schedule: '0 6 1 * 7',
    after: '2026-03-28T00:00:00+01:00',
    expect: ['2026-03-29T06:00:00+02:00', '2026-04-01T06:00:00+02:00', '2026-04-05T06:00:00+02:00'],
  },
  {
    title: 'cron: from a value on, in steps',
    schedule: '5/20 7 * * *',
    after: '2026-03-13T07:00:00+01:00',
    expect: ['2026-03-13T07:05:00+01:00', '2026-03-13T07:25:00+01:00', '2026-03-13T07:45:00+01:00', '2026-03-14T07:05:00+01:00'],
  },
  {
    title: 'cron: 29 February',
    schedule: '0 0 29 2 *',
    after: '2026-03-01T00:00:00+01:00',
    expect: ['2028-02-29T00:00:00+01:00', '2032-02-29T00:00:00+01:00'],
  },
]

describe('the next time of a schedule', () => {
  test.each(cases)('$title', ({ schedule, after, expect: expected }) => {
    const parsed = parseSchedule(schedule)
    const times: string[] = []
    let atMs: number | undefined = at(after + berlin)
    while (times.length < expected.length && atMs !== undefined) {
      atMs = nextTime(parsed, atMs, 'Europe/Berlin')
      if (atMs !== undefined)
        times.push(
          Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO('Europe/Berlin').toString({ timeZoneName: 'never' }),
        )
    }
    expect(times).toEqual(expected)
  })

  test('none for a day that no year has, and for what is continuous', () => {
    expect(nextTime(parseSchedule('0 0 30 2 *'), 0, 'UTC')).toBeUndefined()
    expect(nextTime(parseSchedule('continuous'), 0, 'UTC')).toBeUndefined()
  })

  test('a midnight that does not exist (Cairo) is due when the day begins', () => {
    const due = nextTime(parseSchedule('daily 00:00'), at('2026-04-23T12:00:00+02:00[Africa/Cairo]'), 'Africa/Cairo')
    expect(due).toBe(at('2026-04-24T01:00:00+03:00[Africa/Cairo]'))
  })

  test('the earliest of several', () => {
    const both = [parseSchedule('daily 18:00'), parseSchedule('daily 12:00')]
    expect(nextTimeOf(both, at('2026-03-14T13:00:00+00:00[UTC]'), 'UTC')).toBe(at('2026-03-14T18:00:00+00:00[UTC]'))
    expect(nextTimeOf([], 0, 'UTC')).toBeUndefined()
  })

  test('a day with and one without', () => {
    const weekly = [parseSchedule('weekly sat 18:00')]
    const day = (date: string) => ({
      fromMs: at(`${date}T00:00:00+00:00[UTC]`),
      untilMs: at(`${date}T00:00:00+00:00[UTC]`) + 86_400_000,
      timeZone: 'UTC',
    })
    expect(isDueWithin(weekly, day('2026-03-14'))).toBe(true)
    expect(isDueWithin(weekly, day('2026-03-15'))).toBe(false)
  })
})

describe('the start of many computers', () => {
  test('is spread over a tenth of the interval, and four minutes at most', () => {
    expect(startDelay(parseSchedule('daily 18:00'), 1)).toBe(maxStartDelayMs)
    expect(startDelay(parseSchedule('every 5 minutes'), 0.5)).toBe(15_000)
    expect(startDelay(parseSchedule('daily 18:00'), 0)).toBe(0)
  })
})

test('who asks often is told what who asks once is told, in whatever order, over changes of the clocks', () => {
  const schedules = ['daily 02:30', '*/30 1-3 * * *', 'every 2 hours', 'continuous'].map(parseSchedule)
  for (const timeZone of ['Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe']) {
    const next = nextTimes(schedules, timeZone)
    for (const day of ['2026-03-28', '2026-04-04', '2026-09-05', '2026-10-03', '2026-10-24'])
      for (const hour of [30, 3, 12.25, 0, 29.5, 12.5]) {
        const afterMs = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000
        expect(next(afterMs), `${timeZone}, ${day} and ${hour} hours`).toBe(nextTimeOf(schedules, afterMs, timeZone))
      }
  }
})
