import { RefusedError, type RestoreResult, rehearse, textOfBytes } from '../../engine/index.ts'
import type { Program } from '../command-line/program.ts'
import { explainError } from '../errors/explain-error.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import type { RestoreReport, RestoresApi } from '../link/restores-api.ts'
import { backUpBefore } from '../restores/back-up-before.ts'
import { reportOf, stateOf } from '../restores/restore-words.ts'
import { runRestore } from '../restores/run-restore.ts'
import { freeBytesAt, settingsOf } from '../restores/settings-of-task.ts'
import type { RunOutbox } from '../runs/run-outbox.ts'
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

const answerWithinMs = 30_000
/** Longer nobody looks at the page for it. */
const rehearseForMs = 25_000

export function createRestoreQueue(options: {
  readonly program: Program
  readonly outbox: RunOutbox
  readonly book: WorkBook
  readonly api: RestoresApi
  /** Something is to be told, or may begin. */
  readonly onChange: () => void
}): RestoreQueue {
  const { program, outbox, book, api, onChange } = options
  const { surroundings, log } = program
  let current: { readonly id: string; readonly cancel: AbortController; readonly ended: Promise<void> } | undefined
  let rehearsing: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  const within = () => AbortSignal.any([surroundings.stop, AbortSignal.timeout(answerWithinMs)])

  const execute = async (pending: PendingRestore, cancel: AbortController) => {
    const attempts = pending.attempts + 1
    keep({ ...pending, attempts })
    let before = pending.before
    let result: RestoreResult | undefined
    try {
      const task = await api.task(pending.id, within())
      if (task === undefined) return settle(pending, undefined)
      log.write('restore started', {
        restore: task.id,
        mode: task.mode,
        rule: task.rule,
        version: task.version.id,
        attempt: attempts,
      })
      if (task.mode === 'revert') {
        before ??= await backUpBefore(program, outbox, { task, order: pending.order, attempts, cancel })
        keep({ ...pending, attempts, before })
      }
      const onEnded = (soFar: RestoreResult) => {
        result = soFar
      }
      result = await runRestore(program, { task, before, attempts, cancel, onEnded })
      const { code, detail } = result.stopped ? explainStop(result.stopped) : {}
      const end = { state: stateOf(result), result, before: before?.id, attempts }
      settle(pending, reportOf({ ...end, ...(code === undefined || detail === undefined ? {} : { code, detail }) }))
    } catch (error) {
      conclude({ ...pending, attempts, ...(before ? { before } : {}) }, error, { isCancelled: cancel.signal.aborted, result })
    }
  }

  const conclude = (
    pending: PendingRestore,
    error: unknown,
    { isCancelled, result }: { readonly isCancelled: boolean; readonly result: RestoreResult | undefined },
  ) => {
    const { attempts, before } = pending
    const end = { result, before: before?.id, attempts }
    // The box gives nothing more by it: it was cancelled there, or has expired.
    const isOver = error instanceof RefusedError && error.refusal.status === 404
    if (isCancelled || isOver) return settle(pending, reportOf({ ...end, state: 'cancelled' }))
    // The program is asked to end: it goes on when it starts again.
    if (surroundings.stop.aborted) return keep(pending)
    const why = explainError(error)
    // A backup that somebody began by hand ends, too.
    if (isPassing(why) || why.code === 'HF-RUN-IN-PROGRESS') {
      const atMs = surroundings.now() + retryDelayMs(attempts, surroundings.randomBytes(1)[0]! / 255)
      log.write('restore is tried again', { restore: pending.id, code: why.code, at: new Date(atMs).toISOString() })
      return keep({ ...pending, notBeforeMs: atMs })
    }
    settle(pending, reportOf({ ...end, state: 'failed', code: why.code, detail: why.detail }))
  }

  const keep = (pending: PendingRestore) => {
    book.write({ restores: book.now().restores.map((other) => (other.id === pending.id ? pending : other)) })
  }

  /** It is over, and so is its order. Without a report the box knows already. */
  const settle = ({ id, order }: PendingRestore, report: RestoreReport | undefined) => {
    const { restores, restoreReports, orderReports } = book.now()
    if (report) log.write('restore ended', { restore: id, state: report.state, code: report.code, ...report.counters })
    const isFailed = report?.state === 'failed'
    const ofOrder = isFailed
      ? ({ state: 'failed', code: report.code ?? 'HF-AGENT-INTERNAL', detail: report.detail ?? '' } as const)
      : ({ state: 'done' } as const)
    book.write({
      restores: restores.filter((other) => other.id !== id),
      restoreReports: report ? [...restoreReports, { id, report }] : restoreReports,
      orderReports: [...orderReports, { id: order, report: ofOrder }],
    })
  }

  const count = async (id: string, stop: AbortController) => {
    const signal = AbortSignal.any([surroundings.stop, stop.signal])
    const task = await api.task(id, within())
    if (task === undefined) return
    using box = openConnectedBox(program, { restore: id, signal })
    await box.pickUpKeys()
    const untilMs = performance.now() + rehearseForMs
    const settings = { ...settingsOf(task), records: box.target, secrets: box.secrets, items: task.items, signal }
    const { replaced, gone, ...counts } = await rehearse({
      ...settings,
      countsRest: task.mode === 'revert',
      goesOn: () => performance.now() < untilMs,
    })
    const freeBytes = freeBytesAt(task)
    await api.tellRehearsal(
      id,
      { ...counts, freeBytes: freeBytes ?? null, replaced: replaced.map((path) => textOfBytes(path)) },
      within(),
    )
  }

  return {
    look() {
      if (current !== undefined || surroundings.stop.aborted) return
      const nowMs = surroundings.now()
      const pending = book.now().restores.find(({ notBeforeMs }) => notBeforeMs <= nowMs)
      if (pending === undefined) return
      const cancel = new AbortController()
      const ended = execute(pending, cancel)
        .catch((error: Error) => {
          log.write('failed', { restore: pending.id, detail: error.message, stack: error.stack })
        })
        .finally(() => {
          current = undefined
          onChange()
        })
      current = { id: pending.id, cancel, ended }
    },
    nextAtMs() {
      const times = book.now().restores.map(({ notBeforeMs }) => notBeforeMs)
      return times.length === 0 || current !== undefined ? undefined : Math.min(...times)
    },
    cancel(id) {
      if (current?.id === id) {
        log.write('restore is stopped from the dashboard', { restore: id })
        current.cancel.abort()
        return
      }
      const pending = book.now().restores.find((other) => other.id === id)
      if (pending) settle(pending, undefined)
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

/** A full disk, and its kin. */
function explainStop({ code, detail }: { readonly code: string; readonly detail: string }): {
  readonly code: string
  readonly detail: string
} {
  const why = explainError(Object.assign(new Error(detail), { code }))
  return { code: why.code, detail: why.detail }
}
