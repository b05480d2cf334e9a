/** What a commit is asked and what it answers. Pure. */
import type { ChainHead, ChunkId, SnapshotBody, SnapshotFile, SnapshotId, Verdict } from '../../engine/index.ts'

/** A snapshot file that was opened: what its sender says in the clear, and what it sealed. */
export interface OpenedSnapshot {
  readonly bytes: Buffer
  readonly file: SnapshotFile
  readonly body: SnapshotBody
}

export type CommitOutcome =
  | {
      readonly kind: 'committed'
      readonly snapshotId: SnapshotId
      readonly seq: number
      readonly verdict: Verdict
      /** The next place in the chain; undefined after a final version, which ends the session. */
      readonly next: ChainHead | undefined
      /** What this computer shows at its next session. */
      readonly instance: string
    }
  | { readonly kind: 'stale-head'; readonly head: ChainHead }
  | { readonly kind: 'missing'; readonly ids: readonly ChunkId[]; readonly isComplete: boolean }

export const commitFaults = ['invalid', 'too-many-rounds', 'unsettled', 'outcome-unknown'] as const
export type CommitFault = (typeof commitFaults)[number]

export class CommitError extends Error {
  override readonly name = 'CommitError'
  readonly fault: CommitFault

  constructor(fault: CommitFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
