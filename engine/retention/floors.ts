/** What stays whatever the rules say: what people look for most, and what a mistake in the rules must not take. Pure. */
import type { KeepReason, RetainedVersion } from './decision.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
const weekMs = 7 * dayMs

export type AddReason<Version> = (version: Version, reason: KeepReason) => void

/**
 * Of the versions of one job, in the order of time. Hours are counted from the epoch: the floors must not depend on a setting, and
 * a time zone is one. A version from the future (the clock went back) is younger than anything.
 */
export function addFloors<Version extends RetainedVersion>(
  versions: readonly Version[],
  nowMs: number,
  add: AddReason<Version>,
): void {
  for (const version of versions) {
    if (version.isPinned) add(version, { kind: 'pinned' })
    const { sharedUntilMs } = version
    if (sharedUntilMs !== undefined && nowMs < sharedUntilMs) add(version, { kind: 'shared', untilMs: sharedUntilMs })
    if (version.isInUse) add(version, { kind: 'in-use' })
    if (nowMs - version.receivedMs < dayMs) add(version, { kind: 'last-day', untilMs: version.receivedMs + dayMs })
  }
  const newestGood = versions.findLast(({ isGood }) => isGood)
  if (newestGood !== undefined) add(newestGood, { kind: 'newest-good' })
  addHours(versions, nowMs, add)
  addUnfinished(versions, newestGood, add)
}

/** The newest good one of each hour; where none was good, the newest. */
function addHours<Version extends RetainedVersion>(versions: readonly Version[], nowMs: number, add: AddReason<Version>): void {
  const hours = new Map<number, Version>()
  for (const version of versions) {
    if (version.isCheckpoint || nowMs - version.receivedMs >= weekMs) continue
    const hour = Math.floor(version.receivedMs / hourMs)
    if (version.isGood || hours.get(hour)?.isGood !== true) hours.set(hour, version)
  }
  for (const version of hours.values()) add(version, { kind: 'hour-of-week', untilMs: version.receivedMs + weekMs })
}

/** While a job has no good version, all its checkpoints; afterwards the newest, as long as nothing good is newer. */
function addUnfinished<Version extends RetainedVersion>(
  versions: readonly Version[],
  newestGood: Version | undefined,
  add: AddReason<Version>,
): void {
  const checkpoints = versions.filter(({ isCheckpoint }) => isCheckpoint)
  if (newestGood === undefined) {
    for (const checkpoint of checkpoints) add(checkpoint, { kind: 'unfinished' })
    return
  }
  const newest = checkpoints.at(-1)
  if (newest !== undefined && versions.indexOf(newest) > versions.indexOf(newestGood)) add(newest, { kind: 'unfinished' })
}
