import type { ExpressionBuilder } from 'kysely'
import { type ChunkId, parseChunkId, parseSnapshotId, type SnapshotId, type Verdict } from '../../engine/index.ts'
import type { Queryable, Tables, Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from './snapshot.ts'

export interface SnapshotRow {
  readonly id: Id<'snap'>
  readonly snapshot_id: Buffer
  readonly repository_id: RepositoryId
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly job_id: JobId
  readonly run_id: Id<'run'> | null
  readonly seq: number
  readonly root: Buffer
  readonly previous: Buffer | null
  readonly server_time_at: number
  readonly started_at: number
  readonly finished_at: number
  readonly taken_at: number
  readonly received_at: number
  readonly verdict: Verdict
  readonly is_checkpoint: number
  readonly files: number
  readonly directories: number
  readonly symlinks: number
  readonly others: number
  readonly source_bytes: number
  readonly skipped: number
  readonly new_files: number
  readonly changed_files: number
  readonly unchanged_files: number
  readonly added_bytes: number
  readonly added_stored_bytes: number
  readonly file_bytes: number
  readonly closure_epoch: number
  readonly catalogue_version: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly snapshots: SnapshotRow
  }
}

export interface NewSnapshot extends Omit<Snapshot, 'job'> {
  readonly runId: Id<'run'> | undefined
  /** Where the catalogue shows this version; undefined when it was not catalogued. */
  readonly catalogueVersion: number | undefined
}

export async function insertSnapshot(transaction: Transaction, snapshot: NewSnapshot): Promise<void> {
  await transaction.insertInto('snapshots').values(snapshotColumns(snapshot)).execute()
}

export function snapshotColumns(snapshot: NewSnapshot): SnapshotRow {
  const { counts } = snapshot
  return {
    id: snapshot.id,
    snapshot_id: Buffer.from(snapshot.snapshotId, 'hex'),
    repository_id: snapshot.repositoryId,
    customer_id: snapshot.customerId,
    device_id: snapshot.deviceId,
    job_id: snapshot.jobId,
    run_id: snapshot.runId ?? null,
    seq: snapshot.seq,
    root: snapshot.root,
    previous: snapshot.previous === undefined ? null : Buffer.from(snapshot.previous, 'hex'),
    server_time_at: snapshot.serverTimeAt,
    started_at: snapshot.startedAt,
    finished_at: snapshot.finishedAt,
    taken_at: snapshot.takenAt,
    received_at: snapshot.receivedAt,
    verdict: snapshot.verdict,
    is_checkpoint: snapshot.isCheckpoint ? 1 : 0,
    files: counts.files,
    directories: counts.directories,
    symlinks: counts.symlinks,
    others: counts.others,
    source_bytes: counts.bytes,
    skipped: counts.skipped,
    new_files: counts.newFiles,
    changed_files: counts.changedFiles,
    unchanged_files: counts.unchangedFiles,
    added_bytes: counts.addedBytes,
    added_stored_bytes: counts.addedStoredBytes,
    file_bytes: snapshot.fileBytes,
    closure_epoch: snapshot.closureEpoch,
    catalogue_version: snapshot.catalogueVersion ?? null,
  }
}

export async function findSnapshot(db: Queryable, id: Id<'snap'>): Promise<Snapshot | undefined> {
  const row = await selectSnapshots(db).where('snapshots.id', '=', id).executeTakeFirst()
  return row && toSnapshot(row)
}

export async function findSnapshotByFile(
  db: Queryable,
  wanted: { readonly repositoryId: RepositoryId; readonly snapshotId: SnapshotId },
): Promise<Snapshot | undefined> {
  const row = await selectSnapshots(db)
    .where('snapshots.snapshot_id', '=', Buffer.from(wanted.snapshotId, 'hex'))
    .where('snapshots.repository_id', '=', wanted.repositoryId)
    .executeTakeFirst()
  return row && toSnapshot(row)
}

