import { sql } from 'kysely'
import type { Queryable, Transaction } from '../../database/database.ts'
import { packStates } from '../../packs/pack.ts'
import type { Repository, RepositoryId } from '../../repositories/repository.ts'
import type { Id } from '../../runtime/ids.ts'
import { formatCustomerNumber } from '../customer.ts'
import { noDetails } from '../customer-details.ts'
import type { EndStep } from './end-step.ts'
import type { EndedRows } from './ended-rows.ts'

export interface CustomerEndRow {
  readonly customer_id: Id<'cus'>
  readonly step: EndStep
  readonly began_at: number
  readonly self_backup: number | null
}

export interface CustomerEndCopyRow {
  readonly customer_id: Id<'cus'>
  readonly copy_id: Id<'cpy'>
  readonly at: number
}

declare module '../../database/tables.ts' {
  interface Tables {
    readonly customer_ends: CustomerEndRow
    readonly customer_end_copies: CustomerEndCopyRow
  }
}

export interface CustomerEnd {
  readonly customerId: Id<'cus'>
  readonly number: number
  readonly step: EndStep
  /** The first one that holds nothing of the customer. */
  readonly selfBackup: number | undefined
}

const endsAtOnce = 20

/** Customers whose days are over. */
export async function listDueEnds(db: Queryable, nowMs: number): Promise<readonly Id<'cus'>[]> {
  const query = db.selectFrom('customers').select('id').where('state', '=', 'leaving').where('leaves_at', '<=', nowMs)
  return (await query.orderBy('leaves_at').limit(endsAtOnce).execute()).map(({ id }) => id)
}

/** When the first of them is over; undefined: nobody leaves. */
export async function findFirstEnd(db: Queryable): Promise<number | undefined> {
  const query = db
    .selectFrom('customers')
    .select(({ fn }) => fn.min<number | null>('leaves_at').as('at'))
    .where('state', '=', 'leaving')
  return (await query.executeTakeFirstOrThrow()).at ?? undefined
}

export async function listEnds(db: Queryable): Promise<readonly CustomerEnd[]> {
  const rows = await db
    .selectFrom('customer_ends')
    .innerJoin('customers', 'customers.id', 'customer_ends.customer_id')
    .select(['customers.id', 'customers.number', 'customer_ends.step', 'customer_ends.self_backup'])
    .orderBy('customer_ends.began_at')
    .limit(endsAtOnce)
    .execute()
  return rows.map((row) => ({ customerId: row.id, number: row.number, step: row.step, selfBackup: row.self_backup ?? undefined }))
}

/** From here on nobody can keep it any more. False: somebody kept it, or it began already. */
export async function beginEnd(
  tx: Transaction,
  customerId: Id<'cus'>,
  begin: { readonly step: EndStep; readonly nowMs: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('customers')
    .set({ state: 'ending' })
    .where('id', '=', customerId)
    .where('state', '=', 'leaving')
    .where('leaves_at', '<=', begin.nowMs)
    .executeTakeFirstOrThrow()
  if (result.numUpdatedRows !== 1n) return false
  await tx
    .insertInto('customer_ends')
    .values({ customer_id: customerId, step: begin.step, began_at: begin.nowMs, self_backup: null })
    .execute()
  return true
}

export async function setStep(db: Queryable, customerId: Id<'cus'>, step: EndStep, selfBackup?: number): Promise<void> {
  const more = selfBackup === undefined ? {} : { self_backup: selfBackup }
  await db
    .updateTable('customer_ends')
    .set({ step, ...more })
    .where('customer_id', '=', customerId)
    .execute()
}

/** Its people lose it; those who belong to nothing else, and do not work for the box, go altogether, with sessions and tokens. */
export async function removePeople(tx: Transaction, customerId: Id<'cus'>): Promise<void> {
  const members = await tx.selectFrom('memberships').select('user_id').where('customer_id', '=', customerId).execute()
  await tx.deleteFrom('memberships').where('customer_id', '=', customerId).execute()
  const ids = members.map(({ user_id }) => user_id)
  if (ids.length === 0) return
  await tx
    .deleteFrom('users')
    .where('id', 'in', ids)
    .where('staff_role', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('memberships').select('memberships.user_id').whereRef('memberships.user_id', '=', 'users.id'))),
    )
    .execute()
}

export async function revokeDevices(tx: Transaction, customerId: Id<'cus'>): Promise<void> {
  await tx.updateTable('devices').set({ state: 'revoked' }).where('customer_id', '=', customerId).execute()
}

