/** A version of a computer's files, as the box's lists know it; the snapshot file is the truth behind it. */
import { encodeBase32LowerCaseNoPadding } from '@oslojs/encoding'
import type { ChunkId, SnapshotCounts, SnapshotId, Verdict } from '../../engine/index.ts'
import type { JobId } from '../jobs/job.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

export interface Snapshot {
  /** For people and the API. */
  readonly id: Id<'snap'>
  /** Of the file: SHA-256. */
  readonly snapshotId: SnapshotId
  readonly repositoryId: RepositoryId
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly jobId: JobId
  readonly job: string
  readonly seq: number
  readonly root: ChunkId
  readonly previous: SnapshotId | undefined
  /** When the box gave the seq. */
  readonly serverTimeAt: number
  readonly startedAt: number
  readonly finishedAt: number
  readonly takenAt: number
  readonly receivedAt: number
  readonly verdict: Verdict
  /** Of a run that goes on, or was cut off. Never the latest version, never counted. */
  readonly isCheckpoint: boolean
  readonly counts: SnapshotCounts
  readonly fileBytes: number
  /** Of the repository at commit: what is inherited from this version is believed while the repository's is the same. */
  readonly closureEpoch: number
}

/** Good versions are what retention never takes the last of. A committed version has a whole closure by definition. */
export function isGood(version: Pick<Snapshot, 'verdict' | 'isCheckpoint'>): boolean {
  return version.verdict !== 'failed' && !version.isCheckpoint
}

const idCharacters = 20
const bitsPerCharacter = 5
const idBytes = Math.ceil((idCharacters * bitsPerCharacter) / 8)

/** The first 100 bits of the file's id: an index made again from the files gives every version the same public id. */
export function publicSnapshotId(snapshotId: SnapshotId): Id<'snap'> {
  const body = encodeBase32LowerCaseNoPadding(Buffer.from(snapshotId, 'hex').subarray(0, idBytes))
  return `snap_${body.slice(0, idCharacters)}` as Id<'snap'>
}
