/**
 * The last step, and the only one that cannot be taken back: packs that have lain in trash/ long enough. Rows first (the tombstone, and
 * what the pack's trailer names), then the number of the repository, then the files.
 */

import { raiseGeneration, writeGenerationFile } from '../repositories/generation.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { CollectedPack } from './prune-table.ts'
import { deleteAllMappings, deleteMappings, findCollectedLocked, setWaiting } from './prune-table.ts'
import { readTrailer } from './read-trailer.ts'
import type { Trashing } from './trash.ts'
import { removeFromTrash } from './trash-files.ts'

export interface Purged {
  readonly packs: readonly CollectedPack[]
  /** As `du` counts it. */
  readonly diskFreedBytes: number
}

/** `isEnough` is asked between packs: below the floor only as much goes as is needed. */
export async function purgePacks(
  purging: Trashing & { readonly isEnough?: () => Promise<boolean> },
  packs: readonly CollectedPack[],
): Promise<Purged> {
  const gone: CollectedPack[] = []
  let diskFreedBytes = 0
  for (const [index, pack] of packs.entries()) {
    if (await purging.isEnough?.()) break
    const freed = await purgePack(purging, pack)
    if (freed !== undefined) {
      gone.push(pack)
      diskFreedBytes += freed
    }
    purging.onProgress({ phase: 'purge', done: index + 1, total: packs.length })
    await purging.pace()
  }
  return { packs: gone, diskFreedBytes }
}

async function purgePack({ surroundings, repository, place }: Trashing, pack: CollectedPack): Promise<number | undefined> {
  const { database, clock, turns, volumes, reached } = surroundings
  const { repositoryId, uid } = repository
  const { packId, kind } = pack
  return turns.run({ repositoryId, packId }, async () => {
    const trailer = await readTrailer([place.trashFile(packId), place.twinTrashFile(packId)], uid)
    const observedMs = await surroundings.readObservedTime()
    const generation = await database.transaction(async (tx) => {
      await lockRepository(tx, repositoryId)
      const [row] = await findCollectedLocked(tx, [pack.pack])
      if (row?.state !== 'trashed') return undefined
      const nowMs = clock.now()
      await setWaiting(tx, { repositoryId, packs: [pack.pack], state: 'purged', nowMs, observedMs })
      if (trailer === undefined) await deleteAllMappings(tx, { repositoryId, pack: pack.pack })
      else {
        const ids = Array.from({ length: trailer.records }, (_, record) => trailer.idOf(record))
        await deleteMappings(tx, { repositoryId, pack: pack.pack, ids })
      }
      const raised = await raiseGeneration(tx, repositoryId)
      reached('purge:before-commit')
      return raised
    })
    if (generation === undefined) return undefined
    reached('purge:committed')
    await writeGenerationFile(place, generation, reached)
    return volumes.write(() => removeFromTrash({ place, packId, kind, reached }), repository.uid)
  })
}