/** Overwritten where they lie before they go: a deleted row's bytes stay in its page for a while. */
export async function destroyKeySlots(tx: Transaction, repositoryId: RepositoryId): Promise<void> {
  await sql`UPDATE key_slots SET sealed = REPEAT(X'00', LENGTH(sealed)), salt = REPEAT(X'00', 32), commitment = REPEAT(X'00', 32),
    sealed_secret = IF(sealed_secret IS NULL, NULL, REPEAT(X'00', LENGTH(sealed_secret)))
    WHERE repository_id = ${repositoryId}`.execute(tx)
  await tx.deleteFrom('key_slots').where('repository_id', '=', repositoryId).execute()
}

const packsAtOnce = 1000

/** So many more packs of it are called purged, so that second copies let go of them. How many. */
export async function purgeRows(
  tx: Transaction,
  repositoryId: RepositoryId,
  at: { readonly nowMs: number; readonly observedMs: number },
): Promise<number> {
  const packs = await tx
    .selectFrom('packs')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('state', '!=', packStates.purged)
    .orderBy('id')
    .limit(packsAtOnce)
    .forUpdate()
    .execute()
  if (packs.length === 0) return 0
  const ids = packs.map(({ id }) => id)
  await tx.updateTable('packs').set({ state: packStates.purged, state_at: at.nowMs }).where('id', 'in', ids).execute()
  const waits = ids.map((pack) => ({ pack, repository_id: repositoryId, since_observed_ms: at.observedMs }))
  await tx.insertInto('pack_waits').values(waits).onDuplicateKeyUpdate({ since_observed_ms: at.observedMs }).execute()
  return ids.length
}

const rowsAtOnce = 5000

/** A bounded part of the rows. How many went: less than all means done. */
export async function deleteRows(
  db: Queryable,
  rows: EndedRows,
  of: { readonly customerId: Id<'cus'>; readonly repositoryId: RepositoryId | undefined },
): Promise<boolean> {
  const { customerId, repositoryId } = of
  const ids = {
    customer: sql`${customerId}`,
    device: sql`SELECT id FROM devices WHERE customer_id = ${customerId}`,
    subscription: sql`SELECT id FROM subscriptions WHERE customer_id = ${customerId}`,
    job: sql`SELECT jobs.id FROM jobs JOIN devices ON devices.id = jobs.device_id WHERE devices.customer_id = ${customerId}`,
    run: sql`SELECT id FROM runs WHERE customer_id = ${customerId}`,
    repository: sql`${repositoryId ?? 0}`,
    pack: sql`SELECT id FROM packs WHERE repository_id = ${repositoryId ?? 0}`,
    enrolment: sql`SELECT id FROM enrolments WHERE customer_id = ${customerId}`,
  }[rows.through]
  const result =
    await sql`DELETE FROM ${sql.table(rows.table)} WHERE ${sql.ref(rows.column)} IN (${ids}) LIMIT ${sql.lit(rowsAtOnce)}`.execute(
      db,
    )
  return Number(result.numAffectedRows ?? 0n) < rowsAtOnce
}

/** A number, and nothing else that anybody could know it by. */
export async function anonymise(
  tx: Transaction,
  { customerId, number }: Pick<CustomerEnd, 'customerId' | 'number'>,
): Promise<void> {
  const { taxId, timeZone, ...details } = noDetails
  await tx
    .updateTable('customers')
    .set({
      ...details,
      tax_id: taxId,
      time_zone: timeZone,
      name: formatCustomerNumber(number),
      state: 'ended',
      suspended_at: null,
      suspended_reason: null,
      leaving_at: null,
      leaves_at: null,
      search_text: '',
    })
    .where('id', '=', customerId)
    .execute()
  await tx.deleteFrom('customer_end_copies').where('customer_id', '=', customerId).execute()
  await tx.deleteFrom('customer_ends').where('customer_id', '=', customerId).execute()
}

export async function listCleanedCopies(db: Queryable, customerId: Id<'cus'>): Promise<ReadonlySet<Id<'cpy'>>> {
  const rows = await db.selectFrom('customer_end_copies').select('copy_id').where('customer_id', '=', customerId).execute()
  return new Set(rows.map((row) => row.copy_id))
}

export async function noteCleanedCopy(db: Queryable, row: CustomerEndCopyRow): Promise<void> {
  await db.insertInto('customer_end_copies').values(row).onDuplicateKeyUpdate({ at: row.at }).execute()
}

/** Second copies that still hold something of it, as far as the box knows. */
export async function countHeldByCopies(db: Queryable, { uid }: Pick<Repository, 'uid'>): Promise<number> {
  const counted = await Promise.all(
    (['copied_packs', 'copied_files'] as const).map((table) =>
      db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('repository_uid', '=', uid)
        .executeTakeFirstOrThrow(),
    ),
  )
  return counted.reduce((sum, { count }) => sum + count, 0)
}
