/** The daily run: computer by computer; then the catalogues are swept of what no version shows any more. */
import type { CatalogueSweeps } from '../catalogue/sweep-service.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Database } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { type AppliedRules, applyRules, type RulesToApply } from './apply-rules.ts'
import { type DeviceRulesOptions, findRules } from './device-rules.ts'
import { reconcileMarks } from './reconcile-marks.ts'

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
  readonly cataloguesSwept: number
}

export interface ApplyAll {
  readonly apply: (run: RetentionRun) => Promise<AppliedRetention>
  readonly reconcile: () => Promise<void>
}

const devicesPerPage = 200

export function createApplyAll(
  options: DeviceRulesOptions &
    Omit<RulesToApply, 'signal' | 'marking'> & {
      readonly database: Database
      readonly devices: Pick<DevicesService, 'list'>
      readonly sweeps: CatalogueSweeps
      readonly getPlace: (repositoryId: RepositoryId) => Promise<RepositoryPlace>
      readonly reached: ReachedPoint
    },
): ApplyAll {
  const { database, clock, reached, getPlace } = options

  async function* allDevices(reach: CustomerReach): AsyncGenerator<Device> {
    for (let afterNumber = 0; ; ) {
      const page = await options.devices.list({ reach, afterNumber, limit: devicesPerPage })
      yield* page
      const last = page.at(-1)
      if (last === undefined) return
      afterNumber = last.number
    }
  }

  const reconcileDevice = async ({ deviceId, repositoryId }: Device) => {
    const marking = { place: await getPlace(repositoryId), reached, observedMs: await options.readObservedTime() }
    await database.transaction(async (tx) => {
      await lockRepository(tx, repositoryId)
      await reconcileMarks(tx, deviceId, { ...marking, at: clock.now() })
    })
  }

  return {
    apply: async ({ reach = 'all', signal, onProgress = () => {} }) => {
      const sum = { computers: 0, computersWithoutRules: 0, binned: 0, takenBack: 0, forgotten: 0 }
      for await (const device of allDevices(reach)) {
        signal.throwIfAborted()
        await reconcileDevice(device)
        const found = await findRules(device, options)
        sum.computers += 1
        if (found === undefined) {
          sum.computersWithoutRules += 1
          continue
        }
        const marking = { place: await getPlace(device.repositoryId), reached }
        const done = await applyRules({ ...device, rules: found.rules }, { ...options, marking, signal })
        sum.binned += done.binned
        sum.takenBack += done.takenBack
        sum.forgotten += done.forgotten
        onProgress({ computers: sum.computers, applied: sum })
      }
      return { ...sum, cataloguesSwept: await options.sweeps.sweepAll(signal) }
    },
    reconcile: async () => {
      for await (const device of allDevices('all')) await reconcileDevice(device)
    },
  }
}
