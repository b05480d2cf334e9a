import { RefusedError, type RestoreResult, type RevertResult, StorageError } from '../../engine/index.ts'
import { nothingCounted } from '../../selection/restore-order.ts'
import type { Program } from '../command-line/program.ts'
import { AgentError } from '../errors/agent-error.ts'
import { type Explanation, explainError } from '../errors/explain-error.ts'
import type { RehearsalReport, RestoreReport, RestoresApi, RestoreTask } from '../link/restores-api.ts'
import type { backUpBefore } from '../restores/back-up-before.ts'
import { addAttempt, countersOf } from '../restores/restore-counters.ts'
import { reportOf, stateOf, withUnreadable } from '../restores/restore-words.ts'
import type { Before, runRestore } from '../restores/run-restore.ts'
import { isStateError } from '../state/state-folder.ts'
import { isPassing, retryDelayMs } from './retry.ts'
import type { PendingRestore, WorkBook } from './work-book.ts'

/*
 * Restores that the box ordered, one at a time, beside the backups. What one came to is in the book before the next begins; one that the
 * computer was switched off in goes on where it was: what is back by then is compared, and not written again.
 */

export interface RestoreQueue {
  /** Starts the next one that may begin now, if none is under way. */
  readonly look: () => void
  /** When the next one may begin; undefined: none waits. */
  readonly nextAtMs: () => number | undefined
  /** The box has ended it already: what is under way stops, what waits is dropped. */
  readonly cancel: (id: string) => void
  /** Counts what a restore would meet, and tells the box; beside everything else, and only for whom it asked last. */
  readonly rehearse: (id: string) => void
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>
}

/** What the queue has done; each throws what stood in its way. */
export interface RestoreWork {
  readonly backUpBefore: (of: Parameters<typeof backUpBefore>[2]) => Promise<Before>
  readonly restore: (of: Parameters<typeof runRestore>[1]) => Promise<RestoreResult | RevertResult>
  readonly rehearse: (task: RestoreTask, stop: AbortSignal) => Promise<RehearsalReport>
}

const answerWithinMs = 30_000
/** A state folder that cannot be written is tried again this much later. */
const unwritableForMs = 60_000
/** A box that answers again and again that it failed at this: half a day of tries. */
const failedAnswersMax = 24
/** Too many at once, and not now. */
const passingStatuses: readonly number[] = [429, 503]

