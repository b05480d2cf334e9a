/**
 * Versions whose file has its name and whose row is missing: the crash came between rename and COMMIT. The next of its device's chain
 * becomes a version if it is whole; anything else is put aside. Then tombstones take effect.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ChunkId,
  type DeviceId,
  FormatError,
  goneSuffix,
  parseSnapshotFileName,
  type SnapshotId,
} from '../../engine/index.ts'
import { listOpenSessionsOfJob } from '../backup-sessions/backup-sessions-table.ts'
import type { StagedCatalogue } from '../catalogue/catalogue.ts'
import type { Transaction } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import { findChainLocked, findDevice, forgetInstances, setHead } from '../devices/devices-table.ts'
import { findHeldChunks } from '../packs/chunks-table.ts'
import { quarantineFile } from '../packs/pack-files.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { dropVersion } from '../snapshots/drop-version.ts'
import { publicSnapshotId, type Snapshot } from '../snapshots/snapshot.ts'
import { listSnapshotIdsOfDevice } from '../snapshots/snapshots-table.ts'
import { removeMarksOfGone } from '../snapshots/version-marks.ts'
import { walkClosure } from './closure-walk.ts'
import { CommitError, type OpenedSnapshot } from './commit.ts'
import { endOrGoOn, insertVersion } from './commit-transaction.ts'
import type { CommitOptions } from './commits-service.ts'
import { openSnapshot, parseSnapshot } from './open-snapshot.ts'
import { removeSnapshot, type SnapshotName, snapshotName, writeGone } from './snapshot-files.ts'

export interface VersionAdoption extends CommitOptions {
  readonly repository: Repository
  readonly place: RepositoryPlace
}

export interface AdoptedVersions {
  readonly adopted: number
  readonly quarantined: number
}

export async function adoptVersions(adoption: VersionAdoption): Promise<AdoptedVersions> {
  const done = { adopted: 0, quarantined: 0 }
  for (const folder of (await readdir(adoption.place.snapshotsFolder)).sort()) {
    const { versions, gone } = await listFiles(adoption.place, folder)
    const known = await knownVersions(adoption, folder)
    const ended = idsOf(gone)
    for (const name of versions) {
      if (known.has(name.id) || ended.has(name.id)) continue
      if (await adopt(adoption, name)) done.adopted += 1
      else {
        await putAside(adoption, name)
        done.quarantined += 1
      }
    }
    const present = idsOf(versions)
    for (const name of gone) if (known.has(name.id) || present.has(name.id)) await endVersion(adoption, name)
  }
  return done
}

function idsOf(names: readonly SnapshotName[]): ReadonlySet<SnapshotId> {
  return new Set(names.map(({ id }) => id))
}

interface DeviceFiles {
  /** In order of seq. */
  readonly versions: readonly SnapshotName[]
  readonly gone: readonly SnapshotName[]
}

async function listFiles(place: RepositoryPlace, folder: string): Promise<DeviceFiles> {
  const names = (await readdir(join(place.snapshotsFolder, folder))).sort()
  const parse = (name: string) => parseSnapshotFileName(`snapshots/${folder}/${name}`) ?? []
  const versions = names.flatMap(parse)
  const gone = names.filter((name) => name.endsWith(goneSuffix)).flatMap((name) => parse(name.slice(0, -goneSuffix.length)))
  return { versions, gone }
}

async function knownVersions({ database }: VersionAdoption, folder: string): Promise<ReadonlySet<SnapshotId>> {
  return isId('dev', folder) ? listSnapshotIdsOfDevice(database.kysely, folder) : new Set()
}

