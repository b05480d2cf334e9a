/** The pure parts: when a copy is due, when it is too old, how much is read back, how fast bytes go, which names are marks. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createByteRate } from '../../../server/copies/byte-rate.ts'
import { type Copy, type CopyFindings, isTooOld, noFindings, tooOldMs } from '../../../server/copies/copy.ts'
import { copyDueAt, copyIntervals } from '../../../server/copies/copy-schedule.ts'
import { findingsText } from '../../../server/copies/copy-words.ts'
import { readAllWithinMs, readBackBudget } from '../../../server/copies/read-back.ts'
import { parseMarkName } from '../../../server/copies/small-files.ts'

const hour = 3_600_000
const day = 24 * hour
const at = (text: string) => new Date(text).getTime()
const ended = (startedAt: number, hasFailed = false) => ({ startedAt, endedAt: startedAt + hour, hasFailed })

describe('when a copy is due', () => {
  test.each([
    {
      title: 'never ran',
      schedule: { everyHours: 24, atHour: 2 },
      last: { startedAt: undefined, endedAt: undefined, hasFailed: false },
      expected: 0,
    },
    {
      title: 'was cut off',
      schedule: { everyHours: 24, atHour: 2 },
      last: { startedAt: 5, endedAt: undefined, hasFailed: false },
      expected: 0,
    },
    {
      title: 'hourly',
      schedule: { everyHours: 1, atHour: undefined },
      last: ended(at('2026-03-14T10:20')),
      expected: at('2026-03-14T11:20'),
    },
    {
      title: 'daily at two',
      schedule: { everyHours: 24, atHour: 2 },
      last: ended(at('2026-03-14T02:00:30')),
      expected: at('2026-03-15T02:00'),
    },
    {
      title: 'daily at two, ran by hand at noon',
      schedule: { everyHours: 24, atHour: 2 },
      last: ended(at('2026-03-14T12:00')),
      expected: at('2026-03-16T02:00'),
    },
    {
      title: 'daily at two, began late',
      schedule: { everyHours: 24, atHour: 2 },
      last: ended(at('2026-03-14T07:00')),
      expected: at('2026-03-15T02:00'),
    },
    {
      title: 'weekly',
      schedule: { everyHours: 168, atHour: 3 },
      last: ended(at('2026-03-14T03:01')),
      expected: at('2026-03-21T03:00'),
    },
    {
      title: 'failed: within the hour',
      schedule: { everyHours: 24, atHour: 2 },
      last: ended(at('2026-03-14T02:00'), true),
      expected: at('2026-03-14T04:00'),
    },
  ] as const)('$title', ({ schedule, last, expected }) => {
    expect(copyDueAt(schedule, last)).toBe(expected)
  })

  test('it always comes, not before six hours of its interval are left, and within two intervals and a day', () => {
    const hours = fc.integer({ min: 0, max: 23 })
    const input = {
      everyHours: fc.constantFrom(...copyIntervals),
      atHour: fc.option(hours, { nil: undefined }),
      startedAt: fc.integer({ min: 1e12, max: 2e12 }),
    }
    fc.assert(
      fc.property(fc.record(input), ({ startedAt, ...schedule }) => {
        const due = copyDueAt(schedule, ended(startedAt))
        expect(due).toBeGreaterThanOrEqual(startedAt + schedule.everyHours * hour - 7 * hour)
        expect(due).toBeLessThanOrEqual(startedAt + schedule.everyHours * hour + day + hour)
      }),
    )
  })
})

describe('when a copy is too old', () => {
  const copy = { schedule: { everyHours: 24, atHour: undefined }, isPaused: false, createdAt: 0 } as Copy
  test.each([
    { title: 'two days at least', everyHours: 1, expected: 2 * day },
    { title: 'three intervals', everyHours: 24, expected: 3 * day },
    { title: 'three weeks', everyHours: 168, expected: 21 * day },
  ] as const)('$title', ({ everyHours, expected }) => {
    expect(tooOldMs({ everyHours, atHour: undefined })).toBe(expected)
  })
  test('a new one has as long for its first run, a paused one is never', () => {
    expect(isTooOld(copy, undefined, 3 * day)).toBe(false)
    expect(isTooOld(copy, undefined, 3 * day + 1)).toBe(true)
    expect(isTooOld(copy, 2 * day, 5 * day)).toBe(false)
    expect(isTooOld({ ...copy, isPaused: true }, undefined, 100 * day)).toBe(false)
  })
})

test('reading back comes around in thirty days, however often a copy runs', () => {
  const TiB = 1024 ** 4
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.constantFrom(TiB, 5e9, 1e6, 0), (hours, bytes) => {
      const runs = Math.ceil(readAllWithinMs / (hours * hour))
      expect(readBackBudget(bytes, hours * hour) * runs).toBeGreaterThanOrEqual(bytes)
      expect(readBackBudget(bytes, hours * hour)).toBeLessThanOrEqual(bytes)
    }),
  )
  expect(readBackBudget(TiB, day)).toBe(Math.ceil(TiB / 30))
  expect(readBackBudget(TiB, -day), 'a clock that went back').toBe(64 * 1024 ** 2)
})

test('bytes go evenly: what was let through is waited for by the next', async () => {
  let nowMs = 0
  const waits: number[] = []
  const wait = async (ms: number) => {
    waits.push(ms)
    nowMs += ms
  }
  const rate = createByteRate({ bytesPerSecond: 1000, monotonicMs: () => nowMs, wait })
  const { signal } = new AbortController()
  for (const bytes of [500, 500, 1000]) await rate.pass(bytes, signal)
  expect(waits).toEqual([500, 500])
  nowMs += 5000
  await rate.pass(10, signal)
  expect(waits).toHaveLength(2)
  await expect(rate.pass(10, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
})

const version = `snapshots/dev_a/000000000007-${'ab'.repeat(32)}`
test.each([
  { name: `${version}.gone`, expected: { suffix: '.gone', version } },
  { name: `${version}.pin`, expected: { suffix: '.pin', version } },
  { name: version, expected: undefined },
  { name: `${version}.new`, expected: undefined },
  { name: 'snapshots/dev_a/letter.pin', expected: undefined },
])('$name', ({ name, expected }) => {
  const parsed = parseMarkName(name)
  if (expected === undefined) expect(parsed).toBeUndefined()
  else expect(parsed).toMatchObject(expected)
})

test.each<{ readonly given: Partial<CopyFindings>; readonly expected: string }>([
  { given: {}, expected: '' },
  { given: { damagedHere: 1 }, expected: '1 file of the box is damaged.' },
  { given: { lostThere: 3, damagedThere: 1 }, expected: '3 files were missing in the copy, 1 file was damaged in the copy.' },
])('findings in words: $expected', ({ given, expected }) => {
  expect(findingsText({ ...noFindings, ...given })).toBe(expected)
})