export function createRestoreQueue(options: {
  readonly program: Pick<Program, 'surroundings' | 'log'>
  readonly book: WorkBook
  readonly api: RestoresApi
  readonly work: RestoreWork
  /** Something is to be told, or may begin. */
  readonly onChange: () => void
}): RestoreQueue {
  const { program, book, api, work, onChange } = options
  const { surroundings, log } = program
  let current: { readonly id: string; readonly cancel: AbortController; readonly ended: Promise<void> } | undefined
  let rehearsing: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined
  /** How one ended that the book did not take: written before anything else is begun. */
  let owed: { readonly id: string; readonly write: () => void } | undefined
  let heldUntilMs = 0

  const within = () => AbortSignal.any([surroundings.stop, AbortSignal.timeout(answerWithinMs)])

  const execute = async (taken: PendingRestore, cancel: AbortController) => {
    let pending: PendingRestore = { ...taken, tries: taken.tries + 1 }
    let last: RestoreResult | RevertResult | undefined
    const note = (more: Partial<PendingRestore>) => {
      const next = { ...pending, ...more }
      keep(next)
      pending = next
    }
    try {
      note({})
      const task = await api.task(pending.id, within())
      if (task === undefined) return write(taken.id, () => drop(taken))
      demandReadable(task)
      const { mode, rule, version } = task
      log.write('restore started', { restore: task.id, mode, rule, version: version.id, try: pending.tries })
      if (mode === 'revert' && pending.before === undefined)
        note({ before: await work.backUpBefore({ task, order: pending.order, tries: pending.tries, cancel }) })
      const { before, counted = nothingCounted } = pending
      note({ counted: { ...counted, attempts: counted.attempts + 1 } })
      const onEnded = (soFar: RestoreResult) => {
        last = withUnreadable(soFar, task)
      }
      const isFirst = counted.attempts === 0
      const result = withUnreadable(await work.restore({ task, before, isFirst, cancel, onEnded }), task)
      const end = { state: stateOf(result), ...(result.stopped ? explainStop(result.stopped) : {}) }
      const report = reportOf({ ...end, result, counters: countedWith(pending, result), before: before?.id })
      write(pending.id, () => settle(pending, report))
    } catch (error) {
      // Nothing was begun that the book does not know.
      if (isStateError(error) && !cancel.signal.aborted) return hold(error)
      write(pending.id, () => conclude(pending, error, { isCancelled: cancel.signal.aborted, last }))
    }
  }

  const conclude = (
    begun: PendingRestore,
    error: unknown,
    { isCancelled, last }: { readonly isCancelled: boolean; readonly last: RestoreResult | RevertResult | undefined },
  ) => {
    const counted = last === undefined ? begun.counted : countedWith(begun, last)
    const pending = counted === undefined ? begun : { ...begun, counted }
    const end = { result: last, counters: counted ?? nothingCounted, before: pending.before?.id }
    // The box gives nothing more by it: it was cancelled there, or has expired.
    const isOver = error instanceof RefusedError && error.refusal.status === 404
    if (isCancelled || isOver) return settle(pending, reportOf({ ...end, state: 'cancelled' }))
    // The program is asked to end: it goes on when it starts again.
    if (surroundings.stop.aborted) return keep(pending)
    const why = explainBreak(error)
    const failedAnswers = isFailedAnswer(error) ? (pending.failedAnswers ?? 0) + 1 : 0
    if (failedAnswers === 0 ? passes(error, why) : failedAnswers < failedAnswersMax) {
      const atMs = surroundings.now() + retryDelayMs(pending.tries, surroundings.randomBytes(1)[0]! / 255)
      log.write('restore is tried again', { restore: pending.id, code: why.code, at: new Date(atMs).toISOString() })
      return keep({ ...pending, failedAnswers, notBeforeMs: atMs })
    }
    settle(pending, reportOf({ ...end, state: 'failed', code: why.code, detail: why.detail }))
  }

  const keep = (pending: PendingRestore) => {
    book.write({ restores: book.now().restores.map((other) => (other.id === pending.id ? pending : other)) })
  }

  /** The box has ended it. Where it was looked at before, the box waits for what was written by then. */
  const drop = (pending: PendingRestore) => {
    const { tries, counted = nothingCounted, before } = pending
    const report = reportOf({ state: 'cancelled', result: undefined, counters: counted, before: before?.id })
    settle(pending, tries > 0 ? report : undefined)
  }

  /** It is over, and so is its order. Without a report the box knows already. */
  const settle = ({ id, order }: PendingRestore, report: RestoreReport | undefined) => {
    const { restores, restoreReports, orderReports } = book.now()
    const isFailed = report?.state === 'failed'
    const ofOrder = isFailed
      ? ({ state: 'failed', code: report.code ?? 'HF-AGENT-INTERNAL', detail: report.detail ?? '' } as const)
      : ({ state: 'done' } as const)
    book.write({
      restores: restores.filter((other) => other.id !== id),
      restoreReports: report ? [...restoreReports, { id, report }] : restoreReports,
      orderReports: [...orderReports, { id: order, report: ofOrder }],
    })
    if (report) log.write('restore ended', { restore: id, state: report.state, code: report.code, ...report.counters })
  }

  /** A book that cannot be written holds the queue: what one came to is not lost by it, and nothing is begun that would not be kept. */
  const write = (id: string, end: () => void) => {
    try {
      end()
    } catch (error) {
      owed = { id, write: end }
      hold(error)
    }
  }

  const hold = (error: unknown) => {
    heldUntilMs = surroundings.now() + unwritableForMs
    const { code, detail } = explainError(error)
    log.write('restores wait', { code, detail, until: new Date(heldUntilMs).toISOString() })
  }

  /** False: the book still does not take what is owed to it. */
  const payOwed = (): boolean => {
    if (owed === undefined) return true
    const { id, write: end } = owed
    owed = undefined
    write(id, end)
    if (owed !== undefined) return false
    onChange()
    return true
  }

  const count = async (id: string, stop: AbortController) => {
    const task = await api.task(id, within())
    if (task !== undefined) await api.tellRehearsal(id, await work.rehearse(task, stop.signal), within())
  }

  return {
    look() {
      const nowMs = surroundings.now()
      if (current !== undefined || surroundings.stop.aborted || nowMs < heldUntilMs) return
      if (!payOwed()) return
      const pending = book.now().restores.find(({ notBeforeMs }) => notBeforeMs <= nowMs)
      if (pending === undefined) return
      const cancel = new AbortController()
      const ended = execute(pending, cancel)
        .catch((error: unknown) => hold(error))
        .finally(() => {
          current = undefined
          onChange()
        })
      current = { id: pending.id, cancel, ended }
    },
    nextAtMs() {
      const times = book.now().restores.map(({ notBeforeMs }) => Math.max(notBeforeMs, heldUntilMs))
      return times.length === 0 || current !== undefined ? undefined : Math.min(...times)
    },
    cancel(id) {
      if (current?.id === id) {
        log.write('restore is stopped from the dashboard', { restore: id })
        current.cancel.abort()
        return
      }
      // How that one ended is about to be written.
      if (owed?.id === id) return
      const pending = book.now().restores.find((other) => other.id === id)
      if (pending) drop(pending)
    },
    rehearse(id) {
      rehearsing?.stop.abort()
      const stop = new AbortController()
      const ended = count(id, stop).catch((error: unknown) => {
        if (stop.signal.aborted || surroundings.stop.aborted) return
        const { code, detail } = explainError(error)
        log.write('the box was not told what a restore would do', { restore: id, code, detail })
      })
      rehearsing = { stop, ended }
    },
    idle: async () => {
      await Promise.all([current?.ended, rehearsing?.ended])
    },
  }
}

