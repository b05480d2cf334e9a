/** What the collector may be asked to do, and what came of it for every repository. */
import type { ActingAs } from '../audit/audit.ts'
import type { Id } from '../runtime/ids.ts'
import type { PruneDone, PruneOutlook, PruneRefusal } from './prune.ts'

export type PruneOrder =
  /** Every night. */
  | { readonly kind: 'usual' }
  | { readonly kind: 'plan' }
  /** Without the waits. `confirmedBytes`: the sum that the plan showed, typed by a person. */
  | { readonly kind: 'now'; readonly confirmedBytes: number; readonly actingAs: ActingAs }

export function readOrder(input: unknown): PruneOrder {
  return (input as PruneOrder | undefined) ?? { kind: 'usual' }
}

export interface RepositoryPruned {
  readonly customerId: Id<'cus'>
  readonly uid: string
  readonly outlook?: PruneOutlook
  readonly done?: PruneDone
  readonly refusal?: PruneRefusal
  /** The database is older than the files: nothing was looked at. */
  readonly isRebuildNeeded?: true
}

export interface PruneReportBody {
  readonly kind: PruneOrder['kind']
  readonly repositories: readonly RepositoryPruned[]
}

/** What a person types to confirm: the bytes that a run without waits could free by the plans that were shown. */
export function reclaimable(repositories: readonly RepositoryPruned[]): number {
  return repositories.reduce((sum, { outlook }) => sum + (outlook?.reclaimableBytes ?? 0), 0)
}
