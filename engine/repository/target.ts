// What a backup writes to and a restore reads from, whatever lies behind: files in a folder (file-repository.ts) or the
// appliance (storage/appliance.ts). tests/contract/target.ts holds each of them to the promises below.

import type { PackKind } from '../format/pack.ts'
import type { Verdict } from '../format/snapshot-body.ts'
import type { SnapshotEnvelope } from '../format/snapshot-envelope.ts'
import type { ChunkId, PackId, SnapshotId } from '../model/ids.ts'

/** Gives records by id: all that a restore needs. */
export interface RecordSource {
  /**
   * Yields the sealed record of every id once, in an order of the source's choosing; a record names its id in its header.
   * Ids that no place holds are left out: the caller counts. At most `recordsPerCallMax` ids. Views may be reused after the next step.
   */
  readRecords(ids: readonly ChunkId[], signal?: AbortSignal): AsyncIterable<Buffer>
}

export const recordsPerCallMax = 4_096
export const haveIdsPerCallMax = 16_384

export interface SnapshotListing {
  readonly id: SnapshotId
  readonly envelope: SnapshotEnvelope
}

export interface SnapshotSource {
  /** All snapshots this target lets us see, by device and seq. */
  listSnapshots(): AsyncIterable<SnapshotListing>
  /** The snapshot file, whole. */
  readSnapshot(id: SnapshotId): Promise<Buffer>
}

/** A place in a device's chain of snapshots. */
export interface ChainHead {
  readonly seq: number
  readonly previous: SnapshotId | undefined
  readonly serverTimeMs: number
}

export interface SessionRequest {
  readonly job: string
  /** The version the backup will compare with; held until the session ends. */
  readonly parent: SnapshotId | undefined
}

export interface IdFilter {
  /** A Bloom filter's words, in shared memory so that workers read it in place. */
  readonly words: Uint32Array<SharedArrayBuffer>
  readonly hashes: number
}

export interface SealedPack {
  readonly id: PackId
  readonly kind: PackKind
  readonly bytes: Buffer
}

export type CommitAnswer =
  | {
      readonly kind: 'committed'
      readonly id: SnapshotId
      readonly seq: number
      readonly verdict: Verdict
      readonly next: ChainHead | undefined
    }
  /** Another version took this seq: seal again with the head given, and retry. */
  | { readonly kind: 'stale-head'; readonly head: ChainHead }
  /** Chunks the version needs and the target does not hold; `isComplete` false means there are more. */
  | { readonly kind: 'missing'; readonly ids: readonly ChunkId[]; readonly isComplete: boolean }

/** One run's dealings with a target. What `have` and `putPack` promised holds until the session ends. */
export interface BackupSession {
  readonly head: ChainHead
  /** Rises when anything stored was found lost: a cache older than it must not be believed. */
  readonly closureEpoch: number
  /** The parent asked for is there and held. */
  readonly isParentHeld: boolean
  /** A filter of all ids the target may hold for us; undefined when it holds none at all. */
  filter(): Promise<IdFilter | undefined>
  /** For each id, whether the target has it and promises to keep it. At most `haveIdsPerCallMax`. */
  have(ids: readonly ChunkId[]): Promise<readonly boolean[]>
  /** Resolves when the pack is durable and indexed. Safe to call again with the same pack. */
  putPack(pack: SealedPack): Promise<void>
  /** Makes a snapshot file a version; a checkpoint keeps the session open. */
  commit(file: Buffer, options: { readonly isCheckpoint: boolean }): Promise<CommitAnswer>
  /** Ends the session without a version. */
  abort(reason: { readonly code: string; readonly detail: string }): Promise<void>
}

export interface BackupTarget extends RecordSource, SnapshotSource {
  openSession(request: SessionRequest): Promise<BackupSession>
}
