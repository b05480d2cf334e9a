import { type PackId, parsePackId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { livePackStates, mappingStates, packStates } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'

const liveStates = livePackStates.map((name) => packStates[name])
/** More are left to the next repair. */
const maxSpoiledPacks = 10_000

/** Live packs with records that were found bad. Looks through the whole table of chunks: for repairs, which are rare. */
export async function listSpoiledPacks(db: Queryable, repositoryId: RepositoryId): Promise<readonly PackId[]> {
  const rows = await db
    .selectFrom('chunks')
    .innerJoin('packs', 'packs.id', 'chunks.pack')
    .select('packs.pack_id')
    .distinct()
    .where('chunks.repository_id', '=', repositoryId)
    .where('chunks.state', '=', mappingStates.bad)
    .where('packs.state', 'in', liveStates)
    .orderBy('packs.pack_id')
    .limit(maxSpoiledPacks)
    .execute()
  return rows.map((row) => parsePackId(row.pack_id.toString('hex')))
}
