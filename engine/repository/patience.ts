// How long a program waits for its box: it asks again what a cut line or a restarting box left open, at growing intervals, within a
// bound. Whether asking again makes sense is said by the error.

import { setTimeout as wait } from 'node:timers/promises'
import { RefusedError, StorageError } from '../model/errors.ts'

export interface Patience {
  /** From the first failure on. */
  readonly forMs: number
  readonly now: () => number
  readonly signal?: AbortSignal | undefined
  /** Only these passing failures are waited out; all of them unless told otherwise. */
  readonly isWorthWaiting?: (error: unknown) => boolean
}

const firstPauseMs = 250
const longestPauseMs = 10_000
/** Bytes that arrive changed may do so again; a machine that always changes them must hear of it. */
const damageRetriesMax = 3

/** Statuses of a box, or of a proxy before it, that is there again soon. */
const passingStatuses: readonly number[] = [429, 502, 503, 504]
const lastingCodes: readonly string[] = ['HF-STORAGE-READ-ONLY', 'HF-REBUILD-NEEDED']
const damagedOnTheWay: readonly string[] = ['HF-BODY-LENGTH-MISMATCH', 'HF-PACK-HASH-MISMATCH']

/** Runs `work` until it succeeds, fails for good, or patience ends; then throws its last error. */
export async function patiently<Result>(patience: Patience, work: () => Promise<Result>): Promise<Result> {
  const { forMs, now, signal, isWorthWaiting = () => true } = patience
  let failedFirstMs: number | undefined
  let damages = 0
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      failedFirstMs ??= now()
      if (isDamage(error)) damages += 1
      const isWorthIt = (isPassing(error) && isWorthWaiting(error)) || (isDamage(error) && damages <= damageRetriesMax)
      if (!isWorthIt || now() - failedFirstMs + pauseMs > forMs) throw error
    }
    await wait(pauseMs, undefined, signal ? { signal } : {})
  }
}

export function isPassing(error: unknown): boolean {
  if (error instanceof StorageError) return error.isWorthRetrying
  if (!(error instanceof RefusedError)) return false
  return passingStatuses.includes(error.refusal.status) && !lastingCodes.includes(error.refusal.code)
}

function isDamage(error: unknown): boolean {
  return error instanceof RefusedError && damagedOnTheWay.includes(error.refusal.code)
}
