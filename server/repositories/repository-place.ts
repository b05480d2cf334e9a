/** Where a repository's files lie: in the data folder, or where it was moved to. `makeRepositoryFolders` makes the folders beforehand. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DeviceId,
  keySlotFileName,
  type PackId,
  type RepositoryUid,
  repositoryFileName,
  type SnapshotId,
  snapshotFileName,
} from '../../engine/index.ts'
import { syncFolder } from '../runtime/replace-file.ts'
import { folderOf, folderPath } from '../storage-volumes/places-file.ts'

export interface RepositoryPlace {
  readonly folder: string
  readonly repositoryFile: string
  readonly generationFile: string
  readonly keysFolder: string
  readonly packsFolder: string
  /** The second copies of tree packs. */
  readonly twinPacksFolder: string
  readonly snapshotsFolder: string
  readonly temporaryFolder: string
  readonly quarantineFolder: string
  readonly trashFolder: string
  readonly keySlotFile: (slotId: string) => string
  readonly packFile: (packId: PackId) => string
  readonly twinPackFile: (packId: PackId) => string
  /** Where a pack waits for its purge. */
  readonly trashFile: (packId: PackId) => string
  readonly twinTrashFile: (packId: PackId) => string
  readonly snapshotFile: (snapshot: { readonly device: DeviceId; readonly seq: number; readonly id: SnapshotId }) => string
}

/** In trash/ both copies of a tree pack lie in one folder. */
export const twinTrashSuffix = '.twin'

export function repositoryPlace(dataFolder: string, uid: RepositoryUid): RepositoryPlace {
  const name = uid.toString('hex')
  return repositoryPlaceAt(join(folderPath(dataFolder, folderOf(dataFolder, name)), name))
}

/** The same for a folder that may not be its place yet, or not any more. */
export function repositoryPlaceAt(folder: string): RepositoryPlace {
  const packsFolder = join(folder, 'packs')
  const twinPacksFolder = join(folder, 'packs2')
  const trashFolder = join(folder, 'trash')
  return {
    folder,
    repositoryFile: join(folder, repositoryFileName),
    generationFile: join(folder, 'generation'),
    keysFolder: join(folder, 'keys'),
    packsFolder,
    twinPacksFolder,
    snapshotsFolder: join(folder, 'snapshots'),
    temporaryFolder: join(folder, 'tmp'),
    quarantineFolder: join(folder, 'quarantine'),
    trashFolder,
    keySlotFile: (slotId) => join(folder, keySlotFileName(slotId)),
    packFile: (packId) => join(packsFolder, packId.slice(0, 2), packId),
    twinPackFile: (packId) => join(twinPacksFolder, packId.slice(0, 2), packId),
    trashFile: (packId) => join(trashFolder, packId),
    twinTrashFile: (packId) => join(trashFolder, `${packId}${twinTrashSuffix}`),
    snapshotFile: (snapshot) => join(folder, snapshotFileName(snapshot)),
  }
}

const prefixes = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))

/** Makes every folder that files will be put into, so that a pack's arrival has one folder to sync. Safe to call again. */
export function makeRepositoryFolders(place: RepositoryPlace): void {
  const { folder, packsFolder, twinPacksFolder } = place
  for (const name of ['keys', 'snapshots', 'tmp', 'trash', 'quarantine']) makeFolder(join(folder, name))
  for (const packs of [packsFolder, twinPacksFolder]) {
    makeFolder(packs)
    const present = new Set(readdirSync(packs))
    for (const prefix of prefixes) if (!present.has(prefix)) makeFolder(join(packs, prefix))
    syncFolder(packs)
  }
  syncFolder(folder)
  syncFolder(join(folder, '..'))
}

function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
}
