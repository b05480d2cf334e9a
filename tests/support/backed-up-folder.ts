import { randomBytes } from 'node:crypto'
import {
  backUp,
  createRepository,
  managedSlotKey,
  memoryStorage,
  newRepositorySecrets,
  openFileRepository,
  openVersion,
  type PlaintextSource,
  parseDeviceId,
  plaintextSource,
  type Storage,
  sealKeySlot,
  type Version,
} from '../../engine/index.ts'

/** Backs a folder up into a repository in memory, with the engine alone, and opens the version that comes of it. */
export async function backUpInMemory(
  folder: string,
  cacheFile: string,
  /** What the version is read by, in the place of the source it is given. */
  watch: (source: PlaintextSource) => PlaintextSource = (source) => source,
): Promise<{ readonly version: Version; readonly storage: Storage }> {
  const storage = memoryStorage()
  const secrets = newRepositorySecrets(randomBytes)
  const slot = { id: 'managed', kind: 'managed' as const, salt: randomBytes(32) }
  const slots = [sealKeySlot(slot, managedSlotKey(randomBytes(32), secrets.uid, 'managed'), secrets)]
  await createRepository(storage, { secrets, slots, createdMs: 0 })
  const device = parseDeviceId('dev_test')
  const repository = () => openFileRepository({ storage, secrets, now: Date.now })
  const { root } = await backUp({
    target: (await repository()).asDevice(device),
    secrets,
    device,
    job: 'default',
    sources: [Buffer.from(folder)],
    excludes: [],
    isExcluded: () => false,
    cacheFile,
    compression: 'default',
    host: 'test',
    platform: 'linux',
    agentVersion: '0.0.0',
    tags: [],
    now: Date.now,
    randomBytes,
  })
  return { version: openVersion(watch(plaintextSource(await repository(), secrets)), root), storage }
}
