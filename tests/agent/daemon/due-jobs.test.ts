import { describe, expect, test } from 'vitest'
import { emptyJob, type Job } from '../../../agent/config/configuration.ts'
import { type DoneUntilByJob, findDueJobs } from '../../../agent/daemon/due-jobs.ts'
import { contactDelayMs, isPassing, retryDelayMs } from '../../../agent/daemon/retry.ts'

const at = (text: string) => Temporal.Instant.from(`${text}Z`).epochMilliseconds
const daily: Job = { ...emptyJob('office'), schedules: ['daily 18:00'] }

/** Looks at the given times, one after the other, as the daemon does, and says at which of them the job was due. */
function dueAt(
  job: Job,
  times: readonly string[],
  options: { readonly share?: number; readonly timeZone?: string } = {},
): string[] {
  let doneUntil: DoneUntilByJob = {}
  return times.filter((time) => {
    const { share = 0, timeZone = 'UTC' } = options
    const found = findDueJobs({ jobs: [job], doneUntil, nowMs: at(time), timeZone, shareOf: () => share })
    doneUntil = found.doneUntil
    return found.due.length > 0
  })
}

describe('jobs that are due', () => {
  test.each([
    {
      title: 'at its time, once',
      times: ['2026-03-14T17:59', '2026-03-14T18:00', '2026-03-14T18:01', '2026-03-15T17:00', '2026-03-15T18:05'],
      expect: ['2026-03-14T18:00', '2026-03-15T18:05'],
    },
    {
      title: 'however many times were missed, once',
      times: ['2026-03-14T12:00', '2026-03-20T08:00', '2026-03-20T08:01', '2026-03-20T18:00'],
      expect: ['2026-03-20T08:00', '2026-03-20T18:00'],
    },
    {
      title: 'not for a time that had passed when the job was made',
      times: ['2026-03-14T19:00', '2026-03-15T17:59'],
      expect: [],
    },
    {
      title: 'after a clock that was wrong by years is put right',
      times: ['2029-01-01T12:00', '2026-03-14T17:00', '2026-03-14T18:00'],
      expect: ['2026-03-14T18:00'],
    },
    {
      title: 'once when the clock jumps ahead over it, and not again when it comes back by a little',
      times: ['2026-03-14T17:59', '2026-03-14T18:03', '2026-03-14T17:59', '2026-03-14T18:00'],
      expect: ['2026-03-14T18:03'],
    },
  ])('$title', ({ times, expect: expected }) => {
    expect(dueAt(daily, times)).toEqual(expected)
  })

  test('the change of clocks brings each day one backup', () => {
    const times = Array.from({ length: 4 * 24 * 4 }, (_, quarter) =>
      Temporal.Instant.fromEpochMilliseconds(at('2026-03-27T12:00') + quarter * 15 * 60_000)
        .toString()
        .slice(0, 16),
    )
    const job = { ...daily, schedules: ['daily 02:30'] }
    // 02:30 in Berlin: 01:30 UTC in winter, does not exist on the 29th (03:30 summer time), 00:30 UTC in summer.
    expect(dueAt(job, times, { timeZone: 'Europe/Berlin' })).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:30',
      '2026-03-30T00:30',
      '2026-03-31T00:30',
    ])
  })

  test('a paused job rests, and a schedule that was changed begins now', () => {
    expect(dueAt({ ...daily, isPaused: true }, ['2026-03-14T17:59', '2026-03-14T18:30'])).toEqual([])
    const first = findDueJobs({ jobs: [daily], doneUntil: {}, nowMs: at('2026-03-14T14:00'), timeZone: 'UTC', shareOf: () => 0 })
    const changed = { ...daily, schedules: ['daily 07:00'] }
    const { due, nextAtMs } = findDueJobs({
      jobs: [changed],
      doneUntil: first.doneUntil,
      nowMs: at('2026-03-14T14:01'),
      timeZone: 'UTC',
      shareOf: () => 0,
    })
    expect([due, nextAtMs]).toEqual([[], at('2026-03-15T07:00')])
  })

  test('many computers start one after the other', () => {
    const times = ['2026-03-14T17:59', '2026-03-14T18:00', '2026-03-14T18:01', '2026-03-14T18:02', '2026-03-14T18:03']
    expect(dueAt(daily, times, { share: 0.5 })).toEqual(['2026-03-14T18:02'])
  })
})

describe('trying again', () => {
  test('waits longer each time, half an hour at most', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((failures) => retryDelayMs(failures, 0.5) / 60_000)).toEqual([1, 2, 5, 10, 15, 30, 30])
    expect([1, 2, 3, 9, 40].map((failures) => contactDelayMs(failures, 1) / 1000)).toEqual([1, 2, 4, 256, 300])
    expect(contactDelayMs(1, 0)).toBe(500)
  })

  test.each([
    ['HF-SERVER-UNREACHABLE', 'network', true],
    ['HF-BUSY', 'you', true],
    ['HF-QUOTA-EXCEEDED', 'administrator', false],
    ['HF-SOURCE-MISSING', 'you', false],
  ])('%s of %s: %s', (code, who, expected) => expect(isPassing({ code, who })).toBe(expected))
})
