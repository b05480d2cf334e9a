/** Before anything is taken away: that this is the right disk, that its folders can be listed, and that they are not empty. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRepositoryFile } from '../../engine/index.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import { listFolder, listingRefused, listPackFolders, type RootsOptions } from './mark-roots.ts'
import { PruneRefusedError } from './prune.ts'
import { listCollected } from './prune-table.ts'

interface SafeOptions extends RootsOptions {
  readonly volumes: Pick<StorageVolumesService, 'isRight'>
}

/** Throws PruneRefusedError `wrong-volume`, `listing`. */
export async function demandSafe(options: SafeOptions): Promise<void> {
  await demandRightVolume(options)
  const { db, repository, place } = options
  const packs = await listCollected(db, repository.repositoryId)
  const live = packs.filter(({ state }) => state === 'stored' || state === 'condemned')
  const isTreeStored = live.some(({ kind }) => kind === 'tree')
  if (live.length > 0 && (await countFiles(place.packsFolder)) === 0)
    throw listingRefused('the folder of stored files is empty although some are stored')
  if (isTreeStored && (await countFiles(place.twinPacksFolder)) === 0)
    throw listingRefused('the folder of their second copies is empty although some are stored')
  await listFolder(place.trashFolder)
}

async function demandRightVolume({ volumes, place, repository }: SafeOptions): Promise<void> {
  if (!volumes.isRight(repository.uid)) throw wrongVolume('its number is missing, or another one')
  const description = await orUndefined(readFile(place.repositoryFile).then(readRepositoryFile))
  if (description === undefined || !description.uid.equals(repository.uid))
    throw wrongVolume('the file that names the repository is missing, or names another one')
}

/** Every folder of packs is read, also when an early one has files. */
async function countFiles(packsFolder: string): Promise<number> {
  let count = 0
  for (const prefix of await listPackFolders(packsFolder)) count += (await listFolder(join(packsFolder, prefix))).length
  return count
}

function wrongVolume(why: string): PruneRefusedError {
  return new PruneRefusedError({ kind: 'wrong-volume', why })
}

async function orUndefined<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading
  } catch {
    return undefined
  }
}