export async function findSnapshotsByIds(db: Queryable, ids: readonly Id<'snap'>[]): Promise<readonly Snapshot[]> {
  if (ids.length === 0) return []
  return (await selectSnapshots(db).where('snapshots.id', 'in', ids).execute()).map(toSnapshot)
}

/** Newest first; what is in the bin is left out. */
export async function listSnapshotsOfDevice(
  db: Queryable,
  page: { readonly deviceId: Id<'dev'>; readonly beforeSeq: number | undefined; readonly limit: number },
): Promise<readonly Snapshot[]> {
  let query = selectSnapshots(db).where('snapshots.device_id', '=', page.deviceId).where(isOutsideBin)
  if (page.beforeSeq !== undefined) query = query.where('snapshots.seq', '<', page.beforeSeq)
  return (await query.orderBy('snapshots.seq', 'desc').limit(page.limit).execute()).map(toSnapshot)
}

/** The version of the same job before or after this one; checkpoints are none, nor is what is in the bin. */
export async function findNeighbour(
  db: Queryable,
  snapshot: Pick<Snapshot, 'jobId' | 'seq'>,
  side: 'earlier' | 'later',
): Promise<Id<'snap'> | undefined> {
  const isEarlier = side === 'earlier'
  const row = await db
    .selectFrom('snapshots')
    .select('id')
    .where('job_id', '=', snapshot.jobId)
    .where('seq', isEarlier ? '<' : '>', snapshot.seq)
    .where('is_checkpoint', '=', 0)
    .where(isOutsideBin)
    .orderBy('seq', isEarlier ? 'desc' : 'asc')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

/** In the order of their ids: a stable walk over all of a repository. */
export async function listSnapshotsOfRepository(
  db: Queryable,
  page: { readonly repositoryId: RepositoryId; readonly after: string; readonly limit: number },
): Promise<readonly Snapshot[]> {
  const rows = await selectSnapshots(db)
    .where('snapshots.repository_id', '=', page.repositoryId)
    .where('snapshots.id', '>', page.after as Id<'snap'>)
    .orderBy('snapshots.id')
    .limit(page.limit)
    .execute()
  return rows.map(toSnapshot)
}

export async function listCheckpoints(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly jobId: JobId; readonly runId: Id<'run'> | undefined },
): Promise<readonly Snapshot[]> {
  let query = selectSnapshots(db)
    .where('snapshots.device_id', '=', of.deviceId)
    .where('snapshots.job_id', '=', of.jobId)
    .where('is_checkpoint', '=', 1)
  if (of.runId !== undefined) query = query.where('run_id', '=', of.runId)
  return (await query.orderBy('snapshots.seq').limit(maxCheckpointsOfJob).execute()).map(toSnapshot)
}

/** Each run leaves at most one; a job that is cut off more often than this keeps the rest until its next good version. */
const maxCheckpointsOfJob = 1000

/** The files' ids of all of a device's versions: what a folder's names are compared with. */
export async function listSnapshotIdsOfDevice(db: Queryable, deviceId: Id<'dev'>): Promise<ReadonlySet<SnapshotId>> {
  const rows = await db.selectFrom('snapshots').select('snapshot_id').where('device_id', '=', deviceId).execute()
  return new Set(rows.map((row) => parseSnapshotId(row.snapshot_id.toString('hex'))))
}

export async function deleteSnapshot(transaction: Transaction, id: Id<'snap'>): Promise<void> {
  await transaction.deleteFrom('snapshots').where('id', '=', id).execute()
}

export interface CataloguedSnapshot {
  readonly id: Id<'snap'>
  readonly snapshotId: SnapshotId
  readonly jobId: JobId
  readonly seq: number
  readonly catalogueVersion: number
  readonly takenAt: number
  readonly receivedAt: number
}

