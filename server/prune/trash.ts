/** Does to files what rows say: into trash/, and back where a version needs what lies there. */
import type { PackNumber } from '../packs/pack.ts'
import { findPackLocked, setPackState } from '../packs/packs-table.ts'
import { raiseGeneration, writeGenerationFile } from '../repositories/generation.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { RootsOptions } from './mark-roots.ts'
import type { PruneProgress } from './prune.ts'
import type { PruneSurroundings } from './prune-surroundings.ts'
import { type CollectedPack, findCollected, setWaiting } from './prune-table.ts'
import { moveToTrash, takeFromTrash } from './trash-files.ts'

export interface Trashing extends RootsOptions {
  readonly surroundings: PruneSurroundings
  readonly onProgress: (progress: PruneProgress) => void
  readonly pace: () => Promise<void>
}

/** Returns those that went: one that was sent again meanwhile is stored, and stays. */
export async function trashPacks(trashing: Trashing, packs: readonly CollectedPack[]): Promise<readonly CollectedPack[]> {
  const { onProgress, pace } = trashing
  const gone: CollectedPack[] = []
  for (const [index, pack] of packs.entries()) {
    if (await trashPack(trashing, pack)) gone.push(pack)
    onProgress({ phase: 'trash', done: index + 1, total: packs.length })
    await pace()
  }
  return gone
}

async function trashPack({ surroundings, repository, place }: Trashing, pack: CollectedPack): Promise<boolean> {
  const { database, clock, turns, volumes, reached } = surroundings
  const { repositoryId } = repository
  const { packId, kind } = pack
  return turns.run({ repositoryId, packId }, async () => {
    const [row] = await findCollected(database.kysely, [pack.pack])
    if (row?.state !== 'trashing') return false
    await volumes.write(() => moveToTrash({ place, packId, kind, reached }), repository.uid)
    const observedMs = await surroundings.readObservedTime()
    const change = { repositoryId, packs: [pack.pack], state: 'trashed', nowMs: clock.now(), observedMs } as const
    await database.transaction((tx) => setWaiting(tx, change))
    reached('trash:noted')
    return true
  })
}

/** The file first: a row that says stored promises it. */
export async function returnPacks(
  { surroundings, repository, place, db }: Trashing,
  packs: ReadonlySet<PackNumber>,
): Promise<readonly CollectedPack[]> {
  const { database, clock, turns, volumes, log, reached } = surroundings
  const { repositoryId } = repository
  const returned: CollectedPack[] = []
  for (const pack of await findCollected(db, [...packs])) {
    const { packId, kind } = pack
    await turns.run({ repositoryId, packId }, async () => {
      await volumes.write(() => takeFromTrash({ place, packId, kind, reached }), repository.uid)
      const generation = await database.transaction(async (tx) => {
        await lockRepository(tx, repositoryId)
        const row = await findPackLocked(tx, repositoryId, packId)
        if (row?.state !== 'trashed' && row?.state !== 'trashing') return undefined
        await setPackState(tx, { pack: pack.pack, state: 'stored', nowMs: clock.now() })
        return raiseGeneration(tx, repositoryId)
      })
      reached('untrash:committed')
      if (generation === undefined) return
      await writeGenerationFile(place, generation, reached)
      log.warn({ pack: packId }, 'a pack in the trash was needed after all; it is stored again')
      returned.push(pack)
    })
  }
  return returned
}
