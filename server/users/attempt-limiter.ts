/**
 * Slows guessing down: so many attempts at once for a key, then one every while. Each key is one number (GCRA: the time at which
 * its allowance is whole again), the number of keys is bounded, and time comes from the injected clock. Why not a package:
 * docs/decisions/0004-own-attempt-limiter.md.
 */
import type { Clock } from '../runtime/clock.ts'

export interface AttemptLimit {
  /** Attempts at once. */
  readonly burst: number
  /** One more after so long. */
  readonly refillMs: number
}

export type Attempt = { readonly kind: 'allowed' } | { readonly kind: 'throttled'; readonly retryAfterMs: number }

export interface AttemptLimiter {
  /** Counts an attempt, unless it is refused. */
  readonly attempt: (key: string) => Attempt
  /** Takes one attempt back: it was good, or never happened. */
  readonly giveBack: (key: string) => void
}

const defaultMaxKeys = 20_000

export function createAttemptLimiter(options: {
  readonly clock: Clock
  readonly limit: AttemptLimit
  readonly maxKeys?: number
}): AttemptLimiter {
  const { clock, limit, maxKeys = defaultMaxKeys } = options
  const wholeAgainAt = new Map<string, number>()
  const leewayMs = (limit.burst - 1) * limit.refillMs

  const remember = (key: string, atMs: number) => {
    // Deleting first moves the key to the end: the front holds those that were quiet longest.
    wholeAgainAt.delete(key)
    if (atMs > clock.now()) wholeAgainAt.set(key, atMs)
    for (const [oldest] of wholeAgainAt) {
      if (wholeAgainAt.size <= maxKeys) break
      wholeAgainAt.delete(oldest)
    }
  }

  return {
    attempt: (key) => {
      const nowMs = clock.now()
      const wholeAt = Math.max(nowMs, wholeAgainAt.get(key) ?? nowMs)
      const retryAfterMs = wholeAt - nowMs - leewayMs
      if (retryAfterMs > 0) return { kind: 'throttled', retryAfterMs }
      remember(key, wholeAt + limit.refillMs)
      return { kind: 'allowed' }
    },
    giveBack: (key) => {
      const wholeAt = wholeAgainAt.get(key)
      if (wholeAt !== undefined) remember(key, wholeAt - limit.refillMs)
    },
  }
}