/** The live versions that the catalogue of some jobs shows, oldest first: what a row's interval is said in. */
export async function listCatalogued(
  db: Queryable,
  page: { readonly jobIds: readonly JobId[]; readonly limit: number },
): Promise<readonly CataloguedSnapshot[]> {
  if (page.jobIds.length === 0) return []
  const rows = await db
    .selectFrom('snapshots')
    .select(['id', 'snapshot_id', 'job_id', 'seq', 'catalogue_version', 'taken_at', 'received_at'])
    .where('job_id', 'in', page.jobIds)
    .where('catalogue_version', 'is not', null)
    .where(isOutsideBin)
    .orderBy('job_id')
    .orderBy('catalogue_version', 'desc')
    .limit(page.limit)
    .execute()
  return rows
    .map((row) => ({
      id: row.id,
      snapshotId: parseSnapshotId(row.snapshot_id.toString('hex')),
      jobId: row.job_id,
      seq: row.seq,
      catalogueVersion: row.catalogue_version ?? 0,
      takenAt: row.taken_at,
      receivedAt: row.received_at,
    }))
    .reverse()
}

export interface SnapshotTies {
  readonly deviceId: Id<'dev'>
  readonly jobId: JobId
  readonly runId: Id<'run'> | undefined
  readonly isCatalogued: boolean
  /** In the numbers that lists show: no checkpoint, not in the bin. */
  readonly isCounted: boolean
}

/** What else a version's row is tied to. */
export async function findSnapshotTies(db: Queryable, id: Id<'snap'>): Promise<SnapshotTies | undefined> {
  const row = await db
    .selectFrom('snapshots')
    .leftJoin('version_bin', 'version_bin.snapshot', 'snapshots.id')
    .select(['snapshots.device_id', 'job_id', 'run_id', 'catalogue_version', 'is_checkpoint', 'version_bin.at as binned_at'])
    .where('snapshots.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    deviceId: row.device_id,
    jobId: row.job_id,
    runId: row.run_id ?? undefined,
    isCatalogued: row.catalogue_version !== null,
    isCounted: row.is_checkpoint === 0 && row.binned_at === null,
  }
}

/** The numbers under which the catalogue of a job shows its versions, those in the bin too; ascending. */
export async function listCatalogueNumbers(db: Queryable, jobId: JobId): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('snapshots')
    .select('catalogue_version')
    .where('job_id', '=', jobId)
    .where('catalogue_version', 'is not', null)
    .orderBy('catalogue_version')
    .execute()
  return rows.flatMap((row) => row.catalogue_version ?? [])
}

export function isOutsideBin({ exists, not, selectFrom }: ExpressionBuilder<Tables, 'snapshots'>) {
  return not(exists(selectFrom('version_bin').select('snapshot').whereRef('version_bin.snapshot', '=', 'snapshots.id')))
}

function selectSnapshots(db: Queryable) {
  return db
    .selectFrom('snapshots')
    .innerJoin('jobs', 'jobs.id', 'snapshots.job_id')
    .selectAll('snapshots')
    .select('jobs.name as job_name')
}

function toSnapshot(row: SnapshotRow & { readonly job_name: string }): Snapshot {
  return {
    id: row.id,
    snapshotId: parseSnapshotId(row.snapshot_id.toString('hex')),
    repositoryId: row.repository_id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    jobId: row.job_id,
    job: row.job_name,
    seq: row.seq,
    root: toRoot(row.root),
    previous: row.previous === null ? undefined : parseSnapshotId(row.previous.toString('hex')),
    serverTimeAt: row.server_time_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    takenAt: row.taken_at,
    receivedAt: row.received_at,
    verdict: row.verdict,
    isCheckpoint: row.is_checkpoint === 1,
    counts: {
      files: row.files,
      directories: row.directories,
      symlinks: row.symlinks,
      others: row.others,
      bytes: row.source_bytes,
      skipped: row.skipped,
      newFiles: row.new_files,
      changedFiles: row.changed_files,
      unchangedFiles: row.unchanged_files,
      addedBytes: row.added_bytes,
      addedStoredBytes: row.added_stored_bytes,
    },
    fileBytes: row.file_bytes,
    closureEpoch: row.closure_epoch,
  }
}

function toRoot(bytes: Buffer): ChunkId {
  return parseChunkId(bytes)
}
