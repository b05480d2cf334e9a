/**
 * Restore orders: planned for people, given through the computer's own orders, handed out to the computer that was named, ended by its
 * report. The box hands out entries of the version, never its root: what was not selected cannot be reached from them.
 */
import type { PlaintextSource } from '../../engine/index.ts'
import { type ActingAs, actingByItself, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { topmostPaths } from '../baskets/basket.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { listJobsOfDevice } from '../jobs/jobs-table.ts'
import { OrderError } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { PersonDecisions } from '../retention/person-decisions.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { ReadSnapshotBody } from '../snapshots/snapshot-bodies.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { namesOfPathBytes, pathBytes, type VersionPath } from '../snapshots/version-path.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { createRehearsals, type RehearsalCounts, type Rehearsed } from './rehearsals.ts'
import {
  endedRestoresKeptMs,
  maxOpenRestores,
  maxRestorePaths,
  type RestoreOrder,
  RestoreOrderError,
  type RestoreReport,
  type RestoreWish,
} from './restore-order.ts'
import * as table from './restore-orders-table.ts'
import { demandTarget } from './restore-target.ts'
import { type RestoreTask, restoreTask } from './restore-task.ts'
import { type Estimate, estimateAgainst, type SelectionFacts, selectionFacts } from './selection-facts.ts'

export interface RestoreAsked extends RestoreWish {
  readonly version: Snapshot
  readonly paths: readonly VersionPath[]
  /** Where the files shall go: a computer of the same account. */
  readonly deviceId: Id<'dev'>
  readonly undoes?: Id<'rst'>
}

export interface PlannedRestore {
  readonly facts: SelectionFacts
  /** Undefined: the computer has no version of this job to compare with. */
  readonly estimate: (Estimate & { readonly asOfMs: number }) | undefined
}

export interface RestoreOrdersService {
  /** How much it is, and what it would meet as of the newest backup. */
  readonly plan: (asked: Pick<RestoreAsked, 'version' | 'paths' | 'deviceId'>) => Promise<PlannedRestore>
  /** Throws RestoreOrderError, OrderError. */
  readonly give: (asked: RestoreAsked, actingAs: ActingAs) => Promise<RestoreOrder>
  readonly find: (restoreId: Id<'rst'>) => Promise<RestoreOrder | undefined>
  readonly list: (page: Parameters<typeof table.listRestores>[1]) => Promise<readonly RestoreOrder[]>
  readonly listOpen: (of: { readonly customerId: Id<'cus'>; readonly deviceId?: Id<'dev'> }) => Promise<readonly RestoreOrder[]>
  /** At once: the computer may read nothing more by it, and stops where it is. One that has ended stays as it ended. */
  readonly cancel: (restore: RestoreOrder, actingAs: ActingAs) => Promise<void>
  /** Asks the computer what a restore would do there. Throws as `give` does. */
  readonly rehearse: (asked: RestoreAsked, actingAs: ActingAs) => Promise<Id<'rst'>>
  /** Undefined: nobody asked, or it was long ago. Waits for the answer, where told to. */
  readonly rehearsed: (
    rehearsalId: Id<'rst'>,
    waitMs?: number,
  ) => Promise<{ readonly customerId: Id<'cus'>; readonly answer: Rehearsed } | undefined>
  /** Undefined: it is not this computer's, or has ended. */
  readonly taskFor: (device: DeviceIdentity, id: Id<'rst'>) => Promise<RestoreTask | undefined>
  readonly mayRead: (device: DeviceIdentity, id: Id<'rst'>) => Promise<boolean>
  readonly report: (device: DeviceIdentity, id: Id<'rst'>, report: RestoreReport) => Promise<boolean>
  readonly tellRehearsal: (device: DeviceIdentity, id: Id<'rst'>, counts: RehearsalCounts) => boolean
  /** Once a minute: those whose order ended without a word, and those that are too old to be kept. */
  readonly settle: () => Promise<void>
}

const settledAtOnce = 200
const beforeRevertName = 'Before the revert'
const removedAtOnce = 1000

export function createRestoreOrders(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly orders: OrdersService
  readonly progress: Pick<ProgressService, 'askToStopRestore'>
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly readSnapshotBody: ReadSnapshotBody
  readonly toldJobs: Pick<ToldJobsService, 'find'>
  readonly repositories: Pick<Repositories, 'find'>
  readonly plaintexts: PlaintextsService
  readonly retention: Pick<PersonDecisions, 'pin'>
  readonly versionNotes: Pick<VersionNotes, 'write'>
  readonly log: Log
}): RestoreOrdersService {
  const { database, clock, randomness, orders, progress, snapshots, log } = options
  const { kysely } = database
  const rehearsals = createRehearsals({ clock })

  const sourceOf = async ({ repositoryId }: Pick<Snapshot, 'repositoryId'>): Promise<PlaintextSource> => {
    const repository = await options.repositories.find(repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    return options.plaintexts.source(repository)
  }

  /** The top of a version stands for what was backed up, not for the folders that lead there. */
  const pathsOf = async (version: Snapshot, paths: readonly VersionPath[]): Promise<readonly VersionPath[]> => {
    if (!paths.some((path) => path.length === 0)) return topmostPaths(paths)
    const { sources } = await options.readSnapshotBody(version)
    return topmostPaths(sources.map(namesOfPathBytes))
  }

  const checked = async (asked: RestoreAsked) => {
    await demandTarget(options, asked)
    const paths = await pathsOf(asked.version, asked.paths)
    if (paths.length > maxRestorePaths)
      throw new RestoreOrderError('too-many', `At most ${maxRestorePaths} files and folders go back at once.`)
    const facts = await selectionFacts(await sourceOf(asked.version), asked.version, paths)
    // An undo may name what was not there before: it goes again.
    if (facts.found.length === 0 && (asked.mode !== 'revert' || paths.length === 0))
      throw new RestoreOrderError('nothing-selected', 'Choose files or folders of this version first.')
    return { paths: asked.mode === 'revert' ? paths : facts.found, facts }
  }

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

  const taskOf = async (version: Snapshot, of: Parameters<typeof restoreTask>[1]): Promise<RestoreTask> =>
    restoreTask({ source: await sourceOf(version), version }, of)

  const settle = async () => {
    for (const { restoreId, ...how } of await table.listLeftOpen(kysely, settledAtOnce)) {
      const restore = await table.findRestore(kysely, restoreId)
      if (restore !== undefined && how.state !== 'done' && how.state !== 'partly')
        await end(restore, { ...how, state: how.state }, actingByItself)
    }
    await table.removeEndedRestores(kysely, clock.now() - endedRestoresKeptMs, removedAtOnce)
  }

  return {
    plan: async ({ version, paths: wanted, deviceId }) => {
      const source = await sourceOf(version)
      const paths = await pathsOf(version, wanted)
      const { entries, ...facts } = await selectionFacts(source, version, paths)
      const newest = await newestOf(deviceId, version.job)
      if (newest === undefined || newest.repositoryId !== version.repositoryId) return { facts, estimate: undefined }
      const estimate = await estimateAgainst(source, { entries, isWhole: facts.isWhole }, newest, paths)
      return { facts, estimate: { ...estimate, asOfMs: newest.receivedAt } }
    },
    give: async (asked, actingAs) => {
      const { paths, facts } = await checked(asked)
      const { version, deviceId, mode, place, rule, undoes } = asked
      const restoreId = newId('rst', randomness)
      return database.transaction(async (tx) => {
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
          ...{ expiresAt: order.expiresAt, endedAt: undefined, files: facts.files, bytes: facts.bytes, undoes },
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
    rehearse: async (asked, actingAs) => {
      const { paths } = await checked(asked)
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
    taskFor: async ({ deviceId }, id) => {
      const rehearsal = rehearsals.findOpen(id)
      if (rehearsal !== undefined) {
        const version = rehearsal.deviceId === deviceId ? await snapshots.find(rehearsal.snapshot) : undefined
        return version && taskOf(version, { ...rehearsal, restoreId: id, isRehearsal: true })
      }
      const restore = await table.findRestore(kysely, id)
      if (restore === undefined || restore.deviceId !== deviceId || restore.state !== 'open') return undefined
      const version = await snapshots.find(restore.snapshot)
      if (version !== undefined) return taskOf(version, { ...restore, isRehearsal: false })
      await end(restore, { state: 'failed', code: 'HF-NO-VERSION', detail: 'The version is not there any more.' }, actingByItself)
      return undefined
    },
    mayRead: async ({ deviceId }, id) =>
      rehearsals.findOpen(id)?.deviceId === deviceId || (await table.isGranted(kysely, { restoreId: id, deviceId })),
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
    tellRehearsal: ({ deviceId }, id, counts) => {
      if (rehearsals.find(id)?.deviceId !== deviceId) return false
      rehearsals.tell(id, { kind: 'told', counts })
      return true
    },
    settle,
  }

  async function newestOf(deviceId: Id<'dev'>, job: string): Promise<Snapshot | undefined> {
    const found = (await listJobsOfDevice(kysely, deviceId)).find(({ name }) => name === job)
    return found?.newestVersion === undefined ? undefined : snapshots.find(found.newestVersion)
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
