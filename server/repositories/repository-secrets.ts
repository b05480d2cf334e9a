/** Opens repositories' secrets by the managed slot, and keeps a few open. Secrets stay in memory only. */
import { managedSlotKey, openKeySlot, type RepositorySecrets } from '../../engine/index.ts'
import type { Database, Queryable } from '../database/database.ts'
import { createBoundedCache } from './bounded-cache.ts'
import { findKeySlotOfKind } from './key-slots-table.ts'
import type { Repository, RepositoryId } from './repository.ts'
import { RepositoryError } from './repository-error.ts'

/** @throws RepositoryError `keys-lost`, FormatError `wrong-key`, `key-slot-damaged` */
export type OpenSecrets = (repository: Pick<Repository, 'repositoryId' | 'uid'>) => Promise<RepositorySecrets>

/** After a change of keys: whoever asks from now on reads the slot again. */
export type ForgetSecrets = (repositoryId: RepositoryId) => void

const maxOpenSecrets = 64

export function createOpenSecrets(options: { readonly database: Database; readonly masterKey: Buffer }): {
  readonly openSecrets: OpenSecrets
  readonly forgetSecrets: ForgetSecrets
} {
  const { database, masterKey } = options
  const readSecrets = createReadSecrets(masterKey)
  const open = createBoundedCache<RepositoryId, Promise<RepositorySecrets>>({ maxWeight: maxOpenSecrets })

  const openSecrets: OpenSecrets = (repository) => {
    const { repositoryId } = repository
    const known = open.get(repositoryId)
    if (known !== undefined) return known
    const opening = readSecrets(database.kysely, repository)
    open.set(repositoryId, opening)
    opening.catch(() => {
      if (open.get(repositoryId) === opening) open.delete(repositoryId)
    })
    return opening
  }
  return { openSecrets, forgetSecrets: (repositoryId) => open.delete(repositoryId) }
}

/** By the slot as it is now, past everything that is kept open. */
export function createReadSecrets(
  masterKey: Buffer,
): (db: Queryable, repository: Pick<Repository, 'repositoryId' | 'uid'>) => Promise<RepositorySecrets> {
  return async (db, { repositoryId, uid }) => {
    const stored = await findKeySlotOfKind(db, repositoryId, 'managed')
    if (stored === undefined) throw new RepositoryError('keys-lost', 'The box has no key slot of its own for this repository.')
    return openKeySlot(stored.slot, uid, managedSlotKey(masterKey, uid, stored.slot.id))
  }
}
