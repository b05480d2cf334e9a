import type { ActingAs } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { Order } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { checkEdit, conflictCode, type JobsEdit, JobsError, type JobsOfComputer } from './jobs-edit.ts'
import { nextBackupAt, type ToldJobs } from './told-jobs.ts'
import * as table from './told-jobs-table.ts'

export interface ToldJobsService {
  readonly tell: (
    device: DeviceIdentity,
    told: Omit<ToldJobs, 'deviceId' | 'customerId' | 'toldAt' | 'schedulesSince'>,
  ) => Promise<void>
  readonly find: (deviceId: Id<'dev'>) => Promise<ToldJobs | undefined>
  /** Of all a customer's computers that told theirs. */
  readonly list: (customerId: Id<'cus'>) => Promise<readonly ToldJobs[]>
  /** With the edit that waits for the computer, or that it refused because it had been edited there. */
  readonly read: (deviceId: Id<'dev'>) => Promise<JobsOfComputer | undefined>
  /**
   * Sends all jobs as they shall be from now on. An edit that still waits is replaced. Throws JobsError `not-told`, `outdated`,
   * `invalid`; OrderError.
   */
  readonly edit: (deviceId: Id<'dev'>, edit: JobsEdit, actingAs: ActingAs) => Promise<Order>
  /** Lets the computer's own side stand. */
  readonly dismissConflict: (deviceId: Id<'dev'>) => Promise<void>
}

const ordersLookedAt = 20

export function createToldJobsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly orders: OrdersService
}): ToldJobsService {
  const { database, clock, orders } = options
  const { kysely } = database

  const newestEdit = async (deviceId: Id<'dev'>) => {
    const newest = await orders.listNewest(deviceId, ordersLookedAt)
    return newest.find(({ body, state }) => body.kind === 'jobs-changed' && state !== 'withdrawn')
  }

  const read: ToldJobsService['read'] = async (deviceId) => {
    const [told, edit] = [await table.findToldJobs(kysely, deviceId), await newestEdit(deviceId)]
    if (told === undefined) return undefined
    const ordered = edit?.body.kind === 'jobs-changed' ? edit.body.jobs : []
    const change = edit && { order: edit, jobs: ordered }
    return {
      told,
      nextAt: nextBackupAt(told, clock.now()),
      waiting: change !== undefined && (edit?.state === 'waiting' || edit?.state === 'taken') ? change : undefined,
      conflict: change !== undefined && edit?.state === 'failed' && edit.code === conflictCode ? change : undefined,
      failed: edit?.state === 'failed' && edit.code !== conflictCode ? edit : undefined,
    }
  }

  return {
    read,
    find: (deviceId) => table.findToldJobs(kysely, deviceId),
    list: (customerId) => table.listToldJobs(kysely, customerId),
    tell: async ({ deviceId, customerId }, told) => {
      await database.transaction(async (tx) => {
        const before = await table.findToldJobs(tx, deviceId)
        const toldAt = clock.now()
        const isSame =
          before !== undefined && before.keepsSchedule === told.keepsSchedule && schedulesText(before) === schedulesText(told)
        const schedulesSince = isSame ? before.schedulesSince : toldAt
        await table.putToldJobs(tx, { ...told, deviceId, customerId, toldAt, schedulesSince })
      })
    },
    edit: async (deviceId, edit, actingAs) => {
      const now = await read(deviceId)
      if (now === undefined) throw new JobsError('not-told', 'This computer has not told yet what it backs up.')
      // What the person saw: the computer's side, or the edit that waits on top of it.
      if (edit.baseRevision !== now.told.revision)
        throw new JobsError('outdated', 'The jobs were changed meanwhile. Look at them again.')
      const jobs = checkEdit(edit.jobs, now.told.platform)
      return database.transaction(async (tx) => {
        await orders.withdrawEdits(tx, deviceId)
        const order = { kind: 'jobs-changed', baseRevision: edit.baseRevision, jobs } as const
        return orders.give(tx, { deviceId, order }, actingAs)
      })
    },
    dismissConflict: (deviceId) => database.transaction((tx) => orders.withdrawEdits(tx, deviceId)),
  }
}

function schedulesText({ jobs, timeZone }: Pick<ToldJobs, 'jobs' | 'timeZone'>): string {
  return JSON.stringify([timeZone, jobs.map(({ schedules, isPaused }) => (isPaused ? [] : schedules))])
}
