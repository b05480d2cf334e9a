// A repository of plain files on any storage, as a target of backups and a source of restores: an external disk, a second place, a
// test. One device writes through it at a time; two that do all the same lose nothing: a version's number is taken once.

import { deriveKeys, type RepositoryKeys, type RepositorySecrets } from '../crypto/keys.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import type { ChunkId, DeviceId, SnapshotId } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import { FileSession } from './file-session.ts'
import { readRepository } from './open-repository.ts'
import { PackCatalog } from './pack-catalog.ts'
import { readFromPlaces } from './record-reads.ts'
import { listSnapshotNames, readChain, readSnapshot } from './snapshot-files.ts'
import {
  type BackupSession,
  type BackupTarget,
  type RecordSource,
  recordsPerCallMax,
  type SessionRequest,
  type SnapshotListing,
  type SnapshotSource,
} from './target.ts'

export interface FileRepositoryOptions {
  readonly storage: Storage
  readonly secrets: RepositorySecrets
  readonly now: () => number
}

/** All that can be read from a repository: every device's versions. */
export type FileRepository = RecordSource &
  SnapshotSource & {
    /** The same repository as one device's target. Its own versions are the only ones it sees. */
    asDevice(device: DeviceId): BackupTarget
  }

/** Reads the trailers of all packs: memory is about 50 bytes for each chunk. @throws FormatError `wrong-repository` */
export async function openFileRepository(options: FileRepositoryOptions): Promise<FileRepository> {
  const { storage, secrets, now } = options
  const keys = deriveKeys(secrets)
  const description = await readRepository(storage)
  if (!description.uid.equals(keys.uid))
    throw new FormatError('wrong-repository', 'these secrets are those of another repository')
  const catalog = await PackCatalog.read(storage, keys.uid)
  const records = recordSource(storage, catalog)
  return {
    ...records,
    ...snapshotSource(storage, undefined),
    asDevice: (device) => ({
      ...records,
      ...snapshotSource(storage, device),
      openSession: (request) => openSession({ storage, keys, catalog, device, now }, request),
    }),
  }
}

export interface SessionContext {
  readonly storage: Storage
  readonly keys: RepositoryKeys
  readonly catalog: PackCatalog
  readonly device: DeviceId
  readonly now: () => number
}

async function openSession(context: SessionContext, request: SessionRequest): Promise<BackupSession> {
  const chain = await readChain(context.storage, context.device)
  return new FileSession(context, chain, {
    isParentHeld: request.parent !== undefined && chain.some((entry) => entry.isLive && entry.id === request.parent),
  })
}

function recordSource(storage: Storage, catalog: PackCatalog): RecordSource {
  return {
    readRecords(ids, signal) {
      if (ids.length > recordsPerCallMax) throw new RangeError(`at most ${recordsPerCallMax} records in one call`)
      return readFromPlaces(storage, ids, (id: ChunkId) => catalog.placesOf(id), signal)
    },
  }
}

function snapshotSource(storage: Storage, device: DeviceId | undefined): SnapshotSource {
  const visible = async function* () {
    for await (const name of listSnapshotNames(storage)) if (device === undefined || name.device === device) yield name
  }
  return {
    async *listSnapshots(): AsyncGenerator<SnapshotListing> {
      for await (const name of visible()) {
        const read = await readSnapshot(storage, name).catch(unlessGone)
        if (read) yield { id: name.id, envelope: read.file.envelope }
      }
    },
    async readSnapshot(id: SnapshotId) {
      for await (const name of visible()) if (name.id === id) return (await readSnapshot(storage, name)).bytes
      throw new StorageError('absent', `there is no version ${id}`)
    },
  }
}

/** A version that is forgotten or damaged while others are listed does not hide them; `check` names the damaged ones. */
function unlessGone(error: unknown): undefined {
  if (error instanceof FormatError || (error instanceof StorageError && error.fault === 'absent')) return undefined
  throw error
}
