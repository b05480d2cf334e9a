/**
 * Files in trash/ whose rows say something else: a pack that was sent again while its old file lay there, a purge that a crash cut off,
 * and files that no row knows (the rows were made anew), which get one, so that they go the usual way.
 */
import { stat } from 'node:fs/promises'
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { PackState } from '../packs/pack.ts'
import { findPack, insertPack } from '../packs/packs-table.ts'
import { twinTrashSuffix } from '../repositories/repository-place.ts'
import { listFolder } from './mark-roots.ts'
import { setWaiting } from './prune-table.ts'
import { readTrailer } from './read-trailer.ts'
import type { Trashing } from './trash.ts'
import { removeFromTrash } from './trash-files.ts'

/** Returns what the disk got back. */
export async function settleTrash(trashing: Trashing): Promise<number> {
  const { place, surroundings, repository, pace } = trashing
  const { turns, database } = surroundings
  const { repositoryId } = repository
  let freedBytes = 0
  for (const packId of packsOf(await listFolder(place.trashFolder))) {
    await turns.run({ repositoryId, packId }, async () => {
      const row = await findPack(database.kysely, repositoryId, packId)
      if (row === undefined) await noteTrashed(trashing, packId)
      else if (isLeftover(row.state)) freedBytes += await removeTrash(trashing, packId)
    })
    await pace()
  }
  return freedBytes
}

/** A row that says stored had its file in packs/ before it said so; one that says purged has none anywhere. */
function isLeftover(state: PackState): boolean {
  return state === 'stored' || state === 'condemned' || state === 'purged'
}

function removeTrash({ place, surroundings, repository }: Trashing, packId: PackId): Promise<number> {
  const { volumes, reached } = surroundings
  return volumes.write(() => removeFromTrash({ place, packId, kind: 'tree', reached }), repository.uid)
}

async function noteTrashed({ place, surroundings, repository }: Trashing, packId: PackId): Promise<void> {
  const { database, clock } = surroundings
  const { repositoryId, uid } = repository
  const trailer = await readTrailer([place.trashFile(packId), place.twinTrashFile(packId)], uid)
  const { size } = await stat(place.trashFile(packId)).catch(() => ({ size: 0 }))
  const nowMs = clock.now()
  const observedMs = await surroundings.readObservedTime()
  await database.transaction(async (tx) => {
    const pack = await insertPack(tx, {
      repositoryId,
      packId,
      kind: trailer?.kind ?? 'tree',
      state: 'trashed',
      sizeBytes: size,
      recordBytes: 0,
      records: trailer?.records ?? 0,
      claimSeq: 0,
      sessionSeq: 0,
      deviceId: undefined,
      receivedAt: nowMs,
    })
    await setWaiting(tx, { repositoryId, packs: [pack], state: 'trashed', nowMs, observedMs })
  })
}

function packsOf(names: readonly string[]): ReadonlySet<PackId> {
  const packs = new Set<PackId>()
  for (const name of names) {
    const id = name.endsWith(twinTrashSuffix) ? name.slice(0, -twinTrashSuffix.length) : name
    if (/^[0-9a-f]{64}$/.test(id)) packs.add(parsePackId(id))
  }
  return packs
}
