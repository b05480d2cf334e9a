/**
 * The id of a disk: a file beside the repositories. A disk that is not mounted shows an empty folder, another disk another id; both
 * are refused, for a backup that lands on the wrong disk is one that nobody finds again.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { hasCode } from './durable-file.ts'
import { folderOf, folderPath, readPlaces, writePlaces } from './places-file.ts'
import { VolumeError } from './storage-volume.ts'

const volumeIdBytes = 16
const fileName = 'volume-id'

/** Undefined: there is none, or nothing that is one. */
export function findVolumeId(path: string): string | undefined {
  try {
    const text = readFileSync(join(path, fileName), 'latin1').trim()
    return /^[0-9a-f]{32}$/.test(text) ? text : undefined
  } catch (error) {
    if (hasCode(error, ['ENOENT', 'ENOTDIR', 'EACCES', 'EIO', 'ESTALE', 'ENODEV'])) return undefined
    throw error
  }
}

/** Gives a folder that has no id one. */
export function makeVolumeId(path: string, randomness: Randomness): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const id = randomness.bytes(volumeIdBytes).toString('hex')
  replaceFileSync(join(path, fileName), `${id}\n`, { mode: 0o600 })
  return id
}

/** Before a repository is made: a new customer's must not land beneath a missing mount. Throws VolumeError `wrong`. */
export function demandRightDisk(dataFolder: string, uidHex: string): void {
  const folder = folderOf(dataFolder, uidHex)
  const expected = readPlaces(dataFolder).volumes[folder]
  const path = folderPath(dataFolder, folder)
  if (expected !== undefined && findVolumeId(path) !== expected)
    throw new VolumeError('wrong', `What lies at ${path} is not the disk that belongs there. Nothing is written to it.`)
}

/** From now on the disk with this id is the one that belongs there. */
export function expectVolume(dataFolder: string, folder: string, id: string): void {
  const places = readPlaces(dataFolder)
  if (places.volumes[folder] !== id) writePlaces(dataFolder, { ...places, volumes: { ...places.volumes, [folder]: id } })
}

/** Whether the id in the folder is the expected one; asked before each series of writes, so it reads the file only when it changed. */
export function volumeWatch(path: string, expectedId: () => string): () => boolean {
  let seen: { readonly dev: bigint; readonly ino: bigint; readonly mtimeNs: bigint; readonly id: string | undefined } | undefined
  return () => {
    const stats = statSync(join(path, fileName), { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return false
    const isSame = seen !== undefined && seen.dev === stats.dev && seen.ino === stats.ino && seen.mtimeNs === stats.mtimeNs
    if (!isSame) seen = { dev: stats.dev, ino: stats.ino, mtimeNs: stats.mtimeNs, id: findVolumeId(path) }
    return seen?.id === expectedId()
  }
}