async function adopt(adoption: VersionAdoption, name: SnapshotName): Promise<boolean> {
  const device = await findOwner(adoption, name.device)
  if (device === undefined) return false
  const opened = await tryOpen(adoption, name)
  if (opened === undefined || !(await isWhole(adoption, opened.file.envelope.root))) return false
  const { catalogue, repository, database } = adoption
  const { deviceId } = device
  const staged = await catalogue.stage({ repository, deviceId, job: opened.body.job, root: opened.file.envelope.root })
  try {
    const replaced = await database.transaction((tx) => insertFound(tx, adoption, { opened, device, staged }))
    if (replaced === undefined) await catalogue.discard(staged)
    else catalogue.release(staged)
    for (const version of replaced ?? []) await removeSnapshot(adoption.place, snapshotName(version), adoption.reached)
    return replaced !== undefined
  } catch (error) {
    await catalogue.discard(staged)
    throw error
  }
}

/** Undefined when it is not the next of its chain. The run that sent it, if it still lives, ends or goes on with it. */
async function insertFound(
  tx: Transaction,
  adoption: VersionAdoption,
  found: { readonly opened: OpenedSnapshot; readonly device: Device; readonly staged: StagedCatalogue },
): Promise<readonly Snapshot[] | undefined> {
  const { opened, device, staged } = found
  const { envelope, id: snapshotId } = opened.file
  const repository = await lockRepository(tx, adoption.repository.repositoryId)
  const chain = await findChainLocked(tx, device.deviceId)
  if (chain === undefined || chain.headSnapshot !== envelope.previous || envelope.seq <= chain.headSeq) return undefined
  const session = (await listOpenSessionsOfJob(tx, { deviceId: device.deviceId, job: opened.body.job })).at(-1)
  const nowMs = adoption.clock.now()
  const { replaced } = await insertVersion(tx, { opened, session, device, repository, staged }, adoption, nowMs)
  await setHead(tx, { deviceId: device.deviceId, seq: envelope.seq, snapshotId })
  if (session !== undefined) await endOrGoOn(tx, { opened, session }, nowMs)
  // The database does not even know that it was being sent: it came out of a dump, and the computer has a newer value than it.
  else await forgetInstances(tx, { deviceId: device.deviceId })
  for (const version of replaced) await writeGone(adoption.place, snapshotName(version), adoption.reached)
  return replaced
}

async function findOwner({ database, repository }: VersionAdoption, folder: DeviceId): Promise<Device | undefined> {
  const id: string = folder
  if (!isId('dev', id)) return undefined
  const device = await findDevice(database.kysely, id)
  return device?.repositoryId === repository.repositoryId ? device : undefined
}

async function tryOpen(adoption: VersionAdoption, name: SnapshotName): Promise<OpenedSnapshot | undefined> {
  const bytes = await readFile(adoption.place.snapshotFile(name))
  try {
    const file = parseSnapshot(bytes)
    const { envelope } = file
    if (file.id !== name.id || envelope.device !== name.device || envelope.seq !== name.seq) return undefined
    return openSnapshot(file, bytes, await adoption.openSecrets(adoption.repository))
  } catch (error) {
    if (error instanceof CommitError || error instanceof FormatError) return undefined
    throw error
  }
}

async function isWhole({ database, repository, records }: VersionAdoption, root: ChunkId): Promise<boolean> {
  const source = {
    findHeld: (ids: readonly ChunkId[]) => findHeldChunks(database.kysely, repository.repositoryId, ids),
    read: (ids: readonly ChunkId[]) => records.read(repository, ids),
  }
  return (await walkClosure({ source, root, parentRoot: undefined })).missing.length === 0
}

async function putAside({ place, log }: VersionAdoption, name: SnapshotName): Promise<void> {
  await quarantineFile(place, place.snapshotFile(name), name.id)
  log.warn({ version: name.id, device: name.device, seq: name.seq }, 'a version that was never acknowledged was put aside')
}

/** A tombstone counts more than a row, and than the file it stands beside. */
async function endVersion({ database, place, reached }: VersionAdoption, name: SnapshotName): Promise<void> {
  const id: Id<'snap'> = publicSnapshotId(name.id)
  await database.transaction((tx) => dropVersion(tx, id))
  await removeMarksOfGone(place, name)
  await removeSnapshot(place, name, reached)
}
