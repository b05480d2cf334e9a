/** When something is tried again, and when nobody waits for it any longer. Pure. */

const minuteMs = 60_000
const firstDelayMs = minuteMs
const longestDelayMs = 60 * minuteMs
/** What nobody took for two days is no news any more, and a link in it does not open. */
export const patienceMs = 48 * 60 * minuteMs
export const maxAttempts = 60

/** Twice as long each time, up to an hour. Undefined: given up. `attempts`: how many there were, this one too. */
export function nextAttemptAt(item: {
  readonly attempts: number
  readonly createdAt: number
  readonly nowMs: number
}): number | undefined {
  const { attempts, createdAt, nowMs } = item
  const at = nowMs + Math.min(firstDelayMs * 2 ** Math.min(attempts - 1, 10), longestDelayMs)
  return attempts >= maxAttempts || at >= createdAt + patienceMs ? undefined : at
}

/** An outage that lasts so long, somebody should hear of. */
export const stuckAfterMs = 60 * minuteMs

const dayMs = 24 * 60 * minuteMs
/** How long the list remembers; the same key is one item as long as it does. */
export const sentKeptMs = 30 * dayMs
export const givenUpKeptMs = 60 * dayMs
