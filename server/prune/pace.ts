/** The collector's manners: it lets others have the thread between two steps, and gives way while backups or restores move bytes. */
import { setImmediate as soon, setTimeout as wait } from 'node:timers/promises'
import type { Traffic } from '../traffic/traffic.ts'

const lookEveryMs = 100
/** A box that is busy all day must be collected too. */
const longestPauseMs = 1000

export function paceBeside(traffic: Pick<Traffic, 'isBusy'>, signal: AbortSignal): () => Promise<void> {
  return async () => {
    signal.throwIfAborted()
    await soon()
    for (let waitedMs = 0; traffic.isBusy() && waitedMs < longestPauseMs; waitedMs += lookEveryMs)
      await wait(lookEveryMs, undefined, { signal }).catch(() => {})
    signal.throwIfAborted()
  }
}
