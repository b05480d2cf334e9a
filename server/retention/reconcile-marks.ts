/**
 * Makes the rows of pins and of the bin what the files say: after a crash between the two, a failed COMMIT, or an index made again
 * from the files. What comes into the bin's table here has its seven days from now: how long it waited before, only the lost row knew.
 */
import type { SnapshotId } from '../../engine/index.ts'
import { snapshotName } from '../commits/snapshot-files.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Id } from '../runtime/ids.ts'
import { recountVersions } from '../snapshots/version-counters-table.ts'
import { byRules, listMarks, readMark } from '../snapshots/version-marks.ts'
import * as table from '../snapshots/version-marks-table.ts'
import { listDeviceVersions } from './device-versions-table.ts'
import type { DeviceVersion } from './retention.ts'
import type { Marking } from './version-bin.ts'

/** Whether rows and files say the same: a look without a lock, for a start over hundreds of computers, of which hardly one differs. */
export async function areMarksNoted(db: Queryable, deviceId: Id<'dev'>, place: RepositoryPlace): Promise<boolean> {
  const marks = await listMarks(place, deviceId)
  if (marks === undefined) return true
  const noted = await table.listMarkedIds(db, deviceId)
  const isSame = (rows: ReadonlySet<SnapshotId>, files: ReadonlyMap<SnapshotId, unknown>) =>
    rows.size === files.size && [...files.keys()].every((id) => rows.has(id))
  return isSame(noted.pin, marks.pin) && isSame(noted.bin, marks.bin)
}

/** Under the repository's lock. Returns how many rows were changed. */
export async function reconcileMarks(tx: Transaction, deviceId: Id<'dev'>, marking: Marking): Promise<number> {
  const marks = await listMarks(marking.place, deviceId)
  // A folder that is not there says nothing about what somebody decided.
  if (marks === undefined) return 0
  const versions = await listDeviceVersions(tx, deviceId)
  const pins = await correct(versions, marks.pin, {
    isNoted: ({ isPinned }) => isPinned,
    note: async (version) => {
      const mark = await readMark(marking.place, snapshotName(version), 'pin')
      await table.putPin(tx, { version: version.id, at: mark?.atMs ?? marking.at, by: mark?.by ?? '' })
    },
    remove: ({ id }) => table.deletePin(tx, id),
  })
  const binned = await correct(versions, marks.bin, {
    isNoted: ({ bin }) => bin !== undefined,
    note: (version) => noteBinned(tx, version, marking),
    remove: ({ id }) => table.deleteFromBin(tx, id),
  })
  if (binned > 0) await recountVersions(tx, deviceId)
  return pins + binned
}

async function correct(
  versions: readonly DeviceVersion[],
  files: ReadonlyMap<SnapshotId, unknown>,
  rows: {
    readonly isNoted: (version: DeviceVersion) => boolean
    readonly note: (version: DeviceVersion) => Promise<void>
    readonly remove: (version: DeviceVersion) => Promise<void>
  },
): Promise<number> {
  const wrong = versions.filter((version) => rows.isNoted(version) !== files.has(version.snapshotId))
  for (const version of wrong) await (rows.isNoted(version) ? rows.remove(version) : rows.note(version))
  return wrong.length
}

async function noteBinned(tx: Transaction, version: DeviceVersion, { place, at, observedMs }: Marking): Promise<void> {
  const mark = await readMark(place, snapshotName(version), 'bin')
  const by = mark?.by ?? ''
  const cause = by === byRules ? 'rules' : 'person'
  await table.putIntoBin(tx, { version: version.id, deviceId: version.deviceId, at: mark?.atMs ?? at, observedMs, cause, by })
}
