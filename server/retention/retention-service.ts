/** What retention offers to pages, routes, commands and its chore. */
import type { ActingAs } from '../audit/audit.ts'
import type { CatalogueSweeps } from '../catalogue/sweep-service.ts'
import type { Database } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Retention } from '../plans/plan.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Id } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { BinEntry } from '../snapshots/bin-entry.ts'
import { listBin } from '../snapshots/version-marks-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import type { ReconcileNotes } from '../version-notes/version-notes-service.ts'
import { type ApplyAll, createApplyAll } from './apply-all.ts'
import { decideDevice } from './decide.ts'
import { type DeviceRulesOptions, findRules, setRules } from './device-rules.ts'
import { type ForeseenVersion, foreseeDevice, type VersionKept } from './foresee.ts'
import { createForgetComputers, type ForgetComputers } from './forget-computer.ts'
import { createPersonDecisions, type PersonDecisions } from './person-decisions.ts'
import { previewRules, type RetentionPreview } from './preview.ts'
import { getRepository, type RepositoryWritingOptions, type WriteInRepository } from './repository-writing.ts'
import { type DeviceRules, RetentionError, type VersionDecision } from './retention.ts'

export interface RetentionService extends PersonDecisions, ForgetComputers {
  /** Throws RetentionError `no-plan`. */
  readonly rulesOf: (device: Device) => Promise<DeviceRules>
  /** Undefined: those of the plan. They take effect with the next run. */
  readonly setRules: (device: Device, rules: Retention | undefined, actingAs: ActingAs) => Promise<void>
  /** Each version of a computer, the newest first, with why it stays or that it goes; by other rules than its own where given. */
  readonly decide: (device: Device, rules?: Retention) => Promise<readonly VersionDecision[]>
  /** Until when each version of a computer is kept, those in the bin too; by its rules and by what its jobs have planned. */
  readonly foresee: (device: Device) => Promise<ReadonlyMap<Id<'snap'>, VersionKept>>
  /** The same with what the rules know of each. Empty where a computer has no plan, and so no rules: its versions stay. */
  readonly listForeseen: (device: Device) => Promise<readonly ForeseenVersion[]>
  /** What these rules would do. Counting what they free ends with the signal. */
  readonly preview: (device: Device, rules: Retention, countUntil: AbortSignal) => Promise<RetentionPreview>
  /** The newest first. */
  readonly listBin: (deviceId: Id<'dev'>) => Promise<readonly BinEntry[]>
  /** Every computer's rules, done. */
  readonly apply: ApplyAll['apply']
  /** Rows as the files of pins, of the bin and of notes say: at boot, and after an index was made again. */
  readonly reconcile: () => Promise<void>
}

export interface RetentionOptions extends DeviceRulesOptions, RepositoryWritingOptions {
  readonly database: Database
  /** Days, weeks and months of the rules are those of this zone: the box's. */
  readonly timeZone: string
  readonly devices: Pick<DevicesService, 'list' | 'find' | 'end'>
  readonly toldJobs: Pick<ToldJobsService, 'find'>
  readonly sweeps: CatalogueSweeps
  readonly readObservedTime: () => Promise<number>
  readonly reconcileNotes: ReconcileNotes
  readonly writeIn: WriteInRepository
  readonly log: Log
  readonly reached: ReachedPoint
}

/** Seven days of a bin that rules and people fill. */
export const binEntriesListed = 5000

export function createRetention(options: RetentionOptions): RetentionService {
  const { database, clock, timeZone } = options
  const { kysely } = database

  const { writeIn } = options
  const getRules = async (device: Pick<Device, 'deviceId' | 'subscriptionId'>): Promise<DeviceRules> => {
    const rules = await findRules(device, options)
    if (rules === undefined) throw new RetentionError('no-plan', 'This computer has no plan, and so no rules.')
    return rules
  }
  const listForeseen = async (device: Device): Promise<readonly ForeseenVersion[]> => {
    const rules = await findRules(device, options)
    if (rules === undefined) return []
    const told = await options.toldJobs.find(device.deviceId)
    return foreseeDevice(kysely, { device, rules, told, timeZone, nowMs: clock.now() })
  }
  const applyAll = createApplyAll({ ...options, writeIn })
  return {
    ...createForgetComputers({ ...options, writeIn }),
    ...createPersonDecisions({
      ...options,
      writeIn,
      isKeptByRules: async (tx, { id, deviceId }) => {
        const device = await options.devices.find(deviceId)
        if (device === undefined) return false
        const { rules, held } = await getRules(device)
        const decisions = await decideDevice(tx, { deviceId, rules, held, timeZone, nowMs: clock.now() })
        return decisions.some(({ version, kind }) => version.id === id && kind === 'keep')
      },
    }),
    rulesOf: getRules,
    setRules: (device, rules, actingAs) => setRules(device, rules, { ...options, actingAs }),
    decide: async (device, rules) => {
      const { deviceId } = device
      const asked = rules === undefined ? await getRules(device) : { rules, held: [] }
      return decideDevice(kysely, { deviceId, rules: asked.rules, held: asked.held, timeZone, nowMs: clock.now() })
    },
    foresee: async (device) => new Map((await listForeseen(device)).map(({ version, kept }) => [version.id, kept])),
    listForeseen,
    preview: async (device, rules, countUntil) => {
      const repository = await getRepository(device.repositoryId, options)
      const place = repositoryPlace(options.dataFolder, repository.uid)
      return previewRules({ db: kysely, device, rules, timeZone, nowMs: clock.now(), repository, place, countUntil })
    },
    listBin: (deviceId) => listBin(kysely, { deviceId, limit: binEntriesListed }),
    ...applyAll,
  }
}
