/** The files keys/<slot-id>.json, made to say what their rows say. Rows come first: they were committed together. */
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeKeySlotFile } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { listKeySlots, type StoredKeySlot } from '../repositories/key-slots-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'

/** Each file is replaced whole; one that says it already is left alone. Safe to call again. */
export async function writeSlotFiles(
  place: RepositoryPlace,
  slots: readonly StoredKeySlot[],
  reached: ReachedPoint,
): Promise<void> {
  for (const { slot } of slots) {
    const bytes = encodeKeySlotFile(slot)
    const file = place.keySlotFile(slot.id)
    if ((await readIfThere(file))?.equals(bytes)) continue
    const aside = join(place.temporaryFolder, `${slot.id}.slot`)
    await unlinkIfThere(aside)
    await writeSynced(aside, bytes, (step) => reached(`slot:${step}`))
    await rename(aside, file)
    reached('slot:renamed')
    await syncFolder(place.keysFolder)
    reached('slot:folder-synced')
  }
}

/** At boot: what a change of keys had committed before a fall. */
export async function finishSlotFiles(
  options: { readonly database: Database; readonly dataFolder: string; readonly reached: ReachedPoint },
  { repositoryId, uid }: Repository,
): Promise<void> {
  const slots = await listKeySlots(options.database.kysely, repositoryId)
  await writeSlotFiles(repositoryPlace(options.dataFolder, uid), slots, options.reached)
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}
