import type { ChunkId, SnapshotId } from '../../engine/index.ts'
import type { Computer } from '../../server/devices/computer.ts'
import type { Device } from '../../server/devices/device.ts'
import type { JobId } from '../../server/jobs/job.ts'
import type { RepositoryId } from '../../server/repositories/repository.ts'
import type { Id } from '../../server/runtime/ids.ts'
import type { Snapshot } from '../../server/snapshots/snapshot.ts'

/** Computers as the pages' rules see them: everything ordinary but what a test says. */

export const nowMs = Date.UTC(2026, 2, 26, 18, 20)
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

export function sampleVersion(
  receivedAt: number,
  props: Partial<Omit<Snapshot, 'counts'>> & { readonly skipped?: number } = {},
): Snapshot {
  const { skipped = 0, ...rest } = props
  return {
    id: `snap_${String(receivedAt)
      .padStart(20, 'a')
      .replaceAll(/[0189]/g, 'b')}` as Id<'snap'>,
    snapshotId: 'a'.repeat(64) as SnapshotId,
    repositoryId: 1 as RepositoryId,
    customerId: 'cus_aaaaaaaaaaaaaaaaaaaa' as Id<'cus'>,
    deviceId: 'dev_aaaaaaaaaaaaaaaaaaaa' as Id<'dev'>,
    jobId: 1 as JobId,
    job: 'default',
    seq: 1,
    root: Buffer.alloc(32) as unknown as ChunkId,
    previous: undefined,
    serverTimeAt: receivedAt,
    startedAt: receivedAt - 60_000,
    finishedAt: receivedAt,
    takenAt: receivedAt,
    receivedAt,
    verdict: 'ok',
    isCheckpoint: false,
    counts: {
      files: 1000,
      directories: 10,
      symlinks: 0,
      others: 0,
      bytes: 5_000_000,
      skipped,
      newFiles: 1,
      changedFiles: 2,
      unchangedFiles: 997,
      addedBytes: 4096,
      addedStoredBytes: 4200,
    },
    fileBytes: 500,
    closureEpoch: 0,
    ...rest,
  }
}

export function sampleDevice(name: string, props: Partial<Device> = {}): Device {
  return {
    deviceId: `dev_${name
      .toLowerCase()
      .replaceAll(/[^a-z]/g, 'a')
      .padEnd(20, 'a')
      .slice(0, 20)}` as Id<'dev'>,
    kind: 'agent',
    number: 1,
    customerId: 'cus_aaaaaaaaaaaaaaaaaaaa' as Id<'cus'>,
    repositoryId: 1 as RepositoryId,
    subscriptionId: 'sub_aaaaaaaaaaaaaaaaaaaa' as Id<'sub'>,
    name,
    state: 'active',
    fingerprint: { print: '0'.repeat(64), system: {}, board: {}, macs: [], diskSerials: [], os: {} },
    agentVersion: '0.1.0',
    address: '10.0.0.7',
    connectedAt: nowMs - 100 * dayMs,
    lastSeenAt: nowMs,
    versionsCount: 3,
    firstVersionAt: nowMs - 90 * dayMs,
    newestVersion: undefined,
    lastGoodVersion: undefined,
    storedBytes: 1_000_000,
    ...props,
  }
}

/** Of the sample: what its versions and runs come to, as the box keeps it. */
interface SampleProps extends Partial<Computer> {
  readonly latestRun?: { readonly verdict: 'failed'; readonly endedAt: number; readonly code: string; readonly detail: string }
  readonly isRunning?: boolean
}

/** Backed up an hour ago, all well. */
export function sampleComputer(name: string, props: SampleProps = {}): Computer {
  const good = sampleVersion(nowMs - hourMs)
  const { latestRun, isRunning = false, newest = 'newest' in props ? undefined : good, ...rest } = props
  const lastGood = 'lastGood' in props ? props.lastGood : good
  const isRunLater = latestRun !== undefined && latestRun.endedAt > (newest?.receivedAt ?? 0)
  const version = newest && { verdict: newest.verdict, at: newest.receivedAt, skipped: newest.counts.skipped, failures: 0 }
  const nothing = { code: undefined, detail: undefined }
  const run = latestRun && { ...latestRun, at: latestRun.endedAt, skipped: 0, failures: 1 }
  const standing = {
    ended: isRunLater ? run : version && { ...nothing, ...version },
    goodAt: lastGood?.receivedAt,
    runningSince: isRunning ? nowMs - 60_000 : undefined,
    pause: undefined,
  }
  return { device: sampleDevice(name), newest, lastGood, standing, ...rest }
}
