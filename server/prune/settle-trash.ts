/**
 * Files in trash/ whose rows say something else: a pack that was sent again while its old file lay there, a purge that a crash cut off,
 * and files that no row knows (the rows were made anew), which get one, so that they go the usual way.
 */
import { stat } from 'node:fs/promises'
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { PackState } from '../packs/pack.ts'
import { listPackFiles } from '../packs/pack-files.ts'
import { findPack, insertPack } from '../packs/packs-table.ts'
import { twinTrashSuffix } from '../repositories/repository-place.ts'
import { removeDurably } from '../storage-volumes/durable-file.ts'
import { diskBytesOf } from './disk-bytes.ts'
import { listFolder, listPackFolders } from './mark-roots.ts'
import { listPurgedIds, setWaiting } from './prune-table.ts'
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

/**
 * A pack that was sent again after its purge, by somebody who was cut off between the file's name and its row: nobody was told that it
 * is there. Returns what the disk got back.
 */
export async function removeStrays({ place, surroundings, repository, pace }: Trashing): Promise<number> {
  const { turns, database, volumes, reached } = surroundings
  const { repositoryId, uid } = repository
  const purged = await listPurgedIds(database.kysely, repositoryId)
  let freedBytes = 0
  for (const prefix of await listPackFolders(place.packsFolder)) {
    const packIds = await listPackFiles(place, prefix)
    for (const packId of packIds.filter((id) => purged.has(id)))
      await turns.run({ repositoryId, packId }, async () => {
        const row = await findPack(database.kysely, repositoryId, packId)
        if (row?.state !== 'purged') return
        for (const file of [place.packFile(packId), place.twinPackFile(packId)]) {
          freedBytes += await diskBytesOf(file)
          await volumes.write(() => removeDurably(file, (step) => reached(`purge:${step}`)), uid)
        }
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
