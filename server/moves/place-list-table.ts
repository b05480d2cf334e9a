import type { Queryable } from '../database/database.ts'
import { packStates } from '../packs/pack.ts'
import type { Id } from '../runtime/ids.ts'

export interface StoredRepository {
  readonly customerId: Id<'cus'>
  readonly uid: Buffer
  /** Sealed bytes of its packs, those that wait for their purge too. */
  readonly storedBytes: number
}

/** What of a pack is on a disk. */
const presentStates = (['stored', 'condemned', 'trashing', 'trashed', 'damaged', 'quarantined'] as const).map(
  (name) => packStates[name],
)

export async function listStoredRepositories(db: Queryable, limit: number): Promise<readonly StoredRepository[]> {
  const rows = await db
    .selectFrom('repositories')
    .leftJoin('packs', (join) => join.onRef('packs.repository_id', '=', 'repositories.id').on('packs.state', 'in', presentStates))
    .select(({ fn }) => ['repositories.id', 'customer_id', 'uid', fn.sum<number | null>('packs.size_bytes').as('bytes')])
    .groupBy(['repositories.id', 'customer_id', 'uid'])
    .orderBy('repositories.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ customerId: row.customer_id, uid: row.uid, storedBytes: row.bytes ?? 0 }))
}