/** What nobody can read is not absent: a revert would take away what lies there, and a restore would say that all is back. */
function demandReadable({ mode, items, lost }: RestoreTask): void {
  if (lost.length > 0 && (mode === 'revert' || items.length === 0))
    throw new AgentError('HF-STORED-DATA-DAMAGED', 'A part of this version is damaged on the box. Nothing was touched here.')
  if (items.length === 0 && mode === 'restore')
    throw new AgentError('HF-PATH-NOT-IN-VERSION', 'The version has nothing of what was selected.')
}

function countedWith({ counted = nothingCounted }: Pick<PendingRestore, 'counted'>, last: RestoreResult | RevertResult) {
  return addAttempt(counted, countersOf(last))
}

/** Asked for only where nobody wanted it to stop: what was broken off then, the box did not answer in time. */
function explainBreak(error: unknown): Explanation {
  const isUnanswered = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
  if (!isUnanswered) return explainError(error)
  return explainError(new AgentError('HF-SERVER-UNREACHABLE', 'The box did not answer in time.', { cause: error }))
}

/** Worth another try, as often as it takes. */
function passes(error: unknown, why: Explanation): boolean {
  // A backup that somebody began by hand ends, too.
  if (isPassing(why) || why.code === 'HF-RUN-IN-PROGRESS') return true
  return error instanceof RefusedError && passingStatuses.includes(error.refusal.status)
}

/** A box that stumbles, or a proxy before it. Whether that passes, only trying tells. */
function isFailedAnswer(error: unknown): boolean {
  if (error instanceof RefusedError) return error.refusal.status >= 500 && !passingStatuses.includes(error.refusal.status)
  return error instanceof StorageError && error.fault === 'broken'
}

/** A full disk, and its kin. */
function explainStop({ code, detail }: { readonly code: string; readonly detail: string }): {
  readonly code: string
  readonly detail: string
} {
  const why = explainError(Object.assign(new Error(detail), { code }))
  return { code: why.code, detail: why.detail }
}
