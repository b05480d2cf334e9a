import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { findLogText, logsKeptMs, maxLogBytesOfCustomer, type RunReport, type StoredReport } from './run-report.ts'
import * as table from './run-reports-table.ts'
import type { RunsService } from './runs-service.ts'

export interface RunReportsService {
  /** Once or often: the last word counts. A run that never got here is written down as it went over there. */
  readonly receive: (device: DeviceIdentity, report: RunReport) => Promise<void>
  readonly find: (runId: Id<'run'>) => Promise<StoredReport | undefined>
  readonly findMany: (runIds: readonly Id<'run'>[]) => Promise<ReadonlyMap<Id<'run'>, StoredReport>>
  /** The log as the computer wrote it, paths and all. */
  readonly readLog: (runId: Id<'run'>) => Promise<string | undefined>
  /** Removes logs that are too old, or more than an account may hold. A chore. */
  readonly sweep: () => Promise<{ readonly logs: number }>
}

const removedAtOnce = 5000

export function createRunReportsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly runs: Pick<RunsService, 'open' | 'fail' | 'refuse' | 'findByKey'>
  readonly orders: Pick<OrdersService, 'endCancels'>
  readonly progress: Pick<ProgressService, 'endOf'>
}): RunReportsService {
  const { database, clock, randomness, runs, orders, progress } = options
  const { kysely } = database

  return {
    receive: async ({ deviceId, customerId }, report) => {
      const receivedAt = clock.now()
      const { key, job, code = 'HF-RUN-INTERRUPTED', detail = '' } = report
      // A computer's clock may be wrong; nothing has ended that is still to come.
      const endedAt = Math.min(report.endedAt, receivedAt)
      const startedAt = Math.min(report.startedAt, endedAt)
      await database.transaction(async (tx) => {
        const known = await runs.findByKey(tx, { deviceId, key })
        // A version that is not in these books came of it: its run was lost with them, and is history.
        if (known === undefined && (report.verdict === 'ok' || report.verdict === 'partial')) return
        const runId = known?.runId ?? newId('run', randomness)
        // Refusals of one day are one row, and sent nothing that a log would tell of.
        if (report.verdict === 'refused') {
          if (known === undefined) await runs.refuse(tx, { runId, customerId, deviceId, job, startedAt, code, detail })
          return
        }
        if (known === undefined) await runs.open(tx, { runId, customerId, deviceId, job, startedAt, key })
        if (report.verdict === 'failed') await runs.fail(tx, { runId, code, detail, endedAt })
        await table.putRunReport(tx, { runId, customerId, deviceId, report, receivedAt })
        await orders.endCancels(tx, deviceId)
      })
      progress.endOf(deviceId)
    },
    find: async (runId) => (await table.findRunReports(kysely, [runId])).get(runId),
    findMany: (runIds) => table.findRunReports(kysely, runIds),
    readLog: async (runId) => {
      const log = await table.findRunLog(kysely, runId)
      return log === undefined || log.length === 0 ? undefined : findLogText(log)
    },
    sweep: async () => {
      let logs = 0
      for (;;) {
        const removed = await table.removeOldLogs(kysely, clock.now() - logsKeptMs, removedAtOnce)
        logs += removed
        if (removed < removedAtOnce) break
      }
      for (const customerId of await table.listCustomersWithLogsOver(kysely, maxLogBytesOfCustomer)) {
        const until = await table.findLogLimit(kysely, customerId, maxLogBytesOfCustomer)
        if (until !== undefined) await table.removeLogsOfCustomer(kysely, customerId, until)
      }
      return { logs }
    },
  }
}
