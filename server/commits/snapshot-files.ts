/** The files of versions: written beside, then given their name inside the commit's transaction; ended by a tombstone. */
import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type DeviceId,
  encodeGoneFile,
  FormatError,
  goneSuffix,
  parseDeviceId,
  readSnapshotFile,
  type SnapshotId,
} from '../../engine/index.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, removeDurably, syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'

export interface SnapshotName {
  readonly device: DeviceId
  readonly seq: number
  readonly id: SnapshotId
}

export function snapshotName(version: {
  readonly deviceId: string
  readonly seq: number
  readonly snapshotId: SnapshotId
}): SnapshotName {
  return { device: parseDeviceId(version.deviceId), seq: version.seq, id: version.snapshotId }
}

/** Makes the folder that a device's versions go into, durably. */
export async function prepareSnapshotFolder(place: RepositoryPlace, device: DeviceId): Promise<void> {
  const made = await mkdir(join(place.snapshotsFolder, device), { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncFolder(place.snapshotsFolder)
}

/** A whole, durable file that is no version yet. */
export async function writeSnapshotAside(path: string, bytes: Buffer, reached: ReachedPoint): Promise<void> {
  await writeSynced(path, bytes, (step) => reached(`snapshot:${step}`))
}

/** Gives the file its name, durably. May run twice for one file: a transaction that met a deadlock begins again. */
export async function nameSnapshot(temporaryFile: string, finalFile: string, reached: ReachedPoint): Promise<void> {
  reached('snapshot:before-rename')
  try {
    await rename(temporaryFile, finalFile)
  } catch (error) {
    if (!hasCode(error, ['ENOENT'])) throw error
    await readFile(finalFile)
  }
  reached('snapshot:renamed')
  await syncFolder(dirname(finalFile))
  reached('snapshot:folder-synced')
}

/** Writes the tombstone of a version that another one replaces. Its file, absent or damaged, leaves none: there is nothing to end. */
export async function writeGone(place: RepositoryPlace, name: SnapshotName, reached: ReachedPoint): Promise<void> {
  const finalFile = place.snapshotFile(name)
  const bytes = await readIfThere(finalFile)
  const skeleton = bytes && skeletonOf(bytes)
  if (skeleton === undefined) return
  const temporaryFile = join(place.temporaryFolder, `${name.id}${goneSuffix}`)
  await unlinkIfThere(temporaryFile)
  await writeSynced(temporaryFile, skeleton, (step) => reached(`gone:${step}`))
  await rename(temporaryFile, finalFile + goneSuffix)
  reached('gone:renamed')
  await syncFolder(dirname(finalFile))
  reached('gone:folder-synced')
}

function skeletonOf(bytes: Buffer): Buffer | undefined {
  try {
    return encodeGoneFile(readSnapshotFile(bytes))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

export async function removeGone(place: RepositoryPlace, name: SnapshotName): Promise<void> {
  await removeDurably(place.snapshotFile(name) + goneSuffix, () => {})
}

export async function removeSnapshot(place: RepositoryPlace, name: SnapshotName, reached: ReachedPoint): Promise<void> {
  await removeDurably(place.snapshotFile(name), (step) => reached(`snapshot:${step}`))
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}
