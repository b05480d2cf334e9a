/** What versions say about themselves inside the seal: sources, and the files that were left out. Read from the file, never kept. */
import { readFile } from 'node:fs/promises'
import {
  deriveKeys,
  openRecord,
  parseDeviceId,
  readSnapshotBody,
  readSnapshotFile,
  type SnapshotBody,
} from '../../engine/index.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Snapshot } from './snapshot.ts'

/** @throws FormatError when the file is damaged, and whatever the file system has to say */
export type ReadSnapshotBody = (
  version: Pick<Snapshot, 'repositoryId' | 'deviceId' | 'seq' | 'snapshotId'>,
) => Promise<SnapshotBody>

export function createReadSnapshotBody(options: {
  readonly dataFolder: string
  readonly repositories: Pick<Repositories, 'find' | 'openSecrets'>
}): ReadSnapshotBody {
  const { dataFolder, repositories } = options
  return async ({ repositoryId, deviceId, seq, snapshotId }) => {
    const repository = await repositories.find(repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    const place = repositoryPlace(dataFolder, repository.uid)
    const bytes = await readFile(place.snapshotFile({ device: parseDeviceId(deviceId), seq, id: snapshotId }))
    const { envelopeBytes, record } = readSnapshotFile(bytes)
    const keys = deriveKeys(await repositories.openSecrets(repository))
    return readSnapshotBody(openRecord(record, keys, envelopeBytes).plaintext)
  }
}
