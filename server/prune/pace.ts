/**
 * The collector's manners: it lets others have the thread between two steps, and while backups or restores move bytes it works a fifth
 * of the time. It never stops for them: a box that is busy all day must be collected too.
 */
import { performance } from 'node:perf_hooks'
import { setImmediate as soon, setTimeout as wait } from 'node:timers/promises'
import type { Traffic } from '../traffic/traffic.ts'

/** Pause for each millisecond of work beside others. */
const pauseShare = 4
const shortestPauseMs = 5
const longestPauseMs = 1000

export function paceBeside(traffic: Pick<Traffic, 'isBusy'>, signal: AbortSignal): () => Promise<void> {
  let workedSince = performance.now()
  return async () => {
    signal.throwIfAborted()
    await soon()
    if (traffic.isBusy()) {
      const pauseMs = (performance.now() - workedSince) * pauseShare
      await wait(Math.min(longestPauseMs, Math.max(shortestPauseMs, pauseMs)), undefined, { signal }).catch(() => {})
    }
    workedSince = performance.now()
    signal.throwIfAborted()
  }
}
