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
}

export interface NewSession extends StoredSession {
  readonly secretHash: Uint8Array
  readonly createdAt: number
  readonly address: string
  readonly userAgent: string
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
    })
    .execute()
}

export async function findSession(db: Queryable, secretHash: Uint8Array): Promise<StoredSession | undefined> {
  const row = await db
    .selectFrom('sessions')
    .select(['id', 'user_id', 'lifetime_ms', 'expires_at'])
    .where('secret_hash', '=', Buffer.from(secretHash))
    .executeTakeFirst()
  return row && { sessionId: row.id, userId: row.user_id, lifetimeMs: row.lifetime_ms, expiresAt: row.expires_at }
}

export async function extendSession(db: Queryable, sessionId: Id<'ses'>, expiresAt: number): Promise<void> {
  await db.updateTable('sessions').set({ expires_at: expiresAt }).where('id', '=', sessionId).execute()
}

export async function deleteSession(db: Queryable, sessionId: Id<'ses'>): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', sessionId).execute()
}

export async function deleteSessionsOfUser(db: Queryable, userId: Id<'usr'>): Promise<void> {
  await db.deleteFrom('sessions').where('user_id', '=', userId).execute()
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
