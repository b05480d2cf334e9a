/**
 * The files of packs on their way out: from packs/ and packs2/ into trash/, back where a closure needs them, or away for good. Each
 * move is durable when it returns and may be made again; a file that is not there was moved before.
 */
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PackId, PackKind } from '../../engine/index.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, syncFolder, unlinkIfThere } from '../storage-volumes/durable-file.ts'
import { diskBytesOf } from './disk-bytes.ts'

export interface PackFiles {
  readonly place: RepositoryPlace
  readonly packId: PackId
  readonly kind: PackKind
  readonly reached: ReachedPoint
}

export async function moveToTrash(files: PackFiles): Promise<void> {
  for (const { stored, trashed } of copiesOf(files)) {
    await renameIfThere(stored, trashed)
    files.reached('trash:renamed')
    await syncFolder(files.place.trashFolder)
    await syncFolder(dirname(stored))
  }
  files.reached('trash:folder-synced')
}

/** The twin of a tree pack first: a pack that is in its place has its second copy. */
export async function takeFromTrash(files: PackFiles): Promise<void> {
  for (const { stored, trashed } of copiesOf(files).toReversed()) {
    await renameIfThere(trashed, stored)
    files.reached('untrash:renamed')
    await syncFolder(dirname(stored))
    await syncFolder(files.place.trashFolder)
  }
  files.reached('untrash:folder-synced')
}

/** Returns what the disk got back. */
export async function removeFromTrash(files: PackFiles): Promise<number> {
  let freedBytes = 0
  for (const { trashed } of copiesOf(files)) {
    freedBytes += await diskBytesOf(trashed)
    await unlinkIfThere(trashed)
    files.reached('purge:unlinked')
  }
  await syncFolder(files.place.trashFolder)
  files.reached('purge:unlink-synced')
  return freedBytes
}

function copiesOf({ place, packId, kind }: PackFiles): readonly { readonly stored: string; readonly trashed: string }[] {
  const first = { stored: place.packFile(packId), trashed: place.trashFile(packId) }
  if (kind === 'data') return [first]
  return [first, { stored: place.twinPackFile(packId), trashed: place.twinTrashFile(packId) }]
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!hasCode(error, ['ENOENT'])) throw error
  }
}
