import type { Generated } from 'kysely'
import { visibleStates } from '../customers/customer.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { BrokenGlass, GlassOpening } from './glass.ts'

export interface BrokenGlassRow {
  readonly id: Id<'bgl'>
  readonly customer_id: Id<'cus'>
  readonly user_id: Id<'usr'>
  readonly by_name: string
  readonly session_id: Id<'ses'>
  readonly reason: string
  readonly began_at: number
  readonly expires_at: number
  readonly ended_at: number | null
}

export interface GlassOpeningRow {
  readonly id: Generated<number>
  readonly glass_id: Id<'bgl'>
  readonly at: number
  readonly snapshot: string
  readonly kind: string
  readonly place: Buffer
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly broken_glass: BrokenGlassRow
    readonly glass_openings: GlassOpeningRow
  }
}

export interface NewGlass {
  readonly glassId: Id<'bgl'>
  readonly customerId: Id<'cus'>
  readonly userId: Id<'usr'>
  readonly byName: string
  readonly sessionId: Id<'ses'>
  readonly reason: string
  readonly beganAt: number
  readonly expiresAt: number
}

export async function insertGlass(db: Queryable, glass: NewGlass): Promise<void> {
  await db
    .insertInto('broken_glass')
    .values({
      id: glass.glassId,
      customer_id: glass.customerId,
      user_id: glass.userId,
      by_name: glass.byName,
      session_id: glass.sessionId,
      reason: glass.reason,
      began_at: glass.beganAt,
      expires_at: glass.expiresAt,
      ended_at: null,
    })
    .execute()
}

/** The one that is open in a session. */
export async function findOpenGlass(db: Queryable, sessionId: Id<'ses'>, nowMs: number): Promise<BrokenGlass | undefined> {
  const row = await db
    .selectFrom('broken_glass')
    .innerJoin('customers', 'customers.id', 'broken_glass.customer_id')
    .select(['broken_glass.id', 'broken_glass.customer_id', 'broken_glass.expires_at', 'customers.name'])
    .where('broken_glass.session_id', '=', sessionId)
    .where('customers.state', 'in', visibleStates)
    .where('broken_glass.ended_at', 'is', null)
    .where('broken_glass.expires_at', '>', nowMs)
    .orderBy('broken_glass.began_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { glassId: row.id, customerId: row.customer_id, customerName: row.name, expiresAt: row.expires_at }
}

/** False when it had ended before. */
export async function endGlass(db: Queryable, glassId: Id<'bgl'>, endedAt: number): Promise<boolean> {
  const query = db.updateTable('broken_glass').set({ ended_at: endedAt }).where('id', '=', glassId)
  return (await query.where('ended_at', 'is', null).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

export interface RunOutGlass {
  readonly glassId: Id<'bgl'>
  readonly customerId: Id<'cus'>
  readonly userId: Id<'usr'>
  readonly email: string
  readonly endedAt: number
}

/** Those whose hour is over, or whose session is gone, and of which nobody has said so yet. */
export async function listRunOutGlass(db: Queryable, nowMs: number, limit: number): Promise<readonly RunOutGlass[]> {
  const rows = await db
    .selectFrom('broken_glass')
    .leftJoin('sessions', 'sessions.id', 'broken_glass.session_id')
    .leftJoin('users', 'users.id', 'broken_glass.user_id')
    .select([
      'broken_glass.id',
      'broken_glass.customer_id',
      'broken_glass.user_id',
      'broken_glass.by_name',
      'broken_glass.expires_at',
      'users.email',
    ])
    .where('broken_glass.ended_at', 'is', null)
    .where((where) => where.or([where('broken_glass.expires_at', '<=', nowMs), where('sessions.id', 'is', null)]))
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    glassId: row.id,
    customerId: row.customer_id,
    userId: row.user_id,
    email: row.email ?? row.by_name,
    endedAt: Math.min(row.expires_at, nowMs),
  }))
}

export async function insertOpening(db: Queryable, glassId: Id<'bgl'>, opening: GlassOpening): Promise<void> {
  const { at, snapshot, kind, place } = opening
  await db.insertInto('glass_openings').values({ glass_id: glassId, at, snapshot, kind, place }).execute()
}

/** The same thing looked at again is one look. */
export async function hasOpening(db: Queryable, glassId: Id<'bgl'>, opening: Omit<GlassOpening, 'at'>): Promise<boolean> {
  const row = await db
    .selectFrom('glass_openings')
    .select('id')
    .where('glass_id', '=', glassId)
    .where('snapshot', '=', opening.snapshot)
    .where('kind', '=', opening.kind)
    .where('place', '=', opening.place)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function listGlassOfCustomer(db: Queryable, customerId: Id<'cus'>, limit: number) {
  const query = db.selectFrom('broken_glass').selectAll().where('customer_id', '=', customerId)
  return query.orderBy('began_at', 'desc').limit(limit).execute()
}

export async function listOpenings(db: Queryable, glassId: Id<'bgl'>, limit: number): Promise<readonly GlassOpening[]> {
  const query = db.selectFrom('glass_openings').select(['at', 'snapshot', 'kind', 'place']).where('glass_id', '=', glassId)
  return query.orderBy('id').limit(limit).execute()
}

export async function countOpenings(db: Queryable, glassId: Id<'bgl'>): Promise<number> {
  const query = db.selectFrom('glass_openings').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.where('glass_id', '=', glassId).executeTakeFirstOrThrow()).count
}
