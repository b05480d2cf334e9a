import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export interface SessionRow {
  readonly id: Id<'ses'>
  readonly secret_hash: Buffer
  readonly user_id: Id<'usr'>
  readonly lifetime_ms: number
  readonly created_at: number
  readonly expires_at: number
  readonly address: string
  readonly user_agent: string
  readonly proved_at: number
  readonly last_used_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly sessions: SessionRow
  }
}

export interface StoredSession {
  readonly sessionId: Id<'ses'>
  readonly userId: Id<'usr'>
  readonly lifetimeMs: number
  readonly expiresAt: number
  /** When its user last showed a password or a second factor in it. */
  readonly provedAt: number
  readonly lastUsedAt: number
}

/** As its own user sees it in a list. */
export interface ListedSession extends StoredSession {
  readonly createdAt: number
  readonly address: string
  readonly userAgent: string
}

export interface NewSession extends ListedSession {
  readonly secretHash: Uint8Array
}

export async function insertSession(db: Queryable, session: NewSession): Promise<void> {
  await db
    .insertInto('sessions')
    .values({
      id: session.sessionId,
      secret_hash: Buffer.from(session.secretHash),
      user_id: session.userId,
      lifetime_ms: session.lifetimeMs,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
      address: session.address,
      user_agent: session.userAgent,
      proved_at: session.provedAt,
      last_used_at: session.lastUsedAt,
    })
    .execute()
}

export async function findSession(db: Queryable, secretHash: Uint8Array): Promise<StoredSession | undefined> {
  const row = await db
    .selectFrom('sessions')
    .select(storedColumns)
    .where('secret_hash', '=', Buffer.from(secretHash))
    .executeTakeFirst()
  return row && toStored(row)
}

export async function listSessionsOfUser(
  db: Queryable,
  of: { readonly userId: Id<'usr'>; readonly nowMs: number; readonly limit: number },
): Promise<readonly ListedSession[]> {
  const rows = await db
    .selectFrom('sessions')
    .select([...storedColumns, 'created_at', 'address', 'user_agent'])
    .where('user_id', '=', of.userId)
    .where('expires_at', '>', of.nowMs)
    .orderBy('last_used_at', 'desc')
    .orderBy('id')
    .limit(of.limit)
    .execute()
  return rows.map((row) => ({ ...toStored(row), createdAt: row.created_at, address: row.address, userAgent: row.user_agent }))
}

const storedColumns = ['id', 'user_id', 'lifetime_ms', 'expires_at', 'proved_at', 'last_used_at'] as const

function toStored(row: Pick<SessionRow, (typeof storedColumns)[number]>): StoredSession {
  return {
    sessionId: row.id,
    userId: row.user_id,
    lifetimeMs: row.lifetime_ms,
    expiresAt: row.expires_at,
    provedAt: row.proved_at,
    lastUsedAt: row.last_used_at,
  }
}

export async function noteSessionUsed(db: Queryable, sessionId: Id<'ses'>, usedAt: number): Promise<void> {
  await db.updateTable('sessions').set({ last_used_at: usedAt }).where('id', '=', sessionId).execute()
}

export async function noteSessionProved(db: Queryable, sessionId: Id<'ses'>, provedAt: number): Promise<void> {
  await db.updateTable('sessions').set({ proved_at: provedAt }).where('id', '=', sessionId).execute()
}

/** Of this user only: somebody else's session is as absent as one that never was. */
export async function deleteSessionOf(db: Queryable, userId: Id<'usr'>, sessionId: Id<'ses'>): Promise<boolean> {
  const query = db.deleteFrom('sessions').where('id', '=', sessionId).where('user_id', '=', userId)
  return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
}

/** All but one; how many ended. */
export async function deleteOtherSessions(db: Queryable, userId: Id<'usr'>, kept: Id<'ses'> | undefined): Promise<number> {
  let query = db.deleteFrom('sessions').where('user_id', '=', userId)
  if (kept !== undefined) query = query.where('id', '!=', kept)
  return Number((await query.executeTakeFirstOrThrow()).numDeletedRows)
}

export async function extendSession(db: Queryable, sessionId: Id<'ses'>, expiresAt: number): Promise<void> {
  await db.updateTable('sessions').set({ expires_at: expiresAt }).where('id', '=', sessionId).execute()
}

export async function deleteSession(db: Queryable, sessionId: Id<'ses'>): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', sessionId).execute()
}

/** The oldest go, so that at most `keep` are left. */
export async function trimSessionsOfUser(db: Queryable, userId: Id<'usr'>, keep: number): Promise<void> {
  const surplus = await db
    .selectFrom('sessions')
    .select('id')
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .offset(keep)
    .limit(keep)
    .execute()
  if (surplus.length === 0) return
  const ids = surplus.map(({ id }) => id)
  await db.deleteFrom('sessions').where('id', 'in', ids).execute()
}

export async function deleteExpiredSessions(db: Queryable, nowMs: number, limit: number): Promise<void> {
  await db.deleteFrom('sessions').where('expires_at', '<=', nowMs).orderBy('expires_at').limit(limit).execute()
}
