/** What the collector remembers between its runs: since when packs wait, packs that are being put together, plans and results. */
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { PackNumber } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'

export interface PackWaitRow {
  readonly pack: PackNumber
  readonly repository_id: RepositoryId
  readonly since_observed_ms: number
}

export interface PackSwapRow {
  readonly repository_id: RepositoryId
  readonly pack_id: Buffer
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly pack_waits: PackWaitRow
    readonly pack_swaps: PackSwapRow
  }
}

/** Before the file of a pack made of others gets its name. */
export async function noteSwap(
  tx: Transaction,
  swap: { readonly repositoryId: RepositoryId; readonly packId: PackId },
): Promise<void> {
  const row = { repository_id: swap.repositoryId, pack_id: Buffer.from(swap.packId, 'hex') }
  await tx.insertInto('pack_swaps').values(row).onDuplicateKeyUpdate({ repository_id: swap.repositoryId }).execute()
}

/** In the transaction that makes it stored, or when its file is gone again. */
export async function dropSwap(
  tx: Transaction,
  swap: { readonly repositoryId: RepositoryId; readonly packId: PackId },
): Promise<void> {
  await tx
    .deleteFrom('pack_swaps')
    .where('repository_id', '=', swap.repositoryId)
    .where('pack_id', '=', Buffer.from(swap.packId, 'hex'))
    .execute()
}

/** One at a time is made, so there are few. */
export async function listSwaps(db: Queryable, repositoryId: RepositoryId): Promise<readonly PackId[]> {
  const rows = await db.selectFrom('pack_swaps').select('pack_id').where('repository_id', '=', repositoryId).execute()
  return rows.map((row) => parsePackId(row.pack_id.toString('hex')))
}
