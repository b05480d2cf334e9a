/** Milliseconds since the epoch, UTC. The clock is injected everywhere: retention, licences and tests move it. */
export type Clock = { readonly now: () => number }

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is moved. */
export function movableClock(startMs: number): Clock & { readonly advance: (byMs: number) => void } {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance: (byMs) => {
      nowMs += byMs
    },
  }
}
