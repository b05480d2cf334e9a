/** Who used a link and when: bounded for each link, and by age. */
import type { Generated } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { maxUsesOfShare, type ShareUse, type ShareUseKind } from './share-use.ts'

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
  const oldest = await db
    .selectFrom('share_uses')
    .select('id')
    .where('share_id', '=', use.shareId)
    .orderBy('id', 'desc')
    .offset(maxUsesOfShare)
    .limit(1)
    .executeTakeFirst()
  if (oldest !== undefined)
    await db.deleteFrom('share_uses').where('share_id', '=', use.shareId).where('id', '<=', oldest.id).execute()
}

/** The same visitor did the same since then. */
export async function hasUsed(
  db: Queryable,
  use: Pick<NewShareUse, 'shareId' | 'kind' | 'network' | 'agent' | 'whatHash'> & { readonly sinceMs: number },
): Promise<boolean> {
  let query = db
    .selectFrom('share_uses')
    .select('id')
    .where('share_id', '=', use.shareId)
    .where('kind', '=', use.kind)
    .where('network', '=', use.network)
    .where('agent', '=', use.agent)
    .where('at', '>=', use.sinceMs)
  if (use.whatHash !== undefined) query = query.where('what_hash', '=', use.whatHash)
  return (await query.limit(1).executeTakeFirst()) !== undefined
}

/** The newest first. */
export async function listUses(db: Queryable, shareId: Id<'shr'>, limit: number): Promise<readonly ShareUse[]> {
  const query = db.selectFrom('share_uses').select(['at', 'kind', 'network', 'agent', 'what']).where('share_id', '=', shareId)
  const rows = await query.orderBy('id', 'desc').limit(limit).execute()
  return rows.map((row) => ({ ...row, what: row.what ?? undefined }))
}

/** How many went: less than the limit means that no older ones are left. */
export async function deleteUsesBefore(db: Queryable, atMs: number, limit: number): Promise<number> {
  const result = await db.deleteFrom('share_uses').where('at', '<', atMs).orderBy('at').limit(limit).executeTakeFirstOrThrow()
  return Number(result.numDeletedRows)
}
