import type { Database, Transaction } from '../database/database.ts'
import { findOrCreateJob } from '../jobs/jobs-table.ts'
import type { Id } from '../runtime/ids.ts'
import { countKnown } from '../skips/accepted-skip.ts'
import { listAcceptedSkips } from '../skips/accepted-skips-table.ts'
import { restate } from '../standings/standings-table.ts'
import { noteEndedRun } from './ended-runs-table.ts'
import {
  type DaysAsked,
  type DeviceDay,
  type FailedRun,
  type FinishedRun,
  maxDaysAsked,
  type NewRun,
  type RefusedRun,
  type RunKey,
} from './run.ts'
import * as table from './runs-table.ts'

export interface RunsService {
  /** With the upload session. The job comes into being with its first run. */
  readonly open: (transaction: Transaction, run: NewRun) => Promise<void>
  /** In the transaction that commits the run's final version; a checkpoint leaves the run open. */
  readonly finish: (transaction: Transaction, run: FinishedRun) => Promise<void>
  /** It was told why nothing is taken from it now. */
  readonly refuse: (transaction: Transaction, run: RefusedRun) => Promise<void>
  /** Does nothing to a run that has ended. */
  readonly fail: (transaction: Transaction, run: FailedRun) => Promise<void>
  /** As if it had never begun: nothing came of it, and nobody has to be told. Does nothing to a run that has ended. */
  readonly drop: (transaction: Transaction, run: { readonly runId: Id<'run'>; readonly deviceId: Id<'dev'> }) => Promise<void>
  /** @throws RangeError for more than `maxDaysAsked` days, or days that are not in order */
  readonly listDays: (asked: DaysAsked) => Promise<readonly DeviceDay[]>
  readonly findByKey: (
    transaction: Transaction,
    of: { readonly deviceId: Id<'dev'>; readonly key: RunKey },
  ) => Promise<{ readonly runId: Id<'run'>; readonly hasVersion: boolean; readonly isOpen: boolean } | undefined>
  readonly listRunning: (
    customerId: Id<'cus'>,
  ) => Promise<readonly { readonly deviceId: Id<'dev'>; readonly startedAt: number }[]>
}

const dayMs = 24 * 60 * 60 * 1000

export function createRunsService({ database }: { readonly database: Database }): RunsService {
  const { kysely } = database
  return {
    open: async (transaction, run) => {
      const { jobId } = await findOrCreateJob(transaction, run.deviceId, run.job, run.startedAt)
      if (run.isAgain === true) await table.reopenRun(transaction, run.runId)
      else await table.insertRun(transaction, { ...run, jobId })
      await restate(transaction, run)
    },
    finish: async (transaction, run) => {
      const { deviceId, job, skipped } = run.left
      const accepted = skipped.length === 0 ? [] : await listAcceptedSkips(transaction, { deviceId, job })
      await table.finishRun(transaction, { ...run, knownSkips: countKnown(accepted, skipped) })
      await noteEndedRun(transaction, run.runId, run.endedAt)
      await restate(transaction, run)
    },
    refuse: async (transaction, run) => {
      const { jobId } = await findOrCreateJob(transaction, run.deviceId, run.job, run.startedAt)
      await table.putRefusedRun(transaction, { ...run, jobId, sinceMs: run.startedAt - (run.startedAt % dayMs) })
    },
    fail: async (transaction, run) => {
      if (await table.failRun(transaction, run)) await noteEndedRun(transaction, run.runId, run.endedAt)
      await restate(transaction, run)
    },
    drop: async (transaction, run) => {
      await table.deleteOpenRun(transaction, run.runId)
      await restate(transaction, { deviceId: run.deviceId })
    },
    listDays: async (asked) => {
      const { dayStartsMs } = asked
      if (dayStartsMs.length > maxDaysAsked) throw new RangeError(`at most ${maxDaysAsked} days are counted at once`)
      const isInOrder = dayStartsMs.every((start, index) => index === 0 || start > dayStartsMs[index - 1]!)
      if (!isInOrder) throw new RangeError('days must follow each other')
      return table.listDays(kysely, asked)
    },
    findByKey: table.findRunByKey,
    listRunning: (customerId) => table.listRunningRuns(kysely, customerId),
  }
}
