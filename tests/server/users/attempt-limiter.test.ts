import { describe, expect, test } from 'vitest'
import { movableClock } from '../../../server/runtime/clock.ts'
import { createAttemptLimiter } from '../../../server/users/attempt-limiter.ts'

const limit = { burst: 3, refillMs: 1000 }

function openLimiter(maxKeys?: number) {
  const clock = movableClock(1_000_000)
  const limiter = createAttemptLimiter({ clock, limit, ...(maxKeys === undefined ? {} : { maxKeys }) })
  return {
    clock,
    ...limiter,
    kinds: (key: string, count: number) => Array.from({ length: count }, () => limiter.attempt(key).kind),
  }
}

describe('the limiter of attempts', () => {
  test('lets the burst through, then one per refill', () => {
    const { clock, attempt, kinds } = openLimiter()
    expect(kinds('a', 4)).toEqual(['allowed', 'allowed', 'allowed', 'throttled'])
    expect(attempt('a')).toEqual({ kind: 'throttled', retryAfterMs: 1000 })
    clock.advance(999)
    expect(attempt('a')).toEqual({ kind: 'throttled', retryAfterMs: 1 })
    clock.advance(1)
    expect(kinds('a', 2)).toEqual(['allowed', 'throttled'])
  })

  test('a refused attempt does not make the wait longer', () => {
    const { clock, attempt, kinds } = openLimiter()
    kinds('a', 1000)
    clock.advance(1000)
    expect(attempt('a').kind).toBe('allowed')
  })

  test('is whole again after a rest, and never more than whole', () => {
    const { clock, kinds } = openLimiter()
    kinds('a', 4)
    clock.advance(3_600_000)
    expect(kinds('a', 4)).toEqual(['allowed', 'allowed', 'allowed', 'throttled'])
  })

  test('gives back one attempt, never more than was taken', () => {
    const { giveBack, kinds } = openLimiter()
    kinds('a', 3)
    giveBack('a')
    expect(kinds('a', 2)).toEqual(['allowed', 'throttled'])
    for (let count = 0; count < 100; count += 1) giveBack('a')
    expect(kinds('a', 4)).toEqual(['allowed', 'allowed', 'allowed', 'throttled'])
  })

  test('keeps keys apart', () => {
    const { kinds } = openLimiter()
    kinds('a', 4)
    expect(kinds('b', 1)).toEqual(['allowed'])
  })

  test('remembers so many keys: the one that was quiet longest is forgotten first', () => {
    const { kinds } = openLimiter(2)
    kinds('a', 4)
    kinds('b', 4)
    kinds('c', 3)
    expect(kinds('b', 1)).toEqual(['throttled'])
    expect(kinds('a', 1)).toEqual(['allowed'])
  })

  test('a clock that goes back locks nobody out for longer than a burst', () => {
    const { clock, attempt, kinds } = openLimiter()
    clock.advance(500)
    kinds('a', 4)
    clock.advance(-500)
    expect(attempt('a')).toEqual({ kind: 'throttled', retryAfterMs: 1500 })
  })
})
