/** Until when each version of a computer is kept: its decisions, followed into the backups that its jobs have planned. */
import { foreseeRetention, type KeptUntil } from '../../engine/index.ts'
import { type NextTime, nextTimes } from '../../selection/schedule-times.ts'
import type { Queryable } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { Id } from '../runtime/ids.ts'
import { activeSchedules, type ToldJobs } from '../told-jobs/told-jobs.ts'
import { decideVersions } from './decide.ts'
import { listDeviceVersions } from './device-versions-table.ts'
import { binMs, type DeviceRules, type DeviceVersion } from './retention.ts'

const minuteMs = 60_000

export type VersionKept =
  | KeptUntil
  /** Only rules keep it that a change replaced, for as long as that can be undone. */
  | { readonly kind: 'undo'; readonly atMs: number }
  /** Not before then; its days are counted while the box runs. */
  | { readonly kind: 'in-bin'; readonly goesAtMs: number }

export interface ForeseenVersion {
  readonly version: DeviceVersion
  readonly kept: VersionKept
}

export interface Foresight {
  readonly device: Pick<Device, 'deviceId' | 'state'>
  readonly rules: DeviceRules
  readonly told: ToldJobs | undefined
  readonly timeZone: string
  readonly nowMs: number
}

export async function foreseeDevice(db: Queryable, foresight: Foresight): Promise<readonly ForeseenVersion[]> {
  const { device, rules, told, timeZone, nowMs } = foresight
  const versions = await listDeviceVersions(db, device.deviceId)
  const decisions = decideVersions(versions, { rules: rules.rules, timeZone, nowMs })
  const planned = device.state === 'active' ? told : undefined
  const plans = plannedTimes(planned)
  const foreseen = foreseeRetention(decisions, {
    timeZone,
    nowMs,
    nextPlanned: ({ job }, afterMs) => plans.get(job)?.next(afterMs),
    plannedEveryMs: ({ job }) => plans.get(job)?.everyMs,
  })
  const heldUntil = findHeld(versions, foresight)
  return [...foreseen].map(([version, kept]) => ({ version, kept: keptOf(version, kept, heldUntil.get(version.id)) }))
}

function keptOf({ bin }: DeviceVersion, kept: KeptUntil, heldUntilMs: number | undefined): VersionKept {
  if (bin !== undefined) return { kind: 'in-bin', goesAtMs: bin.at + binMs }
  return kept.kind === 'going' && heldUntilMs !== undefined ? { kind: 'undo', atMs: heldUntilMs } : kept
}

interface PlannedTimes {
  readonly next: NextTime
  /** What lies between two of them, where it is always the same. */
  readonly everyMs: number | undefined
}

/** By the jobs' names; none where the computer does not keep to a schedule. */
function plannedTimes(told: ToldJobs | undefined): ReadonlyMap<string, PlannedTimes> {
  if (told?.keepsSchedule !== true) return new Map()
  return new Map(
    told.jobs.map((job): [string, PlannedTimes] => {
      const schedules = activeSchedules([job])
      const [only, other] = schedules
      const everyMs = only?.kind === 'every' && other === undefined ? only.minutes * minuteMs : undefined
      return [job.name, { next: nextTimes(schedules, told.timeZone), everyMs }]
    }),
  )
}

/** What rules from before a change keep, and until when their word counts. */
function findHeld(versions: readonly DeviceVersion[], { rules, timeZone, nowMs }: Foresight): ReadonlyMap<Id<'snap'>, number> {
  const held = new Map<Id<'snap'>, number>()
  for (const { rules: before, untilMs } of rules.held)
    for (const { kind, version } of decideVersions(versions, { rules: before, timeZone, nowMs }))
      if (kind === 'keep') held.set(version.id, Math.max(untilMs, held.get(version.id) ?? 0))
  return held
}
