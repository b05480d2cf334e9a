/** Asking a computer what a restore would do there, and what it answers. Decision 0055. */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { RestoreAsked, RestorePlans } from './plan-restores.ts'
import { createRehearsals, type RehearsalCounts, type Rehearsed } from './rehearsals.ts'
import type { RestoreTask } from './restore-task.ts'

export interface RehearseRestores {
  /** Asks the computer what a restore would do there. Throws RestoreOrderError, OrderError. */
  readonly rehearse: (asked: RestoreAsked, actingAs: ActingAs) => Promise<Id<'rst'>>
  /** Undefined: nobody asked, it was long ago, or something else was asked of that computer since. Waits for the answer, where told to. */
  readonly rehearsed: (
    rehearsalId: Id<'rst'>,
    waitMs?: number,
  ) => Promise<{ readonly customerId: Id<'cus'>; readonly answer: Rehearsed } | undefined>
  readonly tellRehearsal: (device: DeviceIdentity, id: Id<'rst'>, counts: RehearsalCounts) => boolean
}

/** What a computer may look at while it is asked. */
export interface RehearsalGrants {
  readonly mayRead: (device: DeviceIdentity, id: Id<'rst'>) => boolean
  /** Undefined: it is not asked, or somebody else is. */
  readonly taskFor: (device: DeviceIdentity, id: Id<'rst'>) => Promise<RestoreTask | undefined>
}

export function createRehearseRestores(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly orders: Pick<OrdersService, 'give' | 'find' | 'withdrawRehearsals'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly plans: Pick<RestorePlans, 'check' | 'taskOf'>
}): RehearseRestores & { readonly grants: RehearsalGrants } {
  const { database, clock, randomness, orders, snapshots, plans } = options
  const rehearsals = createRehearsals({ clock })

  return {
    rehearse: async (asked, actingAs) => {
      const { paths } = await plans.check(asked)
      const { version, deviceId, mode, place, rule } = asked
      const rehearsalId = newId('rst', randomness)
      const about = { rehearsalId, customerId: version.customerId, deviceId, snapshot: version.id, paths, mode, place, rule }
      await database.transaction(async (tx) => {
        await orders.withdrawRehearsals(tx, deviceId)
        const { orderId } = await orders.give(tx, { deviceId, order: { kind: 'rehearse', restore: rehearsalId } }, actingAs)
        // Another computer's files: it is let look at what was selected, for less than a minute.
        if (deviceId !== version.deviceId)
          await insertAudit(tx, {
            ...{ ...actingAs, at: clock.now(), action: 'restore.rehearsed', objectId: deviceId },
            customerId: version.customerId,
            detail: { version: version.id, from: version.deviceId },
          })
        // Before the commit: the computer may be quicker than this line otherwise.
        rehearsals.ask({ ...about, orderId })
      })
      return rehearsalId
    },
    rehearsed: async (id, waitMs = 0) => {
      const asked = rehearsals.find(id)
      if (asked === undefined) return undefined
      if (waitMs > 0) await rehearsals.settled(id, waitMs)
      const { customerId, orderId } = asked
      const answer = rehearsals.answerOf(id)
      if (answer === undefined || answer.kind !== 'asked') return answer && { customerId, answer }
      // A program that is too old for it says so of the order.
      const order = await orders.find(orderId)
      if (order?.state !== 'failed') return { customerId, answer }
      return { customerId, answer: { kind: 'failed', code: order.code ?? 'HF-AGENT-INTERNAL', detail: order.detail ?? '' } }
    },
    tellRehearsal: ({ deviceId }, id, counts) => {
      if (rehearsals.find(id)?.deviceId !== deviceId) return false
      rehearsals.tell(id, { kind: 'told', counts })
      return true
    },
    grants: {
      mayRead: ({ deviceId }, id) => rehearsals.findOpen(id)?.deviceId === deviceId,
      taskFor: async ({ deviceId }, id) => {
        const asked = rehearsals.findOpen(id)
        if (asked?.deviceId !== deviceId) return undefined
        const version = await snapshots.find(asked.snapshot)
        return version && plans.taskOf(version, { ...asked, restoreId: id })
      },
    },
  }
}
