/**
 * Versions: written inside the commit's transaction, listed for pages, API and agents. Every answer names its customer: routes
 * treat another's version as absent.
 */
import type { SnapshotBody, SnapshotEnvelope, SnapshotId } from '../../engine/index.ts'
import type { Database, Queryable, Transaction } from '../database/database.ts'
import { countVersion } from '../devices/devices-table.ts'
import { findJob, findOrCreateJob, setNewestVersion } from '../jobs/jobs-table.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import { restate } from '../standings/standings-table.ts'
import { dropVersion } from './drop-version.ts'
import { isGood, publicSnapshotId, type Snapshot } from './snapshot.ts'
import * as table from './snapshots-table.ts'

export interface CommittedVersion {
  readonly snapshotId: SnapshotId
  readonly envelope: SnapshotEnvelope
  readonly body: SnapshotBody
  readonly repositoryId: RepositoryId
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly runId: Id<'run'> | undefined
  readonly receivedAt: number
  readonly fileBytes: number
  readonly closureEpoch: number
  /** What `catalogue.stage` gave. */
  readonly catalogueVersion: number | undefined
}

export interface SnapshotsService {
  /**
   * In the commit's transaction: the row, the counters of the device, and the end of the checkpoints that it replaces (the rows of
   * `listReplaced`, which the answer repeats: their files go after the COMMIT).
   */
  readonly insert: (
    transaction: Transaction,
    version: CommittedVersion,
  ) => Promise<{ readonly version: Snapshot; readonly replaced: readonly Snapshot[] }>
  /** The checkpoints that a version of this kind will replace: the run's own; all of the job's, when the job gets a good version. */
  readonly listReplaced: (db: Queryable, version: ReplacingVersion) => Promise<readonly Snapshot[]>
  /** A live version of this repository by its file's id. */
  readonly findLive: (
    db: Queryable,
    wanted: { readonly repositoryId: RepositoryId; readonly snapshotId: SnapshotId },
  ) => Promise<Snapshot | undefined>
  /** Whoever it belongs to: the caller compares the customer. */
  readonly find: (id: Id<'snap'>) => Promise<Snapshot | undefined>
  readonly findByIds: (ids: readonly Id<'snap'>[]) => Promise<readonly Snapshot[]>
  readonly findNeighbours: (snapshot: Pick<Snapshot, 'jobId' | 'seq'>) => Promise<{
    readonly earlier: Id<'snap'> | undefined
    readonly later: Id<'snap'> | undefined
  }>
  /** Newest first, checkpoints among them. */
  readonly listOfDevice: (page: {
    readonly deviceId: Id<'dev'>
    readonly beforeSeq: number | undefined
    readonly limit: number
  }) => Promise<readonly Snapshot[]>
}

export type ReplacingVersion = Pick<CommittedVersion, 'deviceId' | 'runId' | 'body'>

export function createSnapshotsService({ database }: { readonly database: Database }): SnapshotsService {
  const { kysely } = database

  const listReplaced: SnapshotsService['listReplaced'] = async (db, { deviceId, runId, body }) => {
    const job = await findJob(db, deviceId, body.job)
    if (job === undefined) return []
    if (isGood(body)) return table.listCheckpoints(db, { deviceId, jobId: job.jobId, runId: undefined })
    return runId === undefined ? [] : table.listCheckpoints(db, { deviceId, jobId: job.jobId, runId })
  }

  return {
    listReplaced,
    insert: async (transaction, committed) => {
      const { deviceId, body, receivedAt } = committed
      const { jobId } = await findOrCreateJob(transaction, deviceId, body.job, receivedAt)
      const replaced = await listReplaced(transaction, committed)
      for (const checkpoint of replaced) await dropVersion(transaction, checkpoint.id)
      const version = { ...toVersion(committed), jobId, job: body.job }
      const { runId, catalogueVersion } = committed
      await table.insertSnapshot(transaction, { ...version, runId, catalogueVersion })
      if (!version.isCheckpoint) await countVersions(transaction, version)
      return { version, replaced }
    },
    findLive: (db, wanted) => table.findSnapshotByFile(db, wanted),
    find: (id) => table.findSnapshot(kysely, id),
    findByIds: (ids) => table.findSnapshotsByIds(kysely, ids),
    findNeighbours: async (snapshot) => ({
      earlier: await table.findNeighbour(kysely, snapshot, 'earlier'),
      later: await table.findNeighbour(kysely, snapshot, 'later'),
    }),
    listOfDevice: (page) => table.listSnapshotsOfDevice(kysely, page),
  }
}

/** What lists show without counting. */
async function countVersions(transaction: Transaction, version: Snapshot): Promise<void> {
  const { deviceId, jobId, id, receivedAt } = version
  await countVersion(transaction, { deviceId, id, receivedAt, isGood: isGood(version) })
  await setNewestVersion(transaction, { jobId, id, isGood: isGood(version) })
  await restate(transaction, { deviceId })
}

function toVersion(committed: CommittedVersion): Omit<Snapshot, 'jobId' | 'job'> {
  const { snapshotId, envelope, body, repositoryId, customerId, deviceId, receivedAt, fileBytes, closureEpoch } = committed
  return {
    id: publicSnapshotId(snapshotId),
    snapshotId,
    repositoryId,
    customerId,
    deviceId,
    seq: envelope.seq,
    root: envelope.root,
    previous: envelope.previous,
    serverTimeAt: envelope.serverTimeMs,
    startedAt: body.startedMs,
    finishedAt: body.finishedMs,
    takenAt: body.takenMs,
    receivedAt,
    verdict: body.verdict,
    isCheckpoint: body.isCheckpoint,
    counts: body.counts,
    fileBytes,
    closureEpoch,
  }
}
