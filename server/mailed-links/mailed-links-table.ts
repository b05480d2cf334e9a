/** Links that were mailed and work once: to a new password, to a new address. Only the hash of what they carry is here. */
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export const mailedLinkKinds = ['password-reset', 'address-change'] as const
export type MailedLinkKind = (typeof mailedLinkKinds)[number]

export interface MailedLinkRow {
  readonly secret_hash: Buffer
  readonly kind: MailedLinkKind
  readonly user_id: Id<'usr'> | null
  readonly email: string
  readonly made_at: number
  readonly expires_at: number
  readonly used_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly mailed_links: MailedLinkRow
  }
}

export interface NewMailedLink {
  readonly secretHash: Uint8Array
  readonly kind: MailedLinkKind
  /** Undefined: nobody has this address. The row is written all the same, so that either takes the same time. */
  readonly userId: Id<'usr'> | undefined
  readonly email: string
  readonly madeAt: number
  readonly expiresAt: number
}

export interface MailedLink {
  readonly userId: Id<'usr'>
  readonly email: string
}

/** Earlier ones of the same kind end: only the newest letter works. */
export async function insertMailedLink(db: Queryable, link: NewMailedLink): Promise<void> {
  await db
    .deleteFrom('mailed_links')
    .where('user_id', '=', link.userId ?? ('' as Id<'usr'>))
    .where('kind', '=', link.kind)
    .execute()
  await db
    .insertInto('mailed_links')
    .values({
      secret_hash: Buffer.from(link.secretHash),
      kind: link.kind,
      user_id: link.userId ?? null,
      email: link.email,
      made_at: link.madeAt,
      expires_at: link.expiresAt,
      used_at: null,
    })
    .execute()
}

/** One that still works. */
export async function findMailedLink(
  db: Queryable,
  of: { readonly secretHash: Uint8Array; readonly kind: MailedLinkKind; readonly nowMs: number },
): Promise<MailedLink | undefined> {
  const row = await db
    .selectFrom('mailed_links')
    .select(['user_id', 'email'])
    .where('secret_hash', '=', Buffer.from(of.secretHash))
    .where('kind', '=', of.kind)
    .where('used_at', 'is', null)
    .where('expires_at', '>', of.nowMs)
    .executeTakeFirst()
  return row?.user_id ? { userId: row.user_id, email: row.email } : undefined
}

/** False when somebody else was quicker. */
export async function useMailedLink(db: Queryable, secretHash: Uint8Array, usedAt: number): Promise<boolean> {
  const query = db.updateTable('mailed_links').set({ used_at: usedAt }).where('secret_hash', '=', Buffer.from(secretHash))
  return (await query.where('used_at', 'is', null).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

export async function deleteMailedLinksOf(db: Queryable, userId: Id<'usr'>): Promise<void> {
  await db.deleteFrom('mailed_links').where('user_id', '=', userId).execute()
}

export async function deleteExpiredMailedLinks(db: Queryable, nowMs: number, limit: number): Promise<void> {
  await db.deleteFrom('mailed_links').where('expires_at', '<=', nowMs).orderBy('expires_at').limit(limit).execute()
}
