/** What a restore counts, over all its attempts. What is back is found the same by the next attempt, and is not counted twice. */
import type { RestoreResult, RevertResult } from '../../engine/index.ts'
import type { RestoreCounter, RestoreCounters } from '../../selection/restore-order.ts'

/** Each attempt does these anew; of the others, the last attempt says how it stands. */
const done = [
  'files',
  'folders',
  'bytes',
  'replaced',
  'beside',
  'verifiedFiles',
  'verifiedBytes',
  'removed',
  'elapsedMs',
] as const satisfies readonly RestoreCounter[]

/** Of one attempt; who begins it counts the attempts. */
export function countersOf(result: RestoreResult | RevertResult): RestoreCounters {
  const reverted = 'removed' in result ? result : undefined
  return {
    files: result.files + result.symlinks + result.others,
    folders: result.directories,
    bytes: result.bytes,
    replaced: result.replaced,
    same: result.unchanged,
    kept: result.keptCount,
    beside: result.besideCount,
    failed: result.failedCount,
    notSet: result.notSetCount,
    sockets: result.sockets,
    verifiedFiles: result.verified?.files ?? 0,
    verifiedBytes: result.verified?.bytes ?? 0,
    removed: reverted?.removed ?? 0,
    left: reverted?.leftCount ?? 0,
    elapsedMs: Math.round(result.elapsedMs),
    attempts: 0,
  }
}

export function addAttempt(earlier: RestoreCounters, last: RestoreCounters): RestoreCounters {
  const sums = Object.fromEntries(done.map((name) => [name, earlier[name] + last[name]]))
  return { ...last, ...sums, same: Math.max(0, last.same - earlier.files), attempts: earlier.attempts + last.attempts }
}
