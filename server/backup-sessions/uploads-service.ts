/** Packs of a session: whoever sends must hold a live session and have room in the plan; what arrives counts against both. */
import type { Readable } from 'node:stream'
import { type PackId, type PackKind, packMaxBytes } from '../../engine/index.ts'
import { addStoredBytes } from '../devices/devices-table.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { PackAnswer, PacksService } from '../packs/packs-service.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Id } from '../runtime/ids.ts'
import type { BackupSessionsService } from './backup-sessions-service.ts'
import { addUploadedBytes } from './backup-sessions-table.ts'
import type { PlanSpace } from './plan-space.ts'

export interface SessionUpload {
  readonly device: DeviceIdentity
  readonly sessionId: Id<'bks'>
  readonly packId: PackId
  readonly kind: PackKind
  readonly body: Readable
  readonly announcedBytes: number | undefined
}

export interface UploadsService {
  /** Throws SessionError, BackupRefusedError, PackError, VolumeError. */
  readonly receive: (upload: SessionUpload) => Promise<PackAnswer>
}

export function createUploadsService(options: {
  readonly sessions: Pick<BackupSessionsService, 'get' | 'demandPlan'>
  readonly packs: PacksService
  readonly space: PlanSpace
  readonly dataFolder: string
}): UploadsService {
  const { sessions, packs, space, dataFolder } = options
  return {
    receive: async ({ device, sessionId, packId, kind, body, announcedBytes }) => {
      const { session, repository } = await sessions.get(device, sessionId)
      const { quotaBytes } = await sessions.demandPlan(device, { mayBeExpired: true })
      const bytes = Math.min(announcedBytes ?? packMaxBytes, packMaxBytes)
      const room = await space.reserve({ subscriptionId: device.subscriptionId, quotaBytes, bytes })
      try {
        return await packs.receive({
          repository,
          findPlace: () => repositoryPlace(dataFolder, repository.uid),
          packId,
          kind,
          body,
          announcedBytes,
          sender: {
            deviceId: device.deviceId,
            sessionSeq: session.seq,
            onStored: async (transaction, recordBytes) => {
              await addUploadedBytes(transaction, sessionId, recordBytes)
              await addStoredBytes(transaction, device.deviceId, recordBytes)
            },
          },
        })
      } finally {
        room.release()
      }
    },
  }
}
