/** What the box has not opened yet is opened before it is moved: a bad record must not become a verified one by being copied. */
import { type ChunkKey, chunkKey, type LiveRecord } from '../../engine/index.ts'
import { listChunksOfPack } from '../packs/chunks-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Collecting } from './collect.ts'
import type { CollectedPack } from './prune-table.ts'

/** False when a record is bad, unknown to the rows, lies elsewhere, or cannot be opened because the keys are not there. */
export async function areProven(
  { surroundings, repository, place, db }: Collecting,
  source: { readonly pack: CollectedPack; readonly records: readonly LiveRecord[] },
): Promise<boolean> {
  const { pack, records } = source
  const { repositoryId, uid } = repository
  const ids = records.map(({ id }) => id)
  const rows = await listChunksOfPack(db, { repositoryId, pack: pack.pack, ids })
  const states = ids.map((id) => rows.get(chunkKey(id))?.state)
  if (states.some((state) => state === undefined || state === 'bad')) return false
  if (states.every((state) => state === 'verified')) return true
  const secrets = await findSecrets(surroundings.openSecrets, repository)
  if (secrets === undefined) return false
  const input = { secrets, uid, file: place.packFile(pack.packId), kind: pack.kind, isDataRead: true }
  const checked = await surroundings.pool.run('check-pack', input, { isUrgent: false })
  if (checked.kind !== 'read' || checked.damage !== undefined) return false
  const damaged = new Set<ChunkKey>(checked.damagedRecords.map(({ chunkId }) => chunkKey(chunkId)))
  return ids.every((id) => !damaged.has(chunkKey(id)))
}

async function findSecrets(openSecrets: OpenSecrets, repository: Repository) {
  try {
    return await openSecrets(repository)
  } catch {
    return undefined
  }
}
