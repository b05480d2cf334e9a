/** The manners of verification: it waits while a backup or a restore moves bytes, but not past the time that was promised. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../runtime/clock.ts'
import type { Traffic } from '../traffic/traffic.ts'

/** From then on it works beside them, with a breath between packs. 24 hours are promised. */
export const patienceMs = 12 * 60 * 60 * 1000
const lookEveryMs = 500
const breathMs = 200

export function politePause(options: {
  readonly traffic: Traffic
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly patienceMs?: number
}): (pack: { readonly receivedAt: number }) => Promise<void> {
  const { traffic, clock, signal, patienceMs: patience = patienceMs } = options
  const sleep = (ms: number) => wait(ms, undefined, { signal }).catch(() => {})
  return async ({ receivedAt }) => {
    while (traffic.isBusy() && !signal.aborted) {
      if (clock.now() - receivedAt > patience) return sleep(breathMs)
      await sleep(lookEveryMs)
    }
  }
}
