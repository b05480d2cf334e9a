import { describe, expect, test } from 'vitest'
import { quotaStanding } from '../../../server/subscriptions/quota.ts'
import { nextStartAllowed } from '../../../server/subscriptions/shortest-interval.ts'

describe('how full a plan is', () => {
  const table = [
    { used: 0, quota: 1000, kind: 'roomy', room: 1000 },
    { used: 799, quota: 1000, kind: 'roomy', room: 201 },
    { used: 800, quota: 1000, kind: 'nearly-full', room: 200 },
    { used: 949, quota: 1000, kind: 'nearly-full', room: 51 },
    { used: 950, quota: 1000, kind: 'almost-full', room: 50 },
    { used: 999, quota: 1000, kind: 'almost-full', room: 1 },
    { used: 1000, quota: 1000, kind: 'full', room: 0 },
    { used: 3000, quota: 1000, kind: 'full', room: 0 },
    { used: 0, quota: 0, kind: 'full', room: 0 },
  ]
  test.each(table)('$used of $quota: $kind', ({ used, quota, kind, room }) => {
    expect(quotaStanding(used, quota)).toMatchObject({ kind, roomBytes: room })
  })
})

describe('how soon a schedule may start a job again', () => {
  const minute = 60_000
  const daily = { lastStartedAt: 0, minIntervalMinutes: 24 * 60, startedBy: 'schedule' } as const
  const table = [
    { title: 'twelve hours later', job: { ...daily, nowMs: 12 * 60 * minute }, expect: 21 * 60 * minute },
    { title: 'the moment before', job: { ...daily, nowMs: 21 * 60 * minute - 1 }, expect: 21 * 60 * minute },
    { title: 'an eighth early is in time', job: { ...daily, nowMs: 21 * 60 * minute }, expect: undefined },
    { title: 'by hand', job: { ...daily, startedBy: 'hand', nowMs: minute }, expect: undefined },
    { title: 'never backed up', job: { ...daily, lastStartedAt: undefined, nowMs: minute }, expect: undefined },
    { title: 'a plan without a limit', job: { ...daily, minIntervalMinutes: 0, nowMs: 1 }, expect: undefined },
    { title: 'a last start in the future', job: { ...daily, lastStartedAt: 5 * minute, nowMs: minute }, expect: undefined },
  ] as const
  test.each(table)('$title', ({ job, expect: expected }) => {
    expect(nextStartAllowed(job)).toBe(expected)
  })
})
