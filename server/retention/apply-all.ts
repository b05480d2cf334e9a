/** The daily run: computer by computer; then the catalogues are swept of what no version shows any more. */
import type { CatalogueSweeps } from '../catalogue/sweep-service.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Database } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Log } from '../runtime/log.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { ReconcileNotes } from '../version-notes/version-notes-service.ts'
import { type AppliedRules, applyRules, type RulesToApply } from './apply-rules.ts'
import { type DeviceRulesOptions, findRules } from './device-rules.ts'
import { deleteHeldBefore } from './held-rules-table.ts'
import { areMarksNoted, reconcileMarks } from './reconcile-marks.ts'
import type { RepositoryWriting, WriteInRepository } from './repository-writing.ts'

export interface RetentionProgress {
  readonly computers: number
  readonly applied: AppliedRules
}

export interface RetentionRun {
  /** All, unless told. */
  readonly reach?: CustomerReach
  readonly signal: AbortSignal
  readonly onProgress?: (progress: RetentionProgress) => void
}

export interface AppliedRetention extends AppliedRules {
  readonly computers: number
  /** Whose plan cannot be told: nothing of them was let go. */
  readonly computersWithoutRules: number
  /** Whose backups lie on a disk that is not there, or is not the right one. */
  readonly computersWithoutDisk: number
  readonly cataloguesSwept: number
}

export interface ApplyAll {
  readonly apply: (run: RetentionRun) => Promise<AppliedRetention>
  readonly reconcile: () => Promise<void>
}

const devicesPerPage = 200
/** A run that began before rules were over may ask for them until it ends. */
const heldRowsStayMs = 24 * 60 * 60 * 1000

export function createApplyAll(
  options: DeviceRulesOptions &
    Omit<RulesToApply, 'signal' | 'marking' | 'write'> & {
      readonly database: Database
      readonly devices: Pick<DevicesService, 'list'>
      readonly sweeps: CatalogueSweeps
      readonly writeIn: WriteInRepository
      readonly reconcileNotes: ReconcileNotes
      readonly log: Log
      readonly reached: ReachedPoint
    },
): ApplyAll {
  const { database, clock, log, reached, writeIn } = options

  async function* allDevices(reach: CustomerReach): AsyncGenerator<Device> {
    for (let afterNumber = 0; ; ) {
      const page = await options.devices.list({ reach, afterNumber, limit: devicesPerPage })
      yield* page
      const last = page.at(-1)
      if (last === undefined) return
      afterNumber = last.number
    }
  }

  const reconcileDevice = async (device: Device, writing: RepositoryWriting) => {
    await reconcileMarksOf(device, writing)
    await reconcileNotesOf(device, writing)
  }

  /** Notes take keys, and rules do not: a repository that does not open is looked after all the same. */
  const reconcileNotesOf = async (device: Device, writing: RepositoryWriting) => {
    try {
      await options.reconcileNotes(device, writing)
    } catch (error) {
      if (!(error instanceof RepositoryError) && !(error instanceof VolumeError)) throw error
      log.warn({ err: error, device: device.deviceId }, 'names and notes of versions could not be compared with their files')
    }
  }

  const reconcileMarksOf = async ({ deviceId, repositoryId }: Device, { place }: RepositoryWriting) => {
    if (await areMarksNoted(database.kysely, deviceId, place)) return
    const marking = { place, reached, observedMs: await options.readObservedTime() }
    await database.transaction(async (tx) => {
      await lockRepository(tx, repositoryId)
      await reconcileMarks(tx, deviceId, { ...marking, at: clock.now() })
    })
  }

  const applyTo = (device: Device, signal: AbortSignal): Promise<AppliedRules | 'no-rules' | 'no-disk'> =>
    writeIn(device.repositoryId, async (writing) => {
      const { place, write, isRight } = writing
      if (!isRight) return 'no-disk'
      await reconcileDevice(device, writing)
      const found = await findRules(device, options)
      if (found === undefined) return 'no-rules'
      return applyRules({ ...device, ...found }, { ...options, write, marking: { place, reached }, signal })
    })

  return {
    apply: async ({ reach = 'all', signal, onProgress = () => {} }) => {
      const sum = { computers: 0, computersWithoutRules: 0, computersWithoutDisk: 0, binned: 0, takenBack: 0, forgotten: 0 }
      for await (const device of allDevices(reach)) {
        signal.throwIfAborted()
        const done = await applyTo(device, signal)
        sum.computers += 1
        if (done === 'no-rules') sum.computersWithoutRules += 1
        if (done === 'no-disk') sum.computersWithoutDisk += 1
        if (typeof done === 'string') continue
        sum.binned += done.binned
        sum.takenBack += done.takenBack
        sum.forgotten += done.forgotten
        onProgress({ computers: sum.computers, applied: sum })
      }
      await deleteHeldBefore(database.kysely, clock.now() - heldRowsStayMs)
      return { ...sum, cataloguesSwept: await options.sweeps.sweepAll(signal) }
    },
    reconcile: async () => {
      for await (const device of allDevices('all'))
        await writeIn(device.repositoryId, async (writing) => {
          if (writing.isRight) await reconcileDevice(device, writing)
        })
    },
  }
}
