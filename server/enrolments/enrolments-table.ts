import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Enrolment } from './enrolment.ts'

export interface EnrolmentRow {
  readonly id: Id<'enr'>
  readonly customer_id: Id<'cus'>
  readonly subscription_id: Id<'sub'>
  readonly device_id: Id<'dev'> | null
  readonly secret_hash: Buffer
  readonly code_hash: Buffer
  readonly uses_max: number
  readonly uses: number
  readonly created_by: Id<'usr'>
  readonly created_by_name: string
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
}

export interface EnrolmentUseRow {
  readonly enrolment_id: Id<'enr'>
  readonly use_number: number
  readonly device_id: Id<'dev'>
  readonly used_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly enrolments: EnrolmentRow
    readonly enrolment_uses: EnrolmentUseRow
  }
}

export interface EnrolmentHashes {
  readonly secretHash: Uint8Array
  readonly codeHash: Uint8Array
}

export async function insertEnrolment(db: Queryable, enrolment: Enrolment & EnrolmentHashes): Promise<void> {
  await db
    .insertInto('enrolments')
    .values({
      id: enrolment.enrolmentId,
      customer_id: enrolment.customerId,
      subscription_id: enrolment.subscriptionId,
      device_id: enrolment.deviceId ?? null,
      secret_hash: Buffer.from(enrolment.secretHash),
      code_hash: Buffer.from(enrolment.codeHash),
      uses_max: enrolment.usesMax,
      uses: enrolment.uses,
      created_by: enrolment.createdBy.userId,
      created_by_name: enrolment.createdBy.name,
      created_at: enrolment.createdAt,
      expires_at: enrolment.expiresAt,
      revoked_at: enrolment.revokedAt ?? null,
    })
    .execute()
}

/** By what a computer shows: the hash of a link's secret, or of a code. */
export async function findEnrolmentByHash(
  db: Queryable,
  kind: 'link' | 'code',
  hash: Uint8Array,
): Promise<Enrolment | undefined> {
  const column = kind === 'link' ? 'secret_hash' : 'code_hash'
  const row = await db.selectFrom('enrolments').selectAll().where(column, '=', Buffer.from(hash)).executeTakeFirst()
  return row && toEnrolment(row)
}

export async function findEnrolment(db: Queryable, enrolmentId: Id<'enr'>): Promise<Enrolment | undefined> {
  const row = await db.selectFrom('enrolments').selectAll().where('id', '=', enrolmentId).executeTakeFirst()
  return row && toEnrolment(row)
}

/** Holds the row until the transaction ends: of two computers that want the last use, one gets it. */
export async function findEnrolmentLocked(transaction: Transaction, enrolmentId: Id<'enr'>): Promise<Enrolment | undefined> {
  const row = await transaction.selectFrom('enrolments').selectAll().where('id', '=', enrolmentId).forUpdate().executeTakeFirst()
  return row && toEnrolment(row)
}

/** A customer's, those that may still be used first, the newest first among them. */
export async function listEnrolments(
  db: Queryable,
  page: { readonly customerId: Id<'cus'>; readonly limit: number },
): Promise<readonly Enrolment[]> {
  const rows = await db
    .selectFrom('enrolments')
    .selectAll()
    .where('customer_id', '=', page.customerId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map(toEnrolment)
}

export async function listEnrolmentsAfter(
  db: Queryable,
  page: { readonly reach: readonly Id<'cus'>[] | 'all'; readonly after: string | undefined; readonly limit: number },
): Promise<readonly Enrolment[]> {
  const { reach, after, limit } = page
  if (reach !== 'all' && reach.length === 0) return []
  let query = db.selectFrom('enrolments').selectAll().orderBy('id').limit(limit)
  if (reach !== 'all') query = query.where('customer_id', 'in', reach)
  if (after !== undefined) query = query.where('id', '>', after as Id<'enr'>)
  return (await query.execute()).map(toEnrolment)
}

export async function countOpenEnrolments(db: Queryable, customerId: Id<'cus'>, nowMs: number): Promise<number> {
  const row = await db
    .selectFrom('enrolments')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('customer_id', '=', customerId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .whereRef('uses', '<', 'uses_max')
    .executeTakeFirstOrThrow()
  return row.count
}

export async function countUse(
  transaction: Transaction,
  use: { readonly enrolment: Enrolment; readonly deviceId: Id<'dev'>; readonly usedAt: number },
): Promise<void> {
  const { enrolment, deviceId, usedAt } = use
  const useNumber = enrolment.uses + 1
  await transaction.updateTable('enrolments').set({ uses: useNumber }).where('id', '=', enrolment.enrolmentId).execute()
  await transaction
    .insertInto('enrolment_uses')
    .values({ enrolment_id: enrolment.enrolmentId, use_number: useNumber, device_id: deviceId, used_at: usedAt })
    .execute()
}

/** The computers that came by it, in the order in which they came. */
export async function listUses(
  db: Queryable,
  enrolmentId: Id<'enr'>,
): Promise<readonly { readonly deviceId: Id<'dev'>; readonly usedAt: number }[]> {
  const rows = await db
    .selectFrom('enrolment_uses')
    .selectAll()
    .where('enrolment_id', '=', enrolmentId)
    .orderBy('use_number')
    .execute()
  return rows.map((row) => ({ deviceId: row.device_id, usedAt: row.used_at }))
}

/** False when it was withdrawn before. */
export async function revokeEnrolment(db: Queryable, enrolmentId: Id<'enr'>, revokedAt: number): Promise<boolean> {
  const result = await db
    .updateTable('enrolments')
    .set({ revoked_at: revokedAt })
    .where('id', '=', enrolmentId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

function toEnrolment(row: EnrolmentRow): Enrolment {
  return {
    enrolmentId: row.id,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    deviceId: row.device_id ?? undefined,
    usesMax: row.uses_max,
    uses: row.uses,
    createdBy: { userId: row.created_by, name: row.created_by_name },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
  }
}
