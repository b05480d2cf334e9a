/**
 * Versions between "kept" and "gone". Rules decide (engine/retention); what they, or an owner, let go lies seven days in the bin,
 * where it is still whole and can be taken back; then it is forgotten: tombstone, row, file. Its bytes go by prune, later.
 */
import type { Decision, RetainedVersion, SnapshotId } from '../../engine/index.ts'
import type { JobId } from '../jobs/job.ts'
import type { Retention } from '../plans/plan.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { BinCause } from '../snapshots/bin-entry.ts'

/** What is decided about: the facts that rules need, and what acting on the decision needs. */
export interface DeviceVersion extends RetainedVersion {
  readonly id: Id<'snap'>
  readonly snapshotId: SnapshotId
  readonly repositoryId: RepositoryId
  readonly deviceId: Id<'dev'>
  readonly jobId: JobId
  readonly bin: { readonly at: number; readonly observedMs: number; readonly cause: BinCause } | undefined
}

export type VersionDecision = Decision<DeviceVersion>

/** The rules of a computer: its own, where somebody set them, else those of its plan. */
export interface DeviceRules {
  readonly rules: Retention
  readonly own: Retention | undefined
  readonly plan: { readonly name: string; readonly rules: Retention }
  /** Those before a change that can still be undone: what they keep stays, too. */
  readonly held: readonly { readonly rules: Retention; readonly untilMs: number }[]
}

const dayMs = 24 * 60 * 60 * 1000
/** In the bin, by the box's own time and by the clock, whichever takes longer: a box that was off, or a clock that jumped, empties nothing. */
export const binMs = 7 * dayMs

export function hasWaited(
  bin: { readonly at: number; readonly observedMs: number },
  now: { readonly ms: number; readonly observedMs: number },
) {
  return now.observedMs - bin.observedMs >= binMs && now.ms - bin.at >= binMs
}

export const retentionFaults = ['not-found', 'checkpoint', 'pinned', 'in-bin', 'not-in-bin', 'ending', 'no-plan'] as const
export type RetentionFault = (typeof retentionFaults)[number]

export class RetentionError extends Error {
  override readonly name = 'RetentionError'
  readonly fault: RetentionFault

  constructor(fault: RetentionFault, message: string) {
    super(message)
    this.fault = fault
  }
}
