import type { RestoreCounters } from '../../selection/restore-order.ts'
import { explainError } from '../errors/explain-error.ts'
import type { RestoreReport } from '../link/restores-api.ts'
import type { OrderReport } from '../link/telling-api.ts'
import type { ReportedAttempt } from '../runs/run-report.ts'
import type { ActivityLog } from '../state/activity-log.ts'
import { readSmallFile } from '../state/read-small-file.ts'
import { replaceFileSync } from '../state/replace-file.ts'
import { isStateError, stateError } from '../state/state-folder.ts'
import type { DoneUntilByJob } from './due-jobs.ts'

/*
 * What the daemon has taken on, durable before it begins: a computer that loses its power goes on where it was. An order is in here from
 * before the box hears that it was taken until after the box has heard what became of it.
 */

export interface Work {
  /** Of which connection; another device's work is not done. */
  readonly device: string
  /** The last order that was taken down. */
  readonly lastOrder: number
  readonly doneUntil: DoneUntilByJob
  readonly runs: readonly PendingRun[]
  readonly restores: readonly PendingRestore[]
  /** Not heard by the box yet. */
  readonly restoreReports: readonly { readonly id: string; readonly report: RestoreReport }[]
  /** Not heard by the box yet. */
  readonly orderReports: readonly { readonly id: string; readonly report: OrderReport }[]
}

export interface PendingRun {
  readonly key: string
  readonly job: string
  readonly cause: 'schedule' | 'order'
  /** `id` of the order that wants it. */
  readonly order?: string
  readonly attempts: readonly ReportedAttempt[]
  readonly notBeforeMs: number
  /** From then on the schedule's next time takes its place. */
  readonly untilMs?: number
}

/** Files that the box wants back here. */
export interface PendingRestore {
  /** `rst_…` */
  readonly id: string
  /** `id` of the order that wants it. */
  readonly order: string
  /** Times it was looked at: waits grow with them. */
  readonly tries: number
  readonly notBeforeMs: number
  /** Times in a row that the box answered that it failed at this. */
  readonly failedAnswers?: number
  /** Of all attempts, those that were interrupted too. Undefined: none was begun. */
  readonly counted?: RestoreCounters
  /** Of a revert, once the backup before it is made. */
  readonly before?: { readonly id: string; readonly root: string; readonly startedAtMs: number }
}

export interface WorkBook {
  readonly now: () => Work
  /** Durable when it returns; when it throws, nothing has changed. @throws AgentError HF-STATE-UNUSABLE */
  readonly write: (change: Partial<Omit<Work, 'device'>>) => void
}

const workMaxBytes = 8 * 1024 * 1024
const pendingRunsMax = 1000
const ownerOnly = 0o600

export function openWorkBook(path: string, device: string): WorkBook {
  let work = read(path, device)
  return {
    now: () => work,
    write(change) {
      const wanted = { ...work, ...change }
      const next = { ...wanted, runs: wanted.runs.slice(0, pendingRunsMax) }
      try {
        replaceFileSync(path, `${JSON.stringify(next)}\n`, { mode: ownerOnly })
      } catch (cause) {
        throw stateError(path, cause)
      }
      work = next
    },
  }
}

/** A damaged book is an empty one: the box gives its open orders again, and the schedule begins now. */
function read(path: string, device: string): Work {
  const nothing: Work = { device, lastOrder: 0, doneUntil: {}, runs: [], restores: [], restoreReports: [], orderReports: [] }
  try {
    const bytes = readSmallFile(path, workMaxBytes)
    if (!bytes) return nothing
    // A book of an older version has no restores in it.
    const work = { ...nothing, ...(JSON.parse(bytes.toString('utf8')) as Work) }
    const isWhole =
      work.device === device &&
      Number.isSafeInteger(work.lastOrder) &&
      typeof work.doneUntil === 'object' &&
      Array.isArray(work.runs) &&
      Array.isArray(work.restores) &&
      Array.isArray(work.restoreReports) &&
      Array.isArray(work.orderReports)
    return isWhole ? work : nothing
  } catch {
    return nothing
  }
}

/** Of what is found out anew at each look: where it cannot be written it waits, and the log says so once. */
export function writingWhereItCan(book: Pick<WorkBook, 'write'>, log: Pick<ActivityLog, 'write'>): WorkBook['write'] {
  let said: string | undefined
  return (change) => {
    try {
      book.write(change)
      said = undefined
    } catch (error) {
      if (!isStateError(error)) throw error
      const { code, detail } = explainError(error)
      if (detail !== said) log.write('the schedule waits', { code, detail })
      said = detail
    }
  }
}
