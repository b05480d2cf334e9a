/**
 * At boot: what rows say was decided about packs, and the crash left undone, is done to the files. Rows are the truth here, because
 * they were durable first.
 */
import { existsSync } from 'node:fs'
import type { Database } from '../database/database.ts'
import type { Pack, PackState } from '../packs/pack.ts'
import { listPacksInStates, setPackState } from '../packs/packs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { removeDurably } from '../storage-volumes/durable-file.ts'
import { dropSwap, listSwaps } from './prune-table.ts'
import { moveToTrash } from './trash-files.ts'

interface IntentsOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly reached: ReachedPoint
}

const packsPerPage = 1000

export function createFinishIntents(options: IntentsOptions): (repository: Repository) => Promise<void> {
  return async (repository) => {
    const place = repositoryPlace(options.dataFolder, repository.uid)
    await dropUnfinishedSwaps(options, repository, place)
    for (const state of ['trashing', 'trashed'] as const)
      for await (const pack of packsIn(options, repository, state)) await finishTrashing(options, place, pack)
  }
}

/** Packs that were being put together out of others, which are all still there: nobody was told of them. */
async function dropUnfinishedSwaps(
  { database, reached }: IntentsOptions,
  { repositoryId }: Repository,
  place: RepositoryPlace,
): Promise<void> {
  for (const packId of await listSwaps(database.kysely, repositoryId)) {
    for (const file of [place.packFile(packId), place.twinPackFile(packId)])
      await removeDurably(file, (step) => reached(step === 'unlinked' ? 'repack:abandoned' : 'repack:unlink-synced'))
    await database.transaction((tx) => dropSwap(tx, { repositoryId, packId }))
  }
}

/** Also for a pack that came again and whose row did not become stored before the crash: nobody was told that it is there. */
async function finishTrashing({ database, clock, reached }: IntentsOptions, place: RepositoryPlace, pack: Pack): Promise<void> {
  const isHere = existsSync(place.packFile(pack.packId)) || existsSync(place.twinPackFile(pack.packId))
  if (isHere) await moveToTrash({ place, packId: pack.packId, kind: pack.kind, reached })
  if (pack.state === 'trashing')
    await database.transaction((tx) => setPackState(tx, { pack: pack.pack, state: 'trashed', nowMs: clock.now() }))
}

async function* packsIn({ database }: IntentsOptions, { repositoryId }: Repository, state: PackState): AsyncGenerator<Pack> {
  for (let after = 0; ; ) {
    const page = await listPacksInStates(database.kysely, { repositoryId, states: [state], after, limit: packsPerPage })
    yield* page
    const last = page.at(-1)
    if (last === undefined) return
    after = last.pack
  }
}
