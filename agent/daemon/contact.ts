import { setTimeout as wait } from 'node:timers/promises'
import { RefusedError } from '../../engine/index.ts'
import type { Program } from '../command-line/program.ts'
import { explainError } from '../errors/explain-error.ts'
import type { RestoreReport, RestoresApi } from '../link/restores-api.ts'
import type { GivenOrder, TellingApi } from '../link/telling-api.ts'
import { withoutNames } from '../restores/restore-words.ts'
import type { RunOutbox } from '../runs/run-outbox.ts'
import { contactDelayMs } from './retry.ts'
import type { WorkBook } from './work-book.ts'

/*
 * The one conversation with the box: first what it has not heard yet, then a long poll for orders. When there is something to tell, the
 * poll is given up and the round begins again. A box that cannot be reached is tried again at growing, uneven distances.
 */

export interface Contact {
  /** Something is to be told. */
  readonly wake: () => void
  /** Resolves when the program shall end. */
  readonly ended: Promise<void>
}

const pollSeconds = 55
const answerWithinMs = 30_000
/** Over the poll's own length. */
const pollWithinMs = (pollSeconds + 30) * 1000
const refusedDelayMs = 10 * 60_000
const dayMs = 86_400_000
/** Without the box for so long, the log says so once a day. */
const lonelyAfterMs = 3 * dayMs

export function keepContact(options: {
  readonly program: Program
  readonly api: TellingApi
  readonly restores: Pick<RestoresApi, 'report'>
  readonly book: WorkBook
  readonly outbox: RunOutbox
  /** What the box shall know of the jobs now. */
  readonly jobs: () => object
  readonly onOrder: (order: GivenOrder) => Promise<void>
}): Contact {
  const { program, api, restores, book, outbox } = options
  const { surroundings, log } = program
  const { stop } = surroundings
  let toldJobs: string | undefined
  let polling = new AbortController()
  let isWoken = false

  const within = (ms: number) => AbortSignal.any([stop, AbortSignal.timeout(ms)])

  const tell = async () => {
    const jobs = options.jobs()
    const text = JSON.stringify(jobs)
    if (text !== toldJobs) {
      await api.tellJobs(jobs, within(answerWithinMs))
      toldJobs = text
    }
    for (const { id, report } of book.now().restoreReports) {
      const send = (one: RestoreReport) => unlessRefused(() => restores.report(id, one, within(answerWithinMs)))
      // A box that stumbles over a name must still hear that it has ended, and how.
      if (!(await send(report))) await send(withoutNames(report))
      book.write({ restoreReports: book.now().restoreReports.filter((other) => other.id !== id) })
    }
    for (const { id, report } of book.now().orderReports) {
      await unlessRefused(() => api.reportOrder(id, report, within(answerWithinMs)))
      book.write({ orderReports: book.now().orderReports.filter((other) => other.id !== id || other.report !== report) })
    }
    for (const key of outbox.keys()) {
      const report = outbox.read(key)
      if (report !== undefined) await unlessRefused(() => api.reportRun(key, report, within(answerWithinMs)))
      outbox.remove(key)
    }
  }

  /** What the box will never take must not stand in the way of everything behind it. False: it was refused. */
  const unlessRefused = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof RefusedError) || error.refusal.status >= 500 || error.refusal.status === 401) throw error
      log.write('the box did not take this', { code: error.refusal.code, detail: error.refusal.detail })
      return false
    }
  }

  const round = async () => {
    isWoken = false
    await tell()
    polling = new AbortController()
    const signal = AbortSignal.any([within(pollWithinMs), polling.signal])
    try {
      const waitSeconds = isWoken ? 0 : pollSeconds
      const orders = await api.orders({ after: book.now().lastOrder, waitSeconds, signal })
      for (const order of orders) await options.onOrder(order)
    } catch (error) {
      if (!polling.signal.aborted) throw error
    }
  }

  const converse = async () => {
    let failures = 0
    let lastAtMs = surroundings.now()
    let saidAtMs = lastAtMs
    while (!stop.aborted) {
      try {
        await round()
        if (failures > 0) log.write('the box is there again')
        failures = 0
        lastAtMs = surroundings.now()
      } catch (error) {
        if (stop.aborted) break
        failures += 1
        toldJobs = undefined
        const { code, detail } = explainError(error)
        const nowMs = surroundings.now()
        if (failures === 1) log.write('the box is not there', { code, detail })
        if (nowMs - lastAtMs > lonelyAfterMs && nowMs - saidAtMs > dayMs) {
          saidAtMs = nowMs
          const since = new Date(lastAtMs).toISOString()
          log.write('warning: no contact with the box for days', { since, code, detail })
          program.report.note(`No contact with the box since ${since}: ${detail}`)
        }
        const share = surroundings.randomBytes(1)[0]! / 255
        const isKnownNo = error instanceof RefusedError && (error.refusal.status === 401 || error.refusal.status === 403)
        await pause(isKnownNo ? refusedDelayMs : contactDelayMs(failures, share))
      }
    }
  }

  const pause = (ms: number) => wait(ms, undefined, { signal: stop }).catch(() => {})

  return {
    wake: () => {
      isWoken = true
      polling.abort()
    },
    ended: converse(),
  }
}
