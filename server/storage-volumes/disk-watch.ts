/** Looks at the disks: how full they are, when they will be, and what people must know about them. */
import type { AlarmKey } from '../alarms/alarm.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import { diskAlarms } from './disk-alarms.ts'
import { type Forecast, forecastFull, type UsageDay } from './disk-forecast.ts'
import { floorBytes, reserveBytes, type VolumeState } from './storage-volume.ts'
import * as table from './storage-volumes-table.ts'
import type { Volume } from './volume.ts'

export interface VolumeStatus {
  readonly folder: string
  readonly path: string
  readonly state: VolumeState
  readonly reason: string | undefined
  /** Undefined while it is the wrong one. */
  readonly space: VolumeRoom | undefined
  readonly forecast: Forecast | undefined
  /** How full it was, day by day. */
  readonly days: readonly UsageDay[]
}

export interface VolumeRoom {
  readonly totalBytes: number
  readonly freeBytes: number
  /** Held for the worst day, of `reserveWantedBytes`. */
  readonly reserveBytes: number
  readonly reserveWantedBytes: number
  /** Uploads stop when no more than this is free. */
  readonly floorBytes: number
}

export interface DiskWatch {
  readonly look: () => Promise<void>
  readonly list: () => Promise<readonly VolumeStatus[]>
  /** Raises and settles what there is to say of a disk, at once. */
  readonly say: (volume: Volume) => Promise<void>
}

const dayMs = 24 * 60 * 60 * 1000
const usageEveryMs = 60 * 60 * 1000
const sayAgainEveryMs = 60 * 1000

export function createDiskWatch(options: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly alarms: AlarmsService
  readonly volumes: () => readonly Volume[]
}): DiskWatch {
  const { clock, alarms, volumes } = options
  const { kysely } = options.database
  const usageSavedAt = new Map<string, number>()
  const said = new Map<string, { readonly wasRaised: boolean; readonly at: number }>()

  const statusOf = async (volume: Volume): Promise<VolumeStatus> => {
    const { folder, path } = volume
    const { state, reason } = volume.state()
    const space = state === 'wrong' ? undefined : await roomOf(volume)
    const days = await table.listUsage(kysely, Buffer.from(volume.expectedId(), 'hex'), dayOf(clock.now()))
    const forecast = space && forecastOf(space, days)
    return { folder, path, state, reason, space, forecast, days }
  }
  const roomOf = async (volume: Volume): Promise<VolumeRoom> => {
    const { totalBytes, freeBytes, reserveBytes: held } = await volume.space()
    return {
      totalBytes,
      freeBytes,
      reserveBytes: held,
      reserveWantedBytes: reserveBytes(totalBytes),
      floorBytes: floorBytes(totalBytes),
    }
  }
  const forecastOf = (room: VolumeRoom, days: readonly UsageDay[]) => {
    const roomBytes = room.freeBytes + room.reserveBytes - room.reserveWantedBytes - room.floorBytes
    return forecastFull(days, { roomBytes, nowMs: clock.now() })
  }
  const saveUsage = async (volume: Volume, { totalBytes, freeBytes, reserveBytes: held }: VolumeRoom) => {
    const nowMs = clock.now()
    if (nowMs - (usageSavedAt.get(volume.folder) ?? Number.NEGATIVE_INFINITY) < usageEveryMs) return
    // The reserve is no use of the disk: it comes and goes by itself.
    const uid = Buffer.from(volume.expectedId(), 'hex')
    await table.saveUsage(kysely, uid, dayOf(nowMs), { totalBytes, freeBytes: freeBytes + held })
    usageSavedAt.set(volume.folder, nowMs)
  }
  /** Every few seconds is too often to tell the database what it knows. */
  const report = async (key: AlarmKey, detail: string | undefined) => {
    const name = `${key.code} ${key.subject}`
    const before = said.get(name)
    const at = clock.now()
    const wasRaised = detail !== undefined
    if (before !== undefined && before.wasRaised === wasRaised && (!wasRaised || at - before.at < sayAgainEveryMs)) return
    await alarms.report(key, detail === undefined ? undefined : { detail })
    said.set(name, { wasRaised, at })
  }
  const say = async (volume: Volume) => {
    const status = await statusOf(volume)
    const subject = `disk:${volume.expectedId()}`
    for (const { code, detail } of diskAlarms(status, clock.now())) await report({ code, subject }, detail)
    return status
  }
  const lookAt = async (volume: Volume) => {
    // First of all, for what follows may need the room.
    if (volume.state().state !== 'wrong') await volume.tendReserve()
    const status = await say(volume)
    if (status.space !== undefined) await saveUsage(volume, status.space)
  }
  return {
    look: async () => {
      for (const volume of volumes()) await lookAt(volume)
    },
    list: () => Promise.all(volumes().map(statusOf)),
    say: async (volume) => {
      await say(volume)
    },
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs)
}
