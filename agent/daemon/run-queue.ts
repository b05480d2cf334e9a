import { isSameJobName } from '../../selection/job-name.ts'
import type { Program } from '../command-line/program.ts'
import type { Job } from '../config/configuration.ts'
import { readConfiguration } from '../config/configuration-file.ts'
import type { OrderReport } from '../link/telling-api.ts'
import { type JobOutcome, runJob } from '../runs/run-job.ts'
import type { RunOutbox } from '../runs/run-outbox.ts'
import { findRunner } from '../state/run-lock.ts'
import { isStateError } from '../state/state-folder.ts'
import { isPassing, retryDelayMs } from './retry.ts'
import type { PendingRun, WorkBook } from './work-book.ts'

/*
 * The runs that wait, one at a time. What a run came to is in the book before the next begins; a run that the computer was switched off
 * in, or that could not reach the box, stays in it.
 */

export interface RunQueue {
  /** Starts the next run that may begin now, if none is under way. */
  readonly look: () => void
  /** When the next one may begin; undefined: none waits. */
  readonly nextAtMs: () => number | undefined
  /** Ends the run that is under way here, or in another process of this computer. */
  readonly cancel: () => void
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>
}

/** While somebody backs up by hand, the queue looks again this soon. */
const whileTakenMs = 3000
/** A state folder that cannot be written is tried again this much later. */
const unwritableForMs = 60_000

export function createRunQueue(options: {
  readonly program: Program
  readonly outbox: RunOutbox
  readonly book: WorkBook
  /** Something is to be told, or may begin. */
  readonly onChange: () => void
}): RunQueue {
  const { program, outbox, book, onChange } = options
  const { surroundings, state, log } = program
  const maker = { ...surroundings, state }
  let current: { readonly run: PendingRun; readonly cancel: AbortController; readonly ended: Promise<void> } | undefined
  let takenUntilMs = 0

  const next = () => {
    const nowMs = surroundings.now()
    return book.now().runs.find(({ notBeforeMs }) => notBeforeMs <= nowMs)
  }

  const execute = async (run: PendingRun, cancel: AbortController) => {
    const found = findJob(program, run.job)
    if (found === undefined) {
      settle(run, { state: 'failed', code: 'HF-JOB-UNKNOWN', detail: `There is no job "${run.job}" on this computer.` })
      return
    }
    const { job, limitBytesPerSecond } = found
    const { key, cause, attempts } = run
    const wish = { job, key, cause, attempts, cancel, limitBytesPerSecond, isDryRun: false, compression: undefined }
    const end = await runJob(program, outbox, wish)
    conclude({ ...run, attempts: end.attempts }, end.outcome, cancel.signal.aborted)
  }

  const conclude = (run: PendingRun, outcome: JobOutcome, isCancelled: boolean) => {
    if (outcome.kind === 'done') return settle(run, { state: 'done' })
    const { why } = outcome
    // The box has its version: the computer was cut off between the box's answer and its own note of it.
    if (why.code === 'HF-RUN-DONE') return settle(run, { state: 'done' })
    if (why.code === 'HF-RUN-IN-PROGRESS') {
      takenUntilMs = surroundings.now() + whileTakenMs
      return keep({ ...run, attempts: run.attempts.slice(0, -1) })
    }
    // The program is asked to end: the run goes on when it starts again.
    if (why.code === 'HF-RUN-INTERRUPTED' && !isCancelled) return keep(run)
    const retryAtMs = surroundings.now() + retryDelayMs(run.attempts.length, surroundings.randomBytes(1)[0]! / 255)
    const isWorthIt = run.cause === 'schedule' && isPassing(why) && (run.untilMs === undefined || retryAtMs < run.untilMs)
    if (isWorthIt && !isCancelled) {
      log.write('backup is tried again', { run: run.key, job: run.job, at: new Date(retryAtMs).toISOString() })
      return keep({ ...run, notBeforeMs: retryAtMs })
    }
    settle(run, { state: 'failed', code: why.code, detail: why.detail })
  }

  const keep = (run: PendingRun) => {
    book.write({ runs: book.now().runs.map((other) => (other.key === run.key ? run : other)) })
  }

  /** The run is over; so is its order, with the last of its runs. One that failed makes it fail. */
  const settle = (run: PendingRun, report: OrderReport) => {
    const { runs, orderReports } = book.now()
    const left = runs.filter(({ key }) => key !== run.key)
    const { order } = run
    const isFailed = report.state === 'failed'
    const isLast = order !== undefined && !left.some((other) => other.order === order)
    const isTold = orderReports.some(({ id, report: told }) => id === order && told.state === 'failed')
    const news = order !== undefined && (isLast || isFailed) && !isTold ? [{ id: order, report }] : []
    book.write({ runs: left, orderReports: [...orderReports, ...news] })
  }

  return {
    look() {
      if (current !== undefined || surroundings.stop.aborted) return
      const run = next()
      if (run === undefined || surroundings.now() < takenUntilMs) return
      const cancel = new AbortController()
      const ended = execute(run, cancel)
        .catch((error: Error) => {
          log.write('failed', { run: run.key, job: run.job, detail: error.message, stack: error.stack })
          if (isStateError(error)) throw error
          settle(run, { state: 'failed', code: 'HF-AGENT-INTERNAL', detail: error.message })
        })
        // A book that cannot be written: what has its version is found done when it can.
        .catch(() => {
          takenUntilMs = surroundings.now() + unwritableForMs
        })
        .finally(() => {
          current = undefined
          onChange()
        })
      current = { run, cancel, ended }
    },
    nextAtMs() {
      const times = book.now().runs.map(({ notBeforeMs }) => Math.max(notBeforeMs, takenUntilMs))
      return times.length === 0 || current !== undefined ? undefined : Math.min(...times)
    },
    cancel() {
      if (current !== undefined) {
        log.write('backup is stopped from the dashboard', { run: current.run.key, job: current.run.job })
        current.cancel.abort()
        return
      }
      // Whoever backs up by hand hears it with its own next sign of progress; waiting tries of the schedule are given up.
      if (findRunner(maker) !== undefined) return
      for (const run of book.now().runs.filter(({ cause }) => cause === 'schedule'))
        settle(run, { state: 'failed', code: 'HF-RUN-INTERRUPTED', detail: 'It was stopped from the dashboard.' })
    },
    idle: async () => {
      await current?.ended
    },
  }
}

function findJob(
  { state, surroundings }: Program,
  name: string,
): { readonly job: Job; readonly limitBytesPerSecond: number | undefined } | undefined {
  const { jobs, options } = readConfiguration(state.configurationFile, surroundings.platform)
  const job = jobs.find((candidate) => isSameJobName(candidate.name, name))
  return job && { job, limitBytesPerSecond: options.limitBytesPerSecond }
}
