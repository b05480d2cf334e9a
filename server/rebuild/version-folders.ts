/** What lies in a repository's folder of versions, by names alone. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeviceId, goneSuffix, parseDeviceId, parseSnapshotFileName, type SnapshotId } from '../../engine/index.ts'
import type { SnapshotName } from '../commits/snapshot-files.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { besideSuffixes } from '../snapshots/version-marks.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'

export interface DeviceVersions {
  readonly deviceId: Id<'dev'>
  readonly device: DeviceId
  /** Files of versions without a tombstone, in the order of their numbers. */
  readonly versions: readonly SnapshotName[]
  readonly gone: readonly SnapshotName[]
  readonly unknownFiles: readonly string[]
}

export type FoundFolder = DeviceVersions | { readonly unknownFolder: string }

const markSuffixes = besideSuffixes.map((suffix) => `.${suffix}`)

export async function listVersionFolders(place: RepositoryPlace): Promise<readonly FoundFolder[]> {
  const found: FoundFolder[] = []
  for (const folder of (await namesIn(place.snapshotsFolder)).toSorted()) {
    if (isId('dev', folder)) found.push(await listVersionsOf(place, folder))
    else found.push({ unknownFolder: `snapshots/${folder}` })
  }
  return found
}

async function listVersionsOf(place: RepositoryPlace, deviceId: Id<'dev'>): Promise<DeviceVersions> {
  const all: SnapshotName[] = []
  const gone: SnapshotName[] = []
  const unknownFiles: string[] = []
  for (const file of (await namesIn(join(place.snapshotsFolder, deviceId))).toSorted()) {
    const parse = (name: string) => parseSnapshotFileName(`snapshots/${deviceId}/${name}`)
    const version = parse(file)
    const tombstone = file.endsWith(goneSuffix) ? parse(file.slice(0, -goneSuffix.length)) : undefined
    if (version !== undefined) all.push(version)
    else if (tombstone !== undefined) gone.push(tombstone)
    else if (!markSuffixes.some((suffix) => file.endsWith(suffix))) unknownFiles.push(`snapshots/${deviceId}/${file}`)
  }
  const ended = new Set<SnapshotId>(gone.map(({ id }) => id))
  const versions = all.filter(({ id }) => !ended.has(id))
  return { deviceId, device: parseDeviceId(deviceId), versions, gone, unknownFiles }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, ['ENOENT', 'ENOTDIR'])) return []
    throw error
  }
}
