/**
 * A version's ways into the bin and out of it, and its pin. Each is a file first, durable, then the row, in one transaction under the
 * repository's lock: a crash in between leaves a file that `reconcileMarks` makes a row of.
 */
import { existsSync } from 'node:fs'
import { goneSuffix } from '../../engine/index.ts'
import { snapshotName } from '../commits/snapshot-files.ts'
import type { Transaction } from '../database/database.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { byRules, removeMark, writeMark } from '../snapshots/version-marks.ts'
import * as table from '../snapshots/version-marks-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { type DeviceVersion, RetentionError } from './retention.ts'

export interface Marking {
  readonly place: RepositoryPlace
  readonly reached: ReachedPoint
  readonly at: number
  readonly observedMs: number
}

/** `by`: a person's mail address; undefined for the rules. Whoever calls counts the device's versions anew. */
export async function putIntoBin(
  tx: Transaction,
  version: DeviceVersion,
  marking: Marking,
  by: string | undefined,
): Promise<void> {
  const { place, reached, at, observedMs } = marking
  await writeMark(place, snapshotName(version), { kind: 'bin', mark: { atMs: at, by: by ?? byRules }, reached })
  const cause = by === undefined ? 'rules' : 'person'
  await table.putIntoBin(tx, { version: version.id, deviceId: version.deviceId, at, observedMs, cause, by: by ?? byRules })
}

/** Whoever calls counts the device's versions anew. Throws RetentionError `ending`. */
export async function takeOutOfBin(tx: Transaction, version: DeviceVersion, { place, reached }: Marking): Promise<void> {
  demandNotEnding(place, version)
  await removeMark(place, snapshotName(version), { kind: 'bin', reached })
  await table.deleteFromBin(tx, version.id)
}

/** Throws RetentionError `checkpoint`, `ending`. */
export async function putPin(tx: Transaction, version: DeviceVersion, marking: Marking, by: string): Promise<void> {
  const { place, reached, at } = marking
  if (version.isCheckpoint)
    throw new RetentionError('checkpoint', 'This backup is not finished; only finished ones can be pinned.')
  demandNotEnding(place, version)
  await writeMark(place, snapshotName(version), { kind: 'pin', mark: { atMs: at, by }, reached })
  await table.putPin(tx, { version: version.id, at, by })
}

export async function removePin(tx: Transaction, version: DeviceVersion, { place, reached }: Marking): Promise<void> {
  await removeMark(place, snapshotName(version), { kind: 'pin', reached })
  await table.deletePin(tx, version.id)
}

/** A tombstone is the end, row or no row: what stands beside one must not be promised to anybody. */
export function isEnding(place: RepositoryPlace, version: DeviceVersion): boolean {
  return existsSync(place.snapshotFile(snapshotName(version)) + goneSuffix)
}

function demandNotEnding(place: RepositoryPlace, version: DeviceVersion): void {
  if (isEnding(place, version)) throw new RetentionError('ending', 'This version is just being removed for good.')
}
