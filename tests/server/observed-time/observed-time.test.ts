/** Which readings of the clock are a jump, and when one is over. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  agreementMs,
  confirmedReading,
  firstReading,
  maxTickMs,
  nextReading,
  type ObservedTime,
  readingAtStart,
} from '../../../server/observed-time/observed-time.ts'

const start = Date.UTC(2026, 2, 14)
const minute = 60_000
const hour = 60 * minute

/** Ticks at the given distances by the clock. */
function ticked(steps: readonly number[], from: ObservedTime = firstReading(start)): ObservedTime {
  return steps.reduce((reading, step) => nextReading(reading, reading.tickedAt + step), from)
}

const minutes = (count: number) => Array.from({ length: count }, () => minute)

describe('observed time', () => {
  test.each([
    { title: 'counts the minutes', steps: minutes(10), observedMs: 10 * minute },
    { title: 'counts two minutes of a longer pause', steps: [30 * minute], observedMs: 2 * minute },
    { title: 'never goes back', steps: [-30 * minute], observedMs: 0 },
  ])('$title', ({ steps, observedMs }) => {
    expect(ticked(steps).observedMs).toBe(observedMs)
  })

  test('rises by at most two minutes a tick, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -400 * hour, max: 400 * hour }), { maxLength: 50 }), (steps) => {
        const { observedMs } = ticked(steps)
        expect(observedMs).toBeGreaterThanOrEqual(0)
        expect(observedMs).toBeLessThanOrEqual(steps.length * maxTickMs)
      }),
    )
  })
})

describe('a jump', () => {
  test.each([
    { title: 'even minutes', steps: minutes(3000), isJump: false },
    { title: 'a machine that was busy for fifty minutes', steps: [minute, 50 * minute, minute], isJump: false },
    { title: 'seconds back, by a time server', steps: [minute, -20_000, minute], isJump: false },
    { title: 'five minutes back', steps: [minute, -5 * minute], isJump: true },
    { title: 'two hours on', steps: [minute, 2 * hour], isJump: true },
    { title: 'half an hour on, three times', steps: [30 * minute, 30 * minute, 30 * minute], isJump: true },
    { title: 'back by little steps', steps: Array.from({ length: 40 }, () => -100_000), isJump: true },
    { title: 'late ticks of many days', steps: Array.from({ length: 5000 }, () => 121_000), isJump: false },
  ])('$title: $isJump', ({ steps, isJump }) => {
    expect(ticked(steps).jump !== undefined).toBe(isJump)
  })

  const jumped = ticked([minute, 5 * hour])

  test('says what the clock would have shown', () => {
    expect(jumped.jump).toEqual({ noticedAt: start + minute + 5 * hour, expectedAt: start + 3 * minute })
  })

  test('is over after an hour of agreement, not before', () => {
    const count = agreementMs / minute
    expect(ticked(minutes(count - 1), jumped).jump).toBeDefined()
    expect(ticked(minutes(count), jumped).jump).toBeUndefined()
  })

  test('begins its hour anew when the clock jumps again', () => {
    const again = ticked([...minutes(50), 3 * hour, ...minutes(50)], jumped)
    expect(again.jump).toBeDefined()
  })

  test('is over when somebody confirms the clock', () => {
    const confirmed = confirmedReading(jumped, jumped.tickedAt)
    expect(ticked(minutes(100), confirmed).jump).toBeUndefined()
  })
})

describe('a start', () => {
  const before = ticked(minutes(5))

  test('after a month off is no jump, and the month is not observed', () => {
    const started = readingAtStart(before, before.tickedAt + 30 * 24 * hour)
    expect(ticked(minutes(5), started)).toMatchObject({ jump: undefined, observedMs: 10 * minute })
  })

  test('with a clock that went back is one', () => {
    expect(readingAtStart(before, before.tickedAt - hour).jump).toBeDefined()
  })

  test('does not settle a jump that was there', () => {
    const jumped = ticked([5 * hour])
    expect(readingAtStart(jumped, jumped.tickedAt + minute).jump).toBeDefined()
  })
})
