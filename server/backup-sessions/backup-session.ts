/**
 * A backup session: one run's dealings with its repository. While it lives, nothing it was promised goes away: packs it claimed or
 * sent, and the version it compares with. It ends with its final commit, an abort, a newer session of the same job (the program
 * that held it was killed), or 24 hours of observed silence.
 */
import type { ChainHead, SnapshotId } from '../../engine/index.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { SubscriptionRefusal } from '../subscriptions/subscription.ts'

export const sessionStates = ['open', 'committed', 'aborted', 'superseded', 'silent', 'failed'] as const
export type SessionState = (typeof sessionStates)[number]

export interface BackupSession {
  readonly sessionId: Id<'bks'>
  readonly repositoryId: RepositoryId
  /** In the repository's sequence: what claims are stamped with. */
  readonly seq: number
  readonly deviceId: Id<'dev'>
  readonly subscriptionId: Id<'sub'>
  readonly runId: Id<'run'>
  readonly job: string
  readonly state: SessionState
  readonly closureEpoch: number
  /** The version it compares with, held meanwhile. */
  readonly parent: SnapshotId | undefined
  /** The place in the chain that it was given last. */
  readonly given: ChainHead
  /** Commits refused for missing chunks. */
  readonly missingRounds: number
  readonly uploadedBytes: number
  readonly openedAt: number
}

/** Of time that the box itself observed running; a box that was off does not count. */
export const silenceMs = 24 * 60 * 60 * 1000
export const maxMissingRounds = 3
/** How far uploads may go beyond the plan's space before they are refused on the way; the commit decides. */
export const quotaTolerance = 1.1

export const sessionFaults = ['gone', 'invalid-job', 'cloned', 'no-repository', 'run-done'] as const
export type SessionFault = (typeof sessionFaults)[number]

export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly fault: SessionFault

  constructor(fault: SessionFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** Why the plan does not let a device be backed up. Nothing is wrong with the device or the box. */
export type BackupRefusal =
  | SubscriptionRefusal
  | { readonly kind: 'no-subscription' }
  | { readonly kind: 'quota-exceeded'; readonly quotaBytes: number; readonly usedBytes: number }

export class BackupRefusedError extends Error {
  override readonly name = 'BackupRefusedError'
  readonly refusal: BackupRefusal

  constructor(refusal: BackupRefusal) {
    super(`backup refused: ${refusal.kind}`)
    this.refusal = refusal
  }
}
