/**
 * What deleting a computer, or a whole plan, would free: the bytes that nothing else needs, pinned versions and the bin included.
 * Counted once a night by a walk like the collector's; what was sent since is added whole, as nobody knows yet what of it is shared.
 */
import type { Id } from '../runtime/ids.ts'

export type YieldOf = Id<'sub'> | Id<'dev'>

export interface CountedYield {
  readonly objectId: YieldOf
  readonly freedBytes: number
  /** What it had sent when that was counted. */
  readonly sentBytes: number
  readonly countedAt: number
}

export interface DeletionYield {
  readonly bytes: number
  readonly countedAt: number
}

export function yieldNow(counted: CountedYield | undefined, sentBytes: number): DeletionYield | undefined {
  if (counted === undefined) return undefined
  const { freedBytes, countedAt } = counted
  return { bytes: freedBytes + Math.max(0, sentBytes - counted.sentBytes), countedAt }
}
