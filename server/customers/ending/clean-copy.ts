/**
 * Takes a customer's keys out of one second copy: the key slots of its repository, and every backup of the box that may hold them, whose
 * place a new one takes first. Its packs follow by the copy's own rules, seven days after they were purged here.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Storage, storageBelow } from '../../../engine/index.ts'
import { forgetCopiedFile } from '../../copies/copied-files-table.ts'
import { repositoryFolder, selfFolder } from '../../copies/copied-names.ts'
import type { Copy } from '../../copies/copy.ts'
import { demandIdentity, openPlace, placeError, watchedPlace } from '../../copies/copy-place.ts'
import type { Database } from '../../database/database.ts'
import type { Repository } from '../../repositories/repository.ts'
import type { SelfBackupFile } from '../../self-backups/self-backup-file.ts'
import type { ReachedPoint } from '../../storage-volumes/crash-points.ts'

export interface Cleaning {
  readonly database: Database
  readonly copy: Copy
  readonly repository: Repository
  /** Those of this box: none of them holds the customer's keys. */
  readonly selfBackups: readonly SelfBackupFile[]
  /** Older ones hold them. */
  readonly firstGood: number
  readonly reached: ReachedPoint
}

/** @throws CopyError when the place is not there */
export async function cleanCopy(cleaning: Cleaning): Promise<void> {
  const { copy } = cleaning
  const open = await openPlace(copy.address)
  await demandIdentity(open, copy.placeUid)
  const storage = watchedPlace(open, copy.placeUid)
  try {
    await removeKeys(cleaning, storage)
    await replaceSelfBackups(cleaning, storage)
  } catch (error) {
    throw placeError(error)
  }
}

async function removeKeys({ database, copy, repository, reached }: Cleaning, storage: Storage): Promise<void> {
  const place = storageBelow(storage, repositoryFolder(repository.uid))
  for (const name of await namesIn(place, 'keys')) {
    await place.remove(name)
    reached('end:copy-key-removed')
    await forgetCopiedFile(database.kysely, { copyId: copy.copyId, uid: repository.uid }, name)
  }
}

const numberPattern = /(?:^|\/)(\d{12})-[0-9a-f]{64}$/

/** The new one first: at no moment is there none. */
async function replaceSelfBackups({ selfBackups, firstGood, reached }: Cleaning, storage: Storage): Promise<void> {
  const newest = selfBackups[0]
  if (newest === undefined) throw new Error('the box has no backup of itself')
  const bytes = await readFile(newest.path)
  if (createHash('sha256').update(bytes).digest('hex') !== newest.sha256) throw new Error(`${newest.path} is damaged`)
  const there = await namesIn(storage, selfFolder)
  const name = `${selfFolder}/${String(newest.number).padStart(12, '0')}-${newest.sha256}`
  if (!there.includes(name)) await storage.put(name, bytes)
  reached('end:copy-self-put')
  for (const old of there) {
    const number = numberPattern.exec(old)?.[1]
    if (number === undefined || Number(number) >= firstGood) continue
    await storage.remove(old)
    reached('end:copy-self-removed')
  }
}

async function namesIn(storage: Storage, folder: string): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { name } of storage.list(folder)) names.push(name)
  return names
}
