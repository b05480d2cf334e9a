/**
 * The end of a version, in an order that every crash leaves readable: the tombstone, durable, then the row, then the marks, then the
 * file. From the tombstone on it is decided: a start that finds one beside a row drops the row (commits/adopt-versions.ts), and the
 * next run of retention finishes what an error left.
 */
import { removeSnapshot, snapshotName, writeGone } from '../commits/snapshot-files.ts'
import type { Database, Transaction } from '../database/database.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { dropVersion } from '../snapshots/drop-version.ts'
import { removeMarksOfGone } from '../snapshots/version-marks.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { findDeviceVersion, hasNewerGood } from './device-versions-table.ts'
import type { RepositoryWriting } from './repository-writing.ts'
import type { DeviceVersion } from './retention.ts'

export interface Forgetting {
  readonly database: Database
  readonly write: RepositoryWriting['write']
  readonly place: RepositoryPlace
  readonly reached: ReachedPoint
}

/** False: it may not go any more, or is gone. */
export async function forgetVersion(version: DeviceVersion, forgetting: Forgetting): Promise<boolean> {
  const { database, write, place, reached } = forgetting
  const name = snapshotName(version)
  const isForgotten = await database.transaction(async (tx) => {
    await lockRepository(tx, version.repositoryId)
    const now = await findDeviceVersion(tx, version.id)
    if (now === undefined || !(await mayGo(tx, now))) return false
    await write(() => writeGone(place, name, reached))
    await dropVersion(tx, now.id)
    reached('forget:before-commit')
    return true
  })
  if (!isForgotten) return false
  reached('forget:committed')
  await write(async () => {
    await removeMarksOfGone(place, name)
    reached('forget:marks-unlinked')
    await removeSnapshot(place, name, reached)
  })
  return true
}

/** Asked once more under the lock: somebody may have pinned it, begun a backup with it, or deleted what stood above it. */
async function mayGo(tx: Transaction, version: DeviceVersion): Promise<boolean> {
  if (version.isInUse || version.isPinned) return false
  if (version.bin?.cause === 'person') return true
  if (version.bin === undefined && !version.isCheckpoint) return false
  return hasNewerGood(tx, version)
}
