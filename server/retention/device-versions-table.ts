import { parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { isOutsideBin } from '../snapshots/snapshots-table.ts'
import type { DeviceVersion } from './retention.ts'

/** More than a version every five minutes for a year; of what lies beyond, nothing is decided until the newer part has shrunk. */
const maxVersionsDecided = 150_000

/** Everything that rules must know of a device's versions, those in the bin too. Newest first. */
export async function listDeviceVersions(db: Queryable, deviceId: Id<'dev'>): Promise<readonly DeviceVersion[]> {
  const inUse = await listInUse(db, deviceId)
  const rows = await selectVersions(db)
    .where('snapshots.device_id', '=', deviceId)
    .orderBy('snapshots.seq', 'desc')
    .limit(maxVersionsDecided)
    .execute()
  return rows.map((row) => toVersion(row, inUse))
}

export async function findDeviceVersion(db: Queryable, id: Id<'snap'>): Promise<DeviceVersion | undefined> {
  const row = await selectVersions(db).where('snapshots.id', '=', id).executeTakeFirst()
  return row && toVersion(row, await listInUse(db, row.device_id))
}

/** Whether a newer good version of the same job is there, outside the bin. */
export async function hasNewerGood(db: Queryable, version: Pick<DeviceVersion, 'jobId' | 'seq'>): Promise<boolean> {
  const row = await db
    .selectFrom('snapshots')
    .select('id')
    .where('job_id', '=', version.jobId)
    .where('seq', '>', version.seq)
    .where('is_checkpoint', '=', 0)
    .where('verdict', '!=', 'failed')
    .where(isOutsideBin)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

interface InUse {
  /** Until when links lead to versions; those that have ended are among them. */
  readonly sharedUntil: ReadonlyMap<Id<'snap'>, number>
  readonly parents: ReadonlySet<SnapshotId>
  readonly runs: ReadonlySet<Id<'run'>>
  readonly restored: ReadonlySet<Id<'snap'>>
}

/** What running backups compare with, and the runs themselves: their checkpoints; and what computers shall get back, or are getting. */
async function listInUse(db: Queryable, deviceId: Id<'dev'>): Promise<InUse> {
  const rows = await db
    .selectFrom('backup_sessions')
    .select(['parent_id', 'run_id'])
    .where('device_id', '=', deviceId)
    .where('state', '=', 'open')
    .execute()
  const parents = rows.flatMap((row) => (row.parent_id === null ? [] : [parseSnapshotId(row.parent_id.toString('hex'))]))
  const restores = db.selectFrom('restore_orders').select('snapshot').distinct()
  const restored = await restores.where('source_device_id', '=', deviceId).where('state', '=', 'open').execute()
  return {
    sharedUntil: await listShared(db, deviceId),
    parents: new Set(parents),
    runs: new Set(rows.map((row) => row.run_id)),
    restored: new Set(restored.map(({ snapshot }) => snapshot)),
  }
}

/** Whoever withdraws a link, or has used it up, holds nothing by it any more. */
async function listShared(db: Queryable, deviceId: Id<'dev'>): Promise<ReadonlyMap<Id<'snap'>, number>> {
  const rows = await db
    .selectFrom('shares')
    .innerJoin('snapshots', 'snapshots.id', 'shares.snapshot')
    .select(['snapshots.id', ({ fn }) => fn.max<number>('shares.expires_at').as('until')])
    .where('snapshots.device_id', '=', deviceId)
    .where('shares.revoked_at', 'is', null)
    .where(({ or, eb, ref }) =>
      or([eb('shares.downloads_max', 'is', null), eb('shares.downloads', '<', ref('shares.downloads_max'))]),
    )
    .groupBy('snapshots.id')
    .execute()
  return new Map(rows.map(({ id, until }) => [id, until]))
}

function selectVersions(db: Queryable) {
  return db
    .selectFrom('snapshots')
    .innerJoin('jobs', 'jobs.id', 'snapshots.job_id')
    .leftJoin('version_pins', 'version_pins.snapshot', 'snapshots.id')
    .leftJoin('version_bin', 'version_bin.snapshot', 'snapshots.id')
    .select(['snapshots.id', 'snapshots.snapshot_id', 'snapshots.repository_id', 'snapshots.device_id', 'snapshots.job_id'])
    .select(['snapshots.run_id', 'snapshots.seq', 'snapshots.received_at', 'snapshots.verdict', 'snapshots.is_checkpoint'])
    .select(['jobs.name as job_name', 'version_pins.at as pinned_at'])
    .select(['version_bin.at as binned_at', 'version_bin.observed_ms as binned_observed_ms', 'version_bin.cause as bin_cause'])
}

type SelectedVersion = Awaited<ReturnType<ReturnType<typeof selectVersions>['execute']>>[number]

function toVersion(row: SelectedVersion, inUse: InUse): DeviceVersion {
  const snapshotId = parseSnapshotId(row.snapshot_id.toString('hex'))
  const isCheckpoint = row.is_checkpoint === 1
  const isOfRun = isCheckpoint && row.run_id !== null && inUse.runs.has(row.run_id)
  return {
    id: row.id,
    snapshotId,
    repositoryId: row.repository_id,
    deviceId: row.device_id,
    device: row.device_id,
    jobId: row.job_id,
    job: row.job_name,
    seq: row.seq,
    // What a computer says about its time decides nothing until versions can be delivered late (the spool).
    takenMs: row.received_at,
    receivedMs: row.received_at,
    isGood: row.verdict !== 'failed' && !isCheckpoint,
    isCheckpoint,
    isPinned: row.pinned_at !== null,
    sharedUntilMs: inUse.sharedUntil.get(row.id),
    isInUse: isOfRun || inUse.parents.has(snapshotId) || inUse.restored.has(row.id),
    bin:
      row.binned_at === null || row.binned_observed_ms === null || row.bin_cause === null
        ? undefined
        : { at: row.binned_at, observedMs: row.binned_observed_ms, cause: row.bin_cause },
  }
}
