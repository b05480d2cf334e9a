import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { isTokenScope, type TokenScope } from './token-scope.ts'

export interface TokenRow {
  readonly id: Id<'tok'>
  readonly secret_hash: Buffer
  readonly user_id: Id<'usr'>
  readonly scopes: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly name: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly tokens: TokenRow
  }
}

export interface StoredToken {
  readonly tokenId: Id<'tok'>
  readonly userId: Id<'usr'>
  readonly scopes: readonly TokenScope[]
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly lastUsedAt: number | undefined
  /** What its user made it for; empty for those made on the box. */
  readonly name: string
}

export async function insertToken(db: Queryable, token: StoredToken & { readonly secretHash: Uint8Array }): Promise<void> {
  await db
    .insertInto('tokens')
    .values({
      id: token.tokenId,
      secret_hash: Buffer.from(token.secretHash),
      user_id: token.userId,
      scopes: token.scopes.join(' '),
      created_at: token.createdAt,
      expires_at: token.expiresAt ?? null,
      last_used_at: token.lastUsedAt ?? null,
      name: token.name,
    })
    .execute()
}

export async function findToken(db: Queryable, secretHash: Uint8Array): Promise<StoredToken | undefined> {
  const row = await db.selectFrom('tokens').selectAll().where('secret_hash', '=', Buffer.from(secretHash)).executeTakeFirst()
  return row && toToken(row)
}

/** The newest first. */
export async function listTokensOfUser(db: Queryable, userId: Id<'usr'>, limit: number): Promise<readonly StoredToken[]> {
  const query = db.selectFrom('tokens').selectAll().where('user_id', '=', userId).orderBy('created_at', 'desc').orderBy('id')
  return (await query.limit(limit).execute()).map(toToken)
}

/** Of this user only: somebody else's token is as absent as one that never was. */
export async function deleteTokenOf(db: Queryable, userId: Id<'usr'>, tokenId: Id<'tok'>): Promise<boolean> {
  const query = db.deleteFrom('tokens').where('id', '=', tokenId).where('user_id', '=', userId)
  return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
}

export async function setTokenUsed(db: Queryable, tokenId: Id<'tok'>, usedAt: number): Promise<void> {
  await db.updateTable('tokens').set({ last_used_at: usedAt }).where('id', '=', tokenId).execute()
}

function toToken(row: TokenRow): StoredToken {
  return {
    tokenId: row.id,
    userId: row.user_id,
    // A scope that this version does not know grants nothing.
    scopes: row.scopes.split(' ').filter(isTokenScope),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    name: row.name,
  }
}
