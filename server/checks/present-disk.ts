/**
 * A disk that is not mounted, or a repository that moves to another one at this moment, looks like the loss of everything. Nothing is
 * called missing for that: the disk must be the one that belongs there, and the file still absent where the repository lies by now.
 */
import { existsSync } from 'node:fs'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import { folderOf, folderPath, readPlaces } from '../storage-volumes/places-file.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import { findVolumeId } from '../storage-volumes/volume-id.ts'
import type { HurtPack } from './mark-hurt.ts'

export function isDiskPresent(dataFolder: string, { uid }: Pick<Repository, 'uid'>): boolean {
  const folder = folderOf(dataFolder, uid.toString('hex'))
  const id = findVolumeId(folderPath(dataFolder, folder))
  return id !== undefined && id === readPlaces(dataFolder).volumes[folder]
}

/** @throws VolumeError `wrong` */
export function demandDisk(dataFolder: string, repository: Pick<Repository, 'uid'>): void {
  if (!isDiskPresent(dataFolder, repository))
    throw new VolumeError('wrong', 'The disk that holds these backups is not there, or another one lies in its place.')
}

/** Those that may be marked. Throws VolumeError `wrong`. */
export function confirmHurt(
  dataFolder: string,
  repository: Pick<Repository, 'uid'>,
  packs: readonly HurtPack[],
): readonly HurtPack[] {
  demandDisk(dataFolder, repository)
  const place = repositoryPlace(dataFolder, repository.uid)
  return packs.filter(
    ({ isAbsent = false, packId }) =>
      !isAbsent || !(existsSync(place.packFile(packId)) || existsSync(place.twinPackFile(packId))),
  )
}
