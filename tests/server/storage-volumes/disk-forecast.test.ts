/** When a disk will be full. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forecastFull, type UsageDay } from '../../../server/storage-volumes/disk-forecast.ts'

const dayMs = 86_400_000
const GiB = 1024 ** 3
const nowMs = 20_000 * dayMs

/** One reading a day until today. */
function daysOf(usedGiB: readonly number[]): readonly UsageDay[] {
  return usedGiB.map((used, index) => ({ day: 20_000 - usedGiB.length + 1 + index, usedBytes: used * GiB }))
}

describe('the day on which a disk will be full', () => {
  test.each([
    { title: 'with even growth', used: [10, 12, 14, 16, 18], room: 20, days: 10 },
    { title: 'not moved by one large first backup', used: [0, 100, 102, 104, 106, 108, 110], room: 20, days: 10 },
    { title: 'nor by one prune', used: [50, 52, 54, 56, 40, 42, 44, 46, 48, 50, 52], room: 20, days: 10 },
    { title: 'today, where there is no room', used: [10, 12, 14, 16], room: 0, days: 0 },
    { title: 'today, where there is less than none', used: [10, 12, 14, 16], room: -5, days: 0 },
    { title: 'never, where it stays', used: [10, 10, 10, 10, 10], room: 1, days: undefined },
    { title: 'never, where it shrinks', used: [20, 18, 17, 12], room: 1, days: undefined },
    { title: 'no day that nobody will see', used: [10, 10.001, 10.002, 10.003], room: 5000, days: undefined },
  ])('$title', ({ used, room, days }) => {
    const forecast = forecastFull(daysOf(used), { roomBytes: room * GiB, nowMs })
    if (days === undefined) expect(forecast?.fullAtMs).toBeUndefined()
    else expect(Math.round((forecast!.fullAtMs! - nowMs) / dayMs)).toBe(days)
  })

  test.each([{ used: [] }, { used: [5] }, { used: [5, 6, 7] }])('is not guessed from $used', ({ used }) => {
    expect(forecastFull(daysOf(used), { roomBytes: GiB, nowMs })).toBeUndefined()
  })

  test('takes readings in any order, with days missing', () => {
    const days = daysOf([10, 12, 14, 16, 18, 20]).filter((_, index) => index !== 2)
    const expected = forecastFull(days, { roomBytes: 20 * GiB, nowMs })
    expect(forecastFull(days.toReversed(), { roomBytes: 20 * GiB, nowMs })).toEqual(expected)
    expect(expected?.bytesPerDay).toBeCloseTo(2 * GiB)
  })

  test('never lies before now', () => {
    const readings = fc.array(fc.record({ day: fc.integer({ min: 19_900, max: 20_000 }), usedBytes: fc.nat() }))
    fc.assert(
      fc.property(readings, fc.integer({ min: -1000, max: 1_000_000 }), (found, roomBytes) => {
        const days = [...new Map(found.map((reading) => [reading.day, reading])).values()]
        const fullAtMs = forecastFull(days, { roomBytes, nowMs })?.fullAtMs ?? nowMs
        expect(fullAtMs).toBeGreaterThanOrEqual(nowMs)
      }),
    )
  })
})
