/**
 * New terms of a plan for everybody who has it: rehearsed on all of them, then applied to one after the other, and undone together.
 * Nobody's computer is stopped by it: whoever has more computers than the new terms hold keeps them, and finds no place for another.
 */
import type { PlanWords } from '../plans/plans-service.ts'
import type { Id } from '../runtime/ids.ts'
import { undoWindowMs } from '../subscriptions/subscription-change.ts'

export const planEditStates = ['rehearsing', 'rehearsed', 'applying', 'applied', 'undone'] as const
export type PlanEditState = (typeof planEditStates)[number]

export interface RehearsedHolder {
  readonly subscriptionId: Id<'sub'>
  readonly customerId: Id<'cus'>
  readonly customerName: string
  readonly customerNumber: string
  readonly going: number
  readonly staying: number
  /** null: it took too long to count. */
  readonly freedBytes: number | null
  readonly usedAfterBytes: number
  /** Computers without a place under the new terms. They go on. */
  readonly over: number
  /** null: not within ten years, or nobody can tell. */
  readonly fullAt: number | null
}

export interface PlanEdit {
  readonly editId: Id<'ple'>
  readonly planId: Id<'pln'>
  readonly state: PlanEditState
  readonly at: number
  readonly by: string
  readonly before: PlanWords & { readonly revision: number }
  readonly after: PlanWords
  readonly holders: readonly RehearsedHolder[]
  readonly appliedAt: number | undefined
  readonly undoneAt: number | undefined
}

/** Until when an edit that was applied can be undone; undefined: it cannot. */
export function undoUntil({ state, appliedAt }: PlanEdit, nowMs: number): number | undefined {
  if (state !== 'applied' || appliedAt === undefined) return undefined
  const untilMs = appliedAt + undoWindowMs
  return nowMs < untilMs ? untilMs : undefined
}

export function sumOf(holders: readonly RehearsedHolder[]) {
  const sum = (count: (holder: RehearsedHolder) => number) => holders.reduce((total, holder) => total + count(holder), 0)
  return {
    going: sum(({ going }) => going),
    staying: sum(({ staying }) => staying),
    freedBytes: holders.some(({ freedBytes }) => freedBytes === null) ? undefined : sum(({ freedBytes }) => freedBytes ?? 0),
    touched: holders.filter(({ going }) => going > 0).length,
    over: holders.filter(({ over }) => over > 0).length,
  }
}
