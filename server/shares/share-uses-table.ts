/**
 * Who used a link and when: bounded for each link, for each network within it, so that nobody pushes out what others did, and by age.
 */
import type { Generated } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { maxUsesOfNetwork, maxUsesOfShare, type ShareUse, type ShareUseKind } from './share-use.ts'

export interface ShareUseRow {
  readonly id: Generated<number>
  readonly share_id: Id<'shr'>
  readonly at: number
  readonly kind: ShareUseKind
  readonly network: string
  readonly agent: string
  readonly what: string | null
  readonly what_hash: Buffer | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly share_uses: ShareUseRow
  }
}

export interface NewShareUse extends ShareUse {
  readonly shareId: Id<'shr'>
  readonly whatHash: Buffer | undefined
}

export async function insertUse(db: Queryable, use: NewShareUse): Promise<void> {
  await db
    .insertInto('share_uses')
    .values({
      share_id: use.shareId,
      at: use.at,
      kind: use.kind,
      network: use.network,
      agent: use.agent,
      what: use.what ?? null,
      what_hash: use.whatHash ?? null,
    })
    .execute()
  await keepNewest(db, { shareId: use.shareId, network: use.network, lines: maxUsesOfNetwork })
  await keepNewest(db, { shareId: use.shareId, network: undefined, lines: maxUsesOfShare })
}

async function keepNewest(
  db: Queryable,
  of: { readonly shareId: Id<'shr'>; readonly network: string | undefined; readonly lines: number },
): Promise<void> {
  const { shareId, network, lines } = of
  let newest = db.selectFrom('share_uses').select('id').where('share_id', '=', shareId)
  let older = db.deleteFrom('share_uses').where('share_id', '=', shareId)
  if (network !== undefined) {
    newest = newest.where('network', '=', network)
    older = older.where('network', '=', network)
  }
  const last = await newest.orderBy('id', 'desc').offset(lines).limit(1).executeTakeFirst()
  if (last !== undefined) await older.where('id', '<=', last.id).execute()
}

/** The same visitor did the same since then. */
export async function hasUsed(
  db: Queryable,
  use: Pick<NewShareUse, 'shareId' | 'kind' | 'network' | 'agent' | 'whatHash'> & { readonly sinceMs: number },
): Promise<boolean> {
  const query = db
    .selectFrom('share_uses')
    .select('id')
    .where('share_id', '=', use.shareId)
    .where('kind', '=', use.kind)
    .where('network', '=', use.network)
    .where('agent', '=', use.agent)
    .where('at', '>=', use.sinceMs)
    .where('what_hash', '<=>', use.whatHash ?? null)
  return (await query.limit(1).executeTakeFirst()) !== undefined
}

export type ListedUse = ShareUse & { readonly id: number }

export interface UsesPage {
  /** Of the last one on the page before. */
  readonly before: number | undefined
  readonly limit: number
}

/** The newest first. */
export async function listUses(db: Queryable, shareId: Id<'shr'>, page: UsesPage): Promise<readonly ListedUse[]> {
  let query = db.selectFrom('share_uses').select(['id', 'at', 'kind', 'network', 'agent', 'what']).where('share_id', '=', shareId)
  if (page.before !== undefined) query = query.where('id', '<', page.before)
  const rows = await query.orderBy('id', 'desc').limit(page.limit).execute()
  return rows.map((row) => ({ ...row, what: row.what ?? undefined }))
}

/** How many went: less than the limit means that no older ones are left. */
export async function deleteUsesBefore(db: Queryable, atMs: number, limit: number): Promise<number> {
  const result = await db.deleteFrom('share_uses').where('at', '<', atMs).orderBy('at').limit(limit).executeTakeFirstOrThrow()
  return Number(result.numDeletedRows)
}
