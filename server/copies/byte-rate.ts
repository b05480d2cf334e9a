/** Lets bytes through no faster than a limit, evenly: who asks for a piece waits until its turn has come. */
import { setTimeout as timer } from 'node:timers/promises'

export interface ByteRate {
  readonly pass: (bytes: number, signal: AbortSignal) => Promise<void>
}

export interface ByteRateOptions {
  readonly bytesPerSecond: number
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs?: () => number
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export function createByteRate(options: ByteRateOptions): ByteRate {
  const { bytesPerSecond, monotonicMs = () => performance.now(), wait = waitFor } = options
  if (!(bytesPerSecond > 0)) throw new RangeError('a rate is more than nothing')
  /** Until then the line is taken by what was let through before. */
  let freeAtMs = 0
  return {
    pass: async (bytes, signal) => {
      signal.throwIfAborted()
      const nowMs = monotonicMs()
      const startMs = Math.max(nowMs, freeAtMs)
      freeAtMs = startMs + (bytes / bytesPerSecond) * 1000
      if (startMs > nowMs) await wait(startMs - nowMs, signal)
    },
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal })
}
