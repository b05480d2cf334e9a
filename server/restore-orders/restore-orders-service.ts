/**
 * Restore orders: planned for people, given through the computer's own orders, handed out to the computer that was named, ended by its
 * report. The box hands out entries of the version, never its root: what was not selected cannot be reached from them.
 */
import { type ActingAs, actingByItself, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { OrderError } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import type { PersonDecisions } from '../retention/person-decisions.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { pathBytes, type VersionPath } from '../snapshots/version-path.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { createRestorePlans, type RestoreAsked, type RestorePlans } from './plan-restores.ts'
import { createRehearseRestores, type RehearseRestores } from './rehearse-restores.ts'
import {
  endedRestoresKeptMs,
  maxOpenRestores,
  type RestoreOrder,
  RestoreOrderError,
  type RestoreReport,
  type RestoreWish,
} from './restore-order.ts'
import * as table from './restore-orders-table.ts'
import type { RestoreTask } from './restore-task.ts'

export interface RestoreOrdersService extends Pick<RestorePlans, 'plan'>, RehearseRestores {
  /** Throws RestoreOrderError, OrderError. */
  readonly give: (asked: RestoreAsked, actingAs: ActingAs) => Promise<RestoreOrder>
  readonly find: (restoreId: Id<'rst'>) => Promise<RestoreOrder | undefined>
  readonly list: (page: Parameters<typeof table.listRestores>[1]) => Promise<readonly RestoreOrder[]>
  readonly listOpen: (of: { readonly customerId: Id<'cus'>; readonly deviceId?: Id<'dev'> }) => Promise<readonly RestoreOrder[]>
  /** At once: the computer may read nothing more by it, and stops where it is. One that has ended stays as it ended. */
  readonly cancel: (restore: RestoreOrder, actingAs: ActingAs) => Promise<void>
  /** Undefined: it is not this computer's, or has ended. */
  readonly taskFor: (device: DeviceIdentity, id: Id<'rst'>) => Promise<RestoreTask | undefined>
  readonly mayRead: (device: DeviceIdentity, id: Id<'rst'>) => Promise<boolean>
  readonly report: (device: DeviceIdentity, id: Id<'rst'>, report: RestoreReport) => Promise<boolean>
  /** Once a minute: those whose order ended without a word, and those that are too old to be kept. */
  readonly settle: () => Promise<void>
}

const settledAtOnce = 200
const beforeRevertName = 'Before the revert'
const removedAtOnce = 1000

export function createRestoreOrders(
  options: Parameters<typeof createRestorePlans>[0] & {
    readonly database: Database
    readonly randomness: Randomness
    readonly orders: OrdersService
    readonly progress: Pick<ProgressService, 'askToStopRestore'>
    readonly snapshots: Pick<SnapshotsService, 'find'>
    readonly retention: Pick<PersonDecisions, 'pin'>
    readonly versionNotes: Pick<VersionNotes, 'write'>
    readonly log: Log
  },
): RestoreOrdersService {
  const { database, clock, randomness, orders, progress, snapshots, log } = options
  const { kysely } = database
  const plans = createRestorePlans(options)
  const { grants, ...rehearsing } = createRehearseRestores({ ...options, plans })

  const end = async (
    restore: RestoreOrder,
    how: { state: 'failed' | 'cancelled' | 'expired'; code?: string; detail?: string },
    actingAs: ActingAs,
  ) =>
    database.transaction(async (tx) => {
      const at = clock.now()
      if (!(await table.endRestore(tx, { restoreId: restore.restoreId, at, ...how }))) return
      await insertAudit(
        tx,
        auditOf(
          restore,
          { ...actingAs, at, action: how.state === 'cancelled' ? 'restore.cancelled' : 'restore.ended' },
          { state: how.state },
        ),
      )
    })

  const taskOfOrder = async ({ deviceId }: DeviceIdentity, id: Id<'rst'>): Promise<RestoreTask | undefined> => {
    const restore = await table.findRestore(kysely, id)
    if (restore === undefined || restore.deviceId !== deviceId || restore.state !== 'open') return undefined
    const version = await snapshots.find(restore.snapshot)
    if (version === undefined) {
      await end(restore, { state: 'failed', code: 'HF-NO-VERSION', detail: 'The version is not there any more.' }, actingByItself)
      return undefined
    }
    const task = await plans.taskOf(version, restore)
    return (await table.noteHanded(kysely, id, clock.now())) ? task : undefined
  }

  const settle = async () => {
    for (const { restoreId, ...how } of await table.listLeftOpen(kysely, { at: clock.now(), limit: settledAtOnce })) {
      const restore = await table.findRestore(kysely, restoreId)
      if (restore !== undefined && how.state !== 'done' && how.state !== 'partly')
        await end(restore, { ...how, state: how.state }, actingByItself)
    }
    await table.removeEndedRestores(kysely, clock.now() - endedRestoresKeptMs, removedAtOnce)
  }

  return {
    plan: plans.plan,
    ...rehearsing,
    give: async (asked, actingAs) => {
      const { paths, facts } = await plans.check(asked)
      const { version, deviceId, mode, place, rule, undoes } = asked
      const restoreId = newId('rst', randomness)
      return database.transaction(async (tx) => {
        // Two presses of a button at once: the second sees what the first has given.
        await orders.lock(tx, deviceId)
        const open = await table.listOpenRestores(tx, { customerId: version.customerId, limit: maxOpenRestores })
        const same = open.find((known) => isSameWish(known, { ...asked, paths }))
        // Somebody pressed the button twice.
        if (same !== undefined) return same
        if (open.length >= maxOpenRestores)
          throw new RestoreOrderError('too-many', `${maxOpenRestores} of them are open already. Cancel one, or wait.`)
        const order = await orders.give(tx, { deviceId, order: { kind: 'restore', restore: restoreId } }, actingAs)
        const restore: RestoreOrder = {
          ...{ restoreId, customerId: version.customerId, deviceId, sourceDeviceId: version.deviceId, snapshot: version.id },
          ...{ job: version.job, versionAt: version.receivedAt, orderId: order.orderId, paths, mode, place, rule },
          ...{ state: 'open', isTaken: false, isLeft: false, askedAt: order.givenAt, askedBy: actorName(actingAs.actor) },
          ...{ expiresAt: order.expiresAt, handedAt: undefined, endedAt: undefined, undoes },
          ...{ files: facts.files, bytes: facts.bytes, isWhole: facts.isWhole },
          ...{ counters: undefined, proof: undefined, code: undefined, detail: undefined, before: undefined },
        }
        await table.insertRestore(tx, restore)
        await insertAudit(
          tx,
          auditOf(restore, { ...actingAs, at: order.givenAt, action: 'restore.ordered' }, { mode, rule, files: facts.files }),
        )
        return restore
      })
    },
    find: async (restoreId) => {
      const found = await table.findRestore(kysely, restoreId)
      if (found?.isLeft !== true) return found
      // Whoever looks at it does not wait for the minute.
      await settle()
      return table.findRestore(kysely, restoreId)
    },
    list: (page) => table.listRestores(kysely, page),
    listOpen: (of) => table.listOpenRestores(kysely, { ...of, limit: maxOpenRestores }),
    cancel: async (restore, actingAs) => {
      if (restore.state !== 'open') return
      await end(restore, { state: 'cancelled' }, actingAs)
      const { deviceId, orderId, restoreId } = restore
      const stop = async (tx: Transaction) => {
        // One that nobody took is simply gone; whoever is at it hears that it shall stop.
        if (await orders.withdraw(tx, orderId)) return
        await orders.give(tx, { deviceId, order: { kind: 'cancel-restore', restore: restoreId } }, actingAs)
      }
      await database.transaction(stop).catch((error: unknown) => {
        // It cannot be told: its grant is over all the same, and what it asks for next says so.
        if (!(error instanceof OrderError)) throw error
      })
      progress.askToStopRestore(deviceId, restoreId)
    },
    taskFor: async (device, id) => (await grants.taskFor(device, id)) ?? taskOfOrder(device, id),
    mayRead: async (device, id) =>
      grants.mayRead(device, id) || (await table.isGranted(kysely, { restoreId: id, deviceId: device.deviceId })),
    report: async (device, restoreId, report) => {
      const restore = await table.findRestore(kysely, restoreId)
      if (restore === undefined || restore.deviceId !== device.deviceId) return false
      const before = await ownVersion(report.before, device)
      // Before the restore ends: what it can be undone with must never go first.
      if (before !== undefined) await keepForUndo(before)
      const { state, code, detail } = report
      await database.transaction(async (tx) => {
        const at = clock.now()
        const isEnded = await table.putReport(tx, { restoreId, report: { ...report, before: before?.id }, at })
        if (!isEnded) return
        const { counters } = report
        await insertAudit(
          tx,
          auditOf(
            restore,
            { ...actingByItself, at, action: 'restore.ended' },
            { state, files: counters.files, failed: counters.failed },
          ),
        )
      })
      const ofOrder = state === 'failed' ? { state, code: code ?? '', detail: detail ?? '' } : ({ state: 'done' } as const)
      await orders.report(device.deviceId, restore.orderId, ofOrder)
      return true
    },
    settle,
  }

  async function ownVersion(id: Id<'snap'> | undefined, { deviceId }: DeviceIdentity): Promise<Snapshot | undefined> {
    const version = id === undefined ? undefined : await snapshots.find(id)
    return version?.deviceId === deviceId ? version : undefined
  }

  /** Pinned, and called what it is. In the bin already, or gone: then the undo says so. */
  async function keepForUndo(version: Snapshot): Promise<void> {
    try {
      await options.retention.pin(version, actingByItself)
      await options.versionNotes.write(version, { name: beforeRevertName, note: '' }, actingByItself)
    } catch (error) {
      if (!(error instanceof Error && 'fault' in error)) throw error
      log.warn({ version: version.id, why: error.message }, 'the version before a revert is not kept for its undo')
    }
  }
}

/** Of an order that nobody has taken yet. */
function isSameWish(known: RestoreOrder, { version, deviceId, paths, mode, place, rule }: RestoreAsked): boolean {
  const wishOf = (one: RestoreWish & { readonly paths: readonly VersionPath[] }) =>
    JSON.stringify([one.mode, one.place, one.rule, one.paths.map((path) => pathBytes(path).toString('latin1'))])
  const isSamePlace = known.snapshot === version.id && known.deviceId === deviceId && !known.isTaken
  return isSamePlace && wishOf(known) === wishOf({ mode, place, rule, paths })
}

type Row = Parameters<typeof insertAudit>[1]

function auditOf(
  { restoreId, deviceId, sourceDeviceId, customerId, snapshot }: RestoreOrder,
  row: Pick<Row, 'actor' | 'address' | 'at' | 'action'>,
  detail: Row['detail'],
): Row {
  return {
    ...row,
    objectId: deviceId,
    customerId,
    detail: { restore: restoreId, version: snapshot, from: sourceDeviceId, ...detail },
  }
}
