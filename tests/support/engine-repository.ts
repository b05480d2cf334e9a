// A repository in memory with one device, for tests that back up and restore in a few words.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type {
  BackupResult,
  ByPath,
  ChunkId,
  DeviceId,
  FileRepository,
  RecordSource,
  RepositorySecrets,
  RestoreResult,
  RestoreSettings,
  Storage,
} from '../../engine/index.ts'
import {
  backUp,
  createRepository,
  memoryStorage,
  newRepositorySecrets,
  openFileRepository,
  parseDeviceId,
  restore,
  sealKeySlot,
} from '../../engine/index.ts'
import { commitTree, VersionWriter } from './version-writer.ts'

/** Of the device's key slot. */
export const deviceKey = Buffer.alloc(32, 7)

export interface TestRepository {
  readonly storage: Storage
  readonly secrets: RepositorySecrets
  readonly device: DeviceId
  readonly repository: FileRepository
  /** The same storage, opened again: what was changed behind its back is seen. */
  reopen(): Promise<TestRepository>
  /** Backs folders up; the cache lies in `cacheFolder`. */
  backUp(sources: readonly (string | Buffer)[], cacheFolder: string): Promise<BackupResult>
  /** Commits what a test wrote record by record; returns its root. */
  commit(write: (writer: VersionWriter) => ChunkId): Promise<ChunkId>
  /** Restores everything below a folder, unless told otherwise. */
  restore(root: ChunkId, destination: string, options?: Partial<RestoreSettings & ByPath>): Promise<RestoreResult>
}

export async function testRepository(
  storage: Storage = memoryStorage(),
  secrets = newRepositorySecrets(randomBytes),
): Promise<TestRepository> {
  const slot = sealKeySlot({ id: 'device-1', kind: 'device', salt: randomBytes(32) }, deviceKey, secrets)
  if ((await storage.find('repository.json')) === undefined)
    await createRepository(storage, { secrets, slots: [slot], createdMs: 0 })
  const device = parseDeviceId('dev_test')
  const now = () => Date.now()
  const repository = await openFileRepository({ storage, secrets, now })
  return {
    ...{ storage, secrets, device, repository },
    reopen: () => testRepository(storage, secrets),
    backUp: (sources, cacheFolder) =>
      backUp({
        ...{ target: repository.asDevice(device), secrets, device, job: 'documents', now, randomBytes },
        ...{ sources: sources.map((source) => Buffer.from(source as string)), excludes: [], isExcluded: () => false },
        ...{
          cacheFile: join(cacheFolder, 'cache'),
          compression: 'fast',
          host: 'desk',
          platform: 'linux',
          agentVersion: '0',
          tags: [],
        },
      }),
    async commit(write) {
      const writer = new VersionWriter(secrets)
      const root = write(writer)
      const session = await repository.asDevice(device).openSession({ job: 'documents', parent: undefined })
      const answer = await commitTree(session, writer, { root, device })
      if (answer.kind !== 'committed') throw new Error(`not committed: ${answer.kind}`)
      return root
    },
    restore: (root, destination, options = {}) =>
      restore({
        ...{ records: repository, secrets, root, selection: [], randomBytes, overwrite: 'never', verify: false },
        destination: { kind: 'folder', path: Buffer.from(destination), strip: false },
        ...options,
      }),
  }
}

/** Counts what is asked for. */
export function countingRecords(records: RecordSource): RecordSource & { readonly asked: ChunkId[] } {
  const asked: ChunkId[] = []
  return {
    asked,
    readRecords(ids, signal) {
      asked.push(...ids)
      return records.readRecords(ids, signal)
    },
  }
}
