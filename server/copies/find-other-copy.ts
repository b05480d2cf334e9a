/** The bytes of a pack that this disk lost, out of a second copy. */
import { createHash } from 'node:crypto'
import { packMaxBytes, StorageError, storageBelow } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { FindOtherCopy } from '../repair/repair.ts'
import type { Log } from '../runtime/log.ts'
import { packFolders, packName, repositoryFolder } from './copied-names.ts'
import { listCopies } from './copies-table.ts'
import type { Copy } from './copy.ts'
import { CopyError } from './copy-error.ts'
import { demandIdentity, openPlace } from './copy-place.ts'

/** Undefined when no copy that can be reached has the pack whole. */
export function createFindOtherCopy({ database, log }: { readonly database: Database; readonly log: Log }): FindOtherCopy {
  return async (wanted) => {
    for (const copy of await listCopies(database.kysely)) {
      const found = await findIn(copy, wanted).catch((error: unknown) => {
        if (!(error instanceof CopyError) && !(error instanceof StorageError)) throw error
        log.info({ err: error, copy: copy.copyId }, 'a second copy could not be asked for a pack')
        return undefined
      })
      if (found !== undefined) return found
    }
    return undefined
  }
}

async function findIn(copy: Copy, { uid, packId }: Parameters<FindOtherCopy>[0]): Promise<Buffer | undefined> {
  const storage = await openPlace(copy.address)
  await demandIdentity(storage, copy.placeUid)
  const place = storageBelow(storage, repositoryFolder(uid))
  for (const folder of packFolders) {
    const bytes = await place.read(packName(packId, folder), { start: 0, length: packMaxBytes + 1 }).catch((error: unknown) => {
      if (error instanceof StorageError && error.fault === 'absent') return undefined
      throw error
    })
    if (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === packId) return bytes
  }
  return undefined
}
