import { readFile } from 'node:fs/promises'
import { parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { findRepositoryOfCustomer } from '../repositories/repositories-table.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { snapshotName } from './snapshot-files.ts'

/** The file of one of a device's own versions, by the file's id or the public one; undefined for anyone else's and for none. */
export type ReadVersion = (device: DeviceIdentity, id: string) => Promise<Buffer | undefined>

export function createReadVersion(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findLive'>
}): ReadVersion {
  const { database, dataFolder, snapshots } = options
  const findVersion = async (repositoryId: number, id: string): Promise<Snapshot | undefined> => {
    if (isId('snap', id)) return snapshots.find(id)
    const snapshotId = findSnapshotId(id)
    return snapshotId && snapshots.findLive(database.kysely, { repositoryId, snapshotId })
  }
  return async (device, id) => {
    const repository = await findRepositoryOfCustomer(database.kysely, device.customerId)
    if (repository === undefined) return undefined
    const version = await findVersion(repository.repositoryId, id)
    if (version === undefined || version.deviceId !== device.deviceId) return undefined
    return readFile(repositoryPlace(dataFolder, repository.uid).snapshotFile(snapshotName(version)))
  }
}

function findSnapshotId(text: string): SnapshotId | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? parseSnapshotId(text) : undefined
}
