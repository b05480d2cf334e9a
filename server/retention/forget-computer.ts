/**
 * Forgetting a computer: its access ends, all of its versions go into the bin, pinned ones too, and when the bin has let go of the last one
 * its rows follow. Until then a version that is taken back brings the computer back. What a crash leaves undone the chore does.
 */
import type { ActingAs } from '../audit/audit.ts'
import { actingOnTheBox, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import { type Device, formatDeviceNumber } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { recountVersions } from '../snapshots/version-counters-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { listDeviceVersions } from './device-versions-table.ts'
import { deleteForgotten, listForgotten } from './forgotten-devices-table.ts'
import type { WriteInRepository } from './repository-writing.ts'
import type { DeviceVersion } from './retention.ts'
import { type Marking, putIntoBin, removePin, takeOutOfBin } from './version-bin.ts'

export interface ForgetComputers {
  /** Whoever asks has the right to its contents, or there are none. */
  readonly forget: (device: Device, actingAs: ActingAs) => Promise<void>
  /** Goes on with all that are being forgotten; how many are gone. */
  readonly finishForgetting: (signal: AbortSignal) => Promise<{ readonly waiting: number; readonly gone: number }>
  readonly hasForgotten: () => Promise<boolean>
}

/** A commit waits for so many small files at most. */
const versionsAtOnce = 32

export function createForgetComputers(options: {
  readonly database: Database
  readonly clock: Clock
  readonly devices: Pick<DevicesService, 'find' | 'end'>
  readonly readObservedTime: () => Promise<number>
  readonly writeIn: WriteInRepository
  readonly reached: ReachedPoint
}): ForgetComputers {
  const { database, clock, devices, writeIn, reached } = options

  /** Into the bin, or anew into it: what the rules put there would come out by itself. */
  const binAway = async (tx: Transaction, version: DeviceVersion, marking: Marking, by: string) => {
    if (version.isPinned) await removePin(tx, version, marking)
    if (version.bin !== undefined) await takeOutOfBin(tx, version, marking)
    await putIntoBin(tx, version, marking, by)
  }

  const empty = async (device: Device, by: string, signal: AbortSignal | undefined) => {
    const observedMs = await options.readObservedTime()
    for (;;) {
      signal?.throwIfAborted()
      const moved = await writeIn(device.repositoryId, ({ place, write }) =>
        database.transaction(async (tx) => {
          await lockRepository(tx, device.repositoryId)
          const versions = await listDeviceVersions(tx, device.deviceId)
          const left = versions.filter(({ bin }) => bin?.cause !== 'person').slice(0, versionsAtOnce)
          const marking = { place, reached, at: clock.now(), observedMs }
          for (const version of left) await write(() => binAway(tx, version, marking, by))
          if (left.length > 0) await recountVersions(tx, device.deviceId)
          return left.length
        }),
      )
      if (moved < versionsAtOnce) return
    }
  }

  const finish = async (deviceId: Id<'dev'>, signal: AbortSignal): Promise<boolean> => {
    const device = await devices.find(deviceId)
    if (device?.state !== 'forgotten') return false
    await empty(device, actorName(actingOnTheBox.actor), signal)
    return deleteForgotten(database, deviceId, (tx) =>
      insertAudit(tx, {
        ...actingOnTheBox,
        at: clock.now(),
        action: 'device.removed',
        objectId: deviceId,
        customerId: device.customerId,
        detail: { number: formatDeviceNumber(device.number), name: device.name },
      }),
    )
  }

  return {
    forget: async (device, actingAs) => {
      await devices.end(device.deviceId, 'forgotten', actingAs)
      await empty(device, actorName(actingAs.actor), undefined)
    },
    finishForgetting: async (signal) => {
      const forgotten = await listForgotten(database.kysely)
      let gone = 0
      for (const deviceId of forgotten) if (await finish(deviceId, signal)) gone += 1
      return { waiting: forgotten.length - gone, gone }
    },
    hasForgotten: async () => (await listForgotten(database.kysely)).length > 0,
  }
}
