/** Opens repositories' secrets by the managed slot, and keeps a few open. Secrets stay in memory only. */
import { managedSlotKey, openKeySlot, type RepositorySecrets } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { createBoundedCache } from './bounded-cache.ts'
import { findKeySlotOfKind } from './key-slots-table.ts'
import type { Repository, RepositoryId } from './repository.ts'
import { RepositoryError } from './repository-error.ts'

/** @throws RepositoryError `keys-lost`, FormatError `wrong-key`, `key-slot-damaged` */
export type OpenSecrets = (repository: Pick<Repository, 'repositoryId' | 'uid'>) => Promise<RepositorySecrets>

const maxOpenSecrets = 64

export function createOpenSecrets(options: { readonly database: Database; readonly masterKey: Buffer }): OpenSecrets {
  const { database, masterKey } = options
  const open = createBoundedCache<RepositoryId, Promise<RepositorySecrets>>({ maxWeight: maxOpenSecrets })

  const readSlot: OpenSecrets = async ({ repositoryId, uid }) => {
    const stored = await findKeySlotOfKind(database.kysely, repositoryId, 'managed')
    if (stored === undefined) throw new RepositoryError('keys-lost', 'The box has no key slot of its own for this repository.')
    return openKeySlot(stored.slot, uid, managedSlotKey(masterKey, uid, stored.slot.id))
  }

  return (repository) => {
    const { repositoryId } = repository
    const known = open.get(repositoryId)
    if (known !== undefined) return known
    const opening = readSlot(repository)
    open.set(repositoryId, opening)
    opening.catch(() => open.delete(repositoryId))
    return opening
  }
}
