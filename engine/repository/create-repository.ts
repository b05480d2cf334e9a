// Begins a repository: key slots first, repository.json last, so that there is a repository only once it can be opened. A creation
// that was cut off leaves nothing that stands in the way of the next one.

import type { KeySlot } from '../crypto/key-slot.ts'
import { type RepositorySecrets, secretBytes } from '../crypto/keys.ts'
import { StorageError } from '../model/errors.ts'
import { parseRepositoryUid, repositoryUidBytes } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import {
  encodeKeySlotFile,
  encodeRepositoryFile,
  keySlotFileName,
  type RepositoryDescription,
  repositoryFileName,
} from './repository-files.ts'

/** Fresh secrets with one epoch; `randomBytes` must be fit for keys. */
export function newRepositorySecrets(randomBytes: (length: number) => Buffer): RepositorySecrets {
  return {
    uid: randomBytes(repositoryUidBytes),
    dedupKey: randomBytes(secretBytes),
    encryptionKeys: [randomBytes(secretBytes)],
  }
}

export interface RepositoryToCreate {
  readonly secrets: RepositorySecrets
  /** At least one, sealed from the same secrets, or nobody could ever open it. */
  readonly slots: readonly KeySlot[]
  readonly createdMs: number
}

/** @throws StorageError `exists-different` when the storage holds a repository already */
export async function createRepository(storage: Storage, repository: RepositoryToCreate): Promise<RepositoryDescription> {
  if (repository.slots.length === 0) throw new RangeError('a repository without a key slot could not be opened')
  if ((await storage.find(repositoryFileName)) !== undefined)
    throw new StorageError('exists-different', 'there is a repository in this place already')
  for (const slot of repository.slots) await storage.replace(keySlotFileName(slot.id), encodeKeySlotFile(slot))
  const description = { uid: parseRepositoryUid(repository.secrets.uid), createdMs: repository.createdMs }
  await storage.put(repositoryFileName, encodeRepositoryFile(description))
  return description
}
