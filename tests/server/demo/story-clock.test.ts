import { expect, test } from 'vitest'
import { storyClock } from '../../../server/demo/story-clock.ts'
import { movableClock } from '../../../server/runtime/clock.ts'

const noon = Date.UTC(2026, 2, 14, 12)
const hourMs = 3_600_000

test('a story’s clock goes on from where it was put, never back, and never beyond the true time', () => {
  const real = movableClock(noon)
  const clock = storyClock(real, 'UTC')
  clock.goTo({ daysAgo: 30, hour: 8 })
  expect(clock.now()).toBe(Date.UTC(2026, 1, 12, 8))
  real.advance(hourMs)
  expect(clock.now()).toBe(Date.UTC(2026, 1, 12, 9))
  clock.goTo({ daysAgo: 30, hour: 8, minute: 30 })
  expect(clock.now()).toBe(Date.UTC(2026, 1, 12, 9))
  clock.goTo({ daysAgo: 0, hour: 18 })
  expect(clock.now()).toBe(noon + hourMs)
})

test('a story knows the working days of its own time zone', () => {
  // Saturday evening in London is Sunday morning in Auckland.
  const saturday = movableClock(Date.UTC(2026, 2, 14, 20))
  const workdays = (timeZone: string) => [0, 1, 2].map(storyClock(saturday, timeZone).isWorkday)
  expect(workdays('Europe/London')).toEqual([false, true, true])
  expect(workdays('Pacific/Auckland')).toEqual([false, false, true])
})
