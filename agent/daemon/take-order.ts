import { isSameJobName } from '../../selection/job-name.ts'
import type { Program } from '../command-line/program.ts'
import { readConfiguration } from '../config/configuration-file.ts'
import { explainError } from '../errors/explain-error.ts'
import { AnswerReader } from '../link/answer-reader.ts'
import type { GivenOrder, OrderReport } from '../link/telling-api.ts'
import { runKeyOf } from '../runs/run-key.ts'
import { applyJobs } from './apply-jobs.ts'
import type { RestoreQueue } from './restore-queue.ts'
import type { RunQueue } from './run-queue.ts'
import type { PendingRun, WorkBook } from './work-book.ts'

/**
 * Takes an order down, durably, and does what can be done at once. What this program does not know is answered, not ignored: the box may
 * be newer.
 */
export async function takeOrder(
  {
    program,
    book,
    queue,
    restores,
  }: {
    readonly program: Program
    readonly book: WorkBook
    readonly queue: Pick<RunQueue, 'cancel'>
    readonly restores: Pick<RestoreQueue, 'cancel' | 'rehearse'>
  },
  order: GivenOrder,
): Promise<void> {
  program.log.write('order', { order: order.id, kind: order.kind, number: order.number })
  const lastOrder = Math.max(order.number, book.now().lastOrder)
  const answered = (report: OrderReport) =>
    book.write({ lastOrder, orderReports: [...book.now().orderReports, { id: order.id, report }] })
  try {
    switch (order.kind) {
      case 'run-now': {
        const runs = runsOf(program, order)
        if (runs.length === 0)
          return answered({ state: 'failed', code: 'HF-NO-JOB', detail: 'Nothing is selected for backup on this computer.' })
        const known = new Set(book.now().runs.map(({ key }) => key))
        const taken = { id: order.id, report: { state: 'taken' } } as const
        book.write({
          lastOrder,
          runs: [...book.now().runs, ...runs.filter(({ key }) => !known.has(key))],
          orderReports: [...book.now().orderReports, taken],
        })
        return
      }
      case 'jobs-changed':
        return answered(await applyJobs(program, order.body))
      case 'cancel':
        queue.cancel()
        return answered({ state: 'done' })
      case 'restore': {
        const id = new AnswerReader(order.body, 'order').text('restore')
        const { restores: pending, orderReports } = book.now()
        const taken = { id: order.id, report: { state: 'taken' } } as const
        const restore = { id, order: order.id, tries: 0, notBeforeMs: program.surroundings.now() }
        book.write({
          lastOrder,
          restores: pending.some((known) => known.id === id) ? pending : [...pending, restore],
          orderReports: [...orderReports, taken],
        })
        return
      }
      case 'rehearse':
        restores.rehearse(new AnswerReader(order.body, 'order').text('restore'))
        return answered({ state: 'done' })
      case 'cancel-restore':
        restores.cancel(new AnswerReader(order.body, 'order').text('restore'))
        return answered({ state: 'done' })
      default:
        return answered({
          state: 'failed',
          code: 'HF-NOT-IN-THIS-VERSION',
          detail: `This program does not know "${order.kind}".`,
        })
    }
  } catch (error) {
    const { code, detail } =
      error instanceof RangeError ? { code: 'HF-CONFIG-INVALID', detail: error.message } : explainError(error)
    answered({ state: 'failed', code, detail })
  }
}

function runsOf({ state, surroundings }: Program, { id, body }: GivenOrder): readonly PendingRun[] {
  const wanted = new AnswerReader(body, 'order').optionalText('job')
  const { jobs } = readConfiguration(state.configurationFile, surroundings.platform)
  const chosen =
    wanted === undefined ? jobs.map(({ name }) => name) : [jobs.find(({ name }) => isSameJobName(name, wanted))?.name ?? wanted]
  const notBeforeMs = surroundings.now()
  return chosen.map((job) => ({ key: runKeyOf({ id, job }), job, cause: 'order', order: id, attempts: [], notBeforeMs }))
}
