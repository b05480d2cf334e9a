import { type PackId, parsePackId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { livePackStates, type PackNumber, packKindNumbers, packStates } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'

/** A pack whose records nobody has opened since its bytes came. */
export interface UnprovedPack {
  readonly pack: PackNumber
  readonly packId: PackId
  readonly kind: 'data' | 'tree'
  readonly sizeBytes: number
  readonly receivedAt: number
}

const liveStates = livePackStates.map((name) => packStates[name])

/** In the order of their arrival. Cheap when there is none: the index leads with the proof. */
export async function listUnprovedPacks(
  db: Queryable,
  page: { readonly repositoryId: RepositoryId; readonly after: PackNumber; readonly limit: number },
): Promise<readonly UnprovedPack[]> {
  const rows = await selectUnproved(db, [page.repositoryId])
    .select(['id', 'pack_id', 'kind', 'size_bytes', 'received_at'])
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => ({
    pack: row.id,
    packId: parsePackId(row.pack_id.toString('hex')),
    kind: row.kind === packKindNumbers.tree ? 'tree' : 'data',
    sizeBytes: row.size_bytes,
    receivedAt: row.received_at,
  }))
}

export interface Unproved {
  readonly packs: number
  readonly bytes: number
  readonly oldestAt: number | undefined
}

export async function sumUnproved(db: Queryable, repositoryIds: readonly RepositoryId[]): Promise<Unproved> {
  const row = await selectUnproved(db, repositoryIds)
    .select(({ fn }) => [
      fn.countAll<number>().as('packs'),
      fn.sum<number | null>('size_bytes').as('bytes'),
      fn.min<number | null>('received_at').as('oldest'),
    ])
    .executeTakeFirstOrThrow()
  return { packs: row.packs, bytes: row.bytes ?? 0, oldestAt: row.oldest ?? undefined }
}

function selectUnproved(db: Queryable, repositoryIds: readonly RepositoryId[]) {
  return db
    .selectFrom('packs')
    .where('repository_id', 'in', repositoryIds)
    .where('proved_at', '=', 0)
    .where('state', 'in', liveStates)
}
