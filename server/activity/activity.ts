/** Runs as people read them: what ran when on which computer, how it ended, what it left out. */
import type { CustomerReach } from '../customers/customer-reach.ts'
import { type RunVerdict, runVerdicts } from '../runs/run.ts'
import { type Id, isId } from '../runtime/ids.ts'

export interface RunRecord {
  readonly runId: Id<'run'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly computer: string
  readonly job: string
  /** As it was given; undefined while it runs. */
  readonly verdict: RunVerdict | undefined
  /** What it counts as: `ok` where all that was left out is known and accepted. */
  readonly standing: RunVerdict | undefined
  readonly code: string | undefined
  /** May name files: for staff it is hidden. */
  readonly detail: string | undefined
  readonly version: Id<'snap'> | undefined
  readonly startedAt: number
  readonly endedAt: number | undefined
  readonly files: number
  readonly sourceBytes: number
  readonly addedBytes: number
  readonly skipped: number
  readonly knownSkips: number
}

export const runFilters = [...runVerdicts, 'running'] as const
export type RunFilter = (typeof runFilters)[number]

export interface RunsAsked {
  readonly reach: CustomerReach
  readonly deviceId?: Id<'dev'> | undefined
  readonly filter?: RunFilter | undefined
  /** Begun in it; `untilMs` does not belong to it. */
  readonly span?: { readonly fromMs: number; readonly untilMs: number } | undefined
  readonly after?: RunCursor | undefined
  readonly limit: number
}

/** Where a page of runs ends. */
export interface RunCursor {
  readonly startedAt: number
  readonly runId: Id<'run'>
}

export function runCursorText({ startedAt, runId }: RunCursor): string {
  return `${startedAt}-${runId}`
}

export function findRunCursor(text: string): RunCursor | undefined {
  const [, digits, runId] = /^(\d{1,15})-(run_\w+)$/.exec(text) ?? []
  return digits !== undefined && runId !== undefined && isId('run', runId) ? { startedAt: Number(digits), runId } : undefined
}
