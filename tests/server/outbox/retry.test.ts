import { describe, expect, test } from 'vitest'
import { maxAttempts, nextAttemptAt } from '../../../server/outbox/retry.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const createdAt = Date.UTC(2026, 2, 14)

describe('the next attempt', () => {
  test.each([
    { title: 'a minute after the first', attempts: 1, afterMs: 0, waitsMs: minuteMs },
    { title: 'twice as long each time', attempts: 4, afterMs: hourMs, waitsMs: 8 * minuteMs },
    { title: 'an hour at most', attempts: 20, afterMs: 20 * hourMs, waitsMs: hourMs },
    { title: 'until two days have passed', attempts: 50, afterMs: 47 * hourMs, waitsMs: undefined },
    { title: 'and not for ever in a moment', attempts: maxAttempts, afterMs: hourMs, waitsMs: undefined },
  ])('$title', ({ attempts, afterMs, waitsMs }) => {
    const nowMs = createdAt + afterMs
    expect(nextAttemptAt({ attempts, createdAt, nowMs })).toBe(waitsMs === undefined ? undefined : nowMs + waitsMs)
  })

  test('two days are reached long before the last attempt', () => {
    let nowMs = createdAt
    let attempts = 0
    for (let next: number | undefined = createdAt; next !== undefined; next = nextAttemptAt({ attempts, createdAt, nowMs })) {
      nowMs = next
      attempts += 1
    }
    expect(nowMs - createdAt).toBeGreaterThan(46 * hourMs)
    expect(attempts).toBeLessThan(maxAttempts)
  })
})
