import { randomBytes } from 'node:crypto'
import { type ChunkId, parseChunkId, parseDeviceId, parseSnapshotId, type SnapshotBody } from '../../engine/index.ts'
import type { Connected } from '../../server/devices/connect-service.ts'
import type { Snapshot } from '../../server/snapshots/snapshot.ts'
import type { CommittedVersion } from '../../server/snapshots/snapshots-service.ts'
import type { TestApp } from './test-app.ts'

const noCounts = {
  files: 0,
  directories: 0,
  symlinks: 0,
  others: 0,
  bytes: 0,
  skipped: 0,
  newFiles: 0,
  changedFiles: 0,
  unchangedFiles: 0,
  addedBytes: 0,
  addedStoredBytes: 0,
}

export function sampleBody(body: Partial<SnapshotBody> = {}): SnapshotBody {
  return {
    job: 'documents',
    startedMs: 1_000,
    finishedMs: 2_000,
    takenMs: 1_000,
    verdict: 'ok',
    isCheckpoint: false,
    counts: noCounts,
    skipped: [],
    sources: [Buffer.from('/home/ann')],
    excludes: [],
    host: 'xray-pc',
    platform: 'linux',
    agentVersion: '0.1.0',
    tags: [],
    parent: undefined,
    ...body,
  }
}

/** The row of a version as a commit writes it, for tests that need no stored bytes behind it. */
export async function insertVersion(
  box: Pick<TestApp, 'devicesSide' | 'database' | 'repositories' | 'clock'>,
  { device, customer }: Pick<Connected, 'device' | 'customer'>,
  more: Partial<Omit<CommittedVersion, 'body' | 'envelope'>> & {
    readonly seq?: number
    /** Of a tree that is stored; of none without it. */
    readonly root?: ChunkId
    readonly body?: Partial<SnapshotBody>
  } = {},
): Promise<Snapshot> {
  const { body, seq = 1, root = parseChunkId(randomBytes(32)), ...committed } = more
  const repository = await box.repositories.findOfCustomer(customer.customerId)
  if (repository === undefined) throw new Error('the customer has no repository')
  const version = {
    snapshotId: parseSnapshotId(randomBytes(32).toString('hex')),
    envelope: {
      root,
      seq,
      device: parseDeviceId(device.deviceId),
      serverTimeMs: box.clock.now(),
      previous: undefined,
    },
    body: sampleBody(body),
    repositoryId: repository.repositoryId,
    customerId: customer.customerId,
    deviceId: device.deviceId,
    runId: undefined,
    receivedAt: box.clock.now(),
    fileBytes: 700,
    closureEpoch: 0,
    catalogueVersion: undefined,
    ...committed,
  }
  return box.database.transaction(async (tx) => (await box.devicesSide.snapshots.insert(tx, version)).version)
}
