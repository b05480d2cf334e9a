import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export interface SecondFactorRow {
  readonly user_id: Id<'usr'>
  readonly sealed_secret: Buffer
  readonly made_at: number
  readonly confirmed_at: number | null
  readonly last_step: number
}

export interface RecoveryCodeRow {
  readonly user_id: Id<'usr'>
  readonly code_hash: Buffer
  readonly used_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly second_factors: SecondFactorRow
    readonly recovery_codes: RecoveryCodeRow
  }
}

export interface StoredFactor {
  readonly sealedSecret: Buffer
  readonly madeAt: number
  /** Undefined: its owner has not shown a code of it yet, and it protects nothing. */
  readonly confirmedAt: number | undefined
}

export async function findFactor(db: Queryable, userId: Id<'usr'>): Promise<StoredFactor | undefined> {
  const row = await db.selectFrom('second_factors').selectAll().where('user_id', '=', userId).executeTakeFirst()
  return row && { sealedSecret: row.sealed_secret, madeAt: row.made_at, confirmedAt: row.confirmed_at ?? undefined }
}

/** Which of these people have one. */
export async function listFactorOwners(db: Queryable, userIds: readonly Id<'usr'>[]): Promise<ReadonlySet<Id<'usr'>>> {
  if (userIds.length === 0) return new Set()
  const query = db.selectFrom('second_factors').select('user_id').where('user_id', 'in', userIds)
  return new Set((await query.where('confirmed_at', 'is not', null).execute()).map((row) => row.user_id))
}

/** Takes the place of one that was never confirmed; a confirmed one stays, and the answer is false. */
export async function putUnconfirmedFactor(
  db: Queryable,
  factor: { readonly userId: Id<'usr'>; readonly sealedSecret: Buffer; readonly madeAt: number },
): Promise<boolean> {
  await db.deleteFrom('second_factors').where('user_id', '=', factor.userId).where('confirmed_at', 'is', null).execute()
  const result = await db
    .insertInto('second_factors')
    .ignore()
    .values({
      user_id: factor.userId,
      sealed_secret: factor.sealedSecret,
      made_at: factor.madeAt,
      confirmed_at: null,
      last_step: 0,
    })
    .executeTakeFirstOrThrow()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function confirmFactor(db: Queryable, userId: Id<'usr'>, confirmedAt: number): Promise<boolean> {
  const query = db.updateTable('second_factors').set({ confirmed_at: confirmedAt }).where('user_id', '=', userId)
  return (await query.where('confirmed_at', 'is', null).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

/** False when this step, or a later one, was used before: a code that somebody watched being typed opens nothing. */
export async function useStep(db: Queryable, userId: Id<'usr'>, step: number): Promise<boolean> {
  const query = db.updateTable('second_factors').set({ last_step: step }).where('user_id', '=', userId)
  return (await query.where('last_step', '<', step).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

export async function deleteFactor(db: Queryable, userId: Id<'usr'>): Promise<void> {
  await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  await db.deleteFrom('second_factors').where('user_id', '=', userId).execute()
}

export async function replaceRecoveryCodes(db: Queryable, userId: Id<'usr'>, hashes: readonly Buffer[]): Promise<void> {
  await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  const rows = hashes.map((hash) => ({ user_id: userId, code_hash: hash, used_at: null }))
  await db.insertInto('recovery_codes').values(rows).execute()
}

/** False for one that is unknown, or was used. */
export async function useRecoveryCode(db: Queryable, userId: Id<'usr'>, hash: Buffer, usedAt: number): Promise<boolean> {
  const query = db.updateTable('recovery_codes').set({ used_at: usedAt }).where('user_id', '=', userId)
  return (await query.where('code_hash', '=', hash).where('used_at', 'is', null).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

export async function countUnusedCodes(db: Queryable, userId: Id<'usr'>): Promise<number> {
  const query = db.selectFrom('recovery_codes').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.where('user_id', '=', userId).where('used_at', 'is', null).executeTakeFirstOrThrow()).count
}

/** A page of all of them, for a change of the box key. */
export async function listSealedFactors(
  db: Queryable,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly { readonly userId: Id<'usr'>; readonly sealedSecret: Buffer }[]> {
  const query = db.selectFrom('second_factors').select(['user_id', 'sealed_secret'])
  const rows = await query
    .where('user_id', '>', page.after as Id<'usr'>)
    .orderBy('user_id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => ({ userId: row.user_id, sealedSecret: row.sealed_secret }))
}

export async function replaceSealedFactor(db: Queryable, userId: Id<'usr'>, sealedSecret: Buffer): Promise<void> {
  await db.updateTable('second_factors').set({ sealed_secret: sealedSecret }).where('user_id', '=', userId).execute()
}
