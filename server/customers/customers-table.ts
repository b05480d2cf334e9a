import type { Generated, Selectable } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { type Customer, type CustomerState, visibleStates } from './customer.ts'
import { type CustomerDetails, searchTextOf } from './customer-details.ts'
import type { CustomerReach } from './customer-reach.ts'

export interface CustomerRow {
  readonly id: Id<'cus'>
  readonly number: number
  readonly name: string
  readonly state: CustomerState
  readonly kit_printed_at: number | null
  readonly created_at: number
  readonly contact: Text
  readonly street: Text
  readonly postcode: Text
  readonly city: Text
  readonly country: Text
  readonly tax_id: Text
  readonly phone: Text
  readonly email: Text
  readonly language: Text
  readonly time_zone: Text
  readonly notes: Text
  readonly suspended_at: Generated<number | null>
  readonly suspended_reason: Generated<string | null>
  readonly leaving_at: Generated<number | null>
  readonly leaves_at: Generated<number | null>
  readonly search_text: Text
}

/** Empty unless given. */
type Text = Generated<string>

declare module '../database/tables.ts' {
  interface Tables {
    readonly customers: CustomerRow
  }
}

export async function insertCustomer(db: Queryable, customer: Customer): Promise<void> {
  await db
    .insertInto('customers')
    .values({
      id: customer.customerId,
      number: customer.number,
      name: customer.name,
      state: customer.state,
      kit_printed_at: customer.kitPrintedAt ?? null,
      created_at: customer.createdAt,
      ...detailColumns(customer),
    })
    .execute()
}

/** Those that are being founded too. */
export async function countCustomers(db: Queryable): Promise<number> {
  const query = db.selectFrom('customers').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.executeTakeFirstOrThrow()).count
}

/** A customer whose founding was cut off, to be taken up again. */
export async function findFoundingCustomer(db: Queryable): Promise<Customer | undefined> {
  const query = db.selectFrom('customers').selectAll().where('state', '=', 'founding').orderBy('number').limit(1)
  return toCustomer(await query.executeTakeFirst())
}

/** False when it is not being founded: somebody else was quicker. */
export async function activateCustomer(
  db: Queryable,
  customer: Pick<Customer, 'customerId' | 'name' | 'details'>,
): Promise<boolean> {
  const result = await db
    .updateTable('customers')
    .set({ name: customer.name, state: 'active', ...detailColumns(customer) })
    .where('id', '=', customer.customerId)
    .where('state', '=', 'founding')
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

/** Held until the transaction ends: whoever decides by its state decides alone. */
export async function findCustomerLocked(tx: Transaction, customerId: Id<'cus'>): Promise<Customer | undefined> {
  const query = tx.selectFrom('customers').selectAll().where('id', '=', customerId).where('state', 'in', visibleStates)
  return toCustomer(await query.forUpdate().executeTakeFirst())
}

export async function changeCustomer(
  tx: Transaction,
  customer: Pick<Customer, 'customerId' | 'name' | 'details'>,
): Promise<void> {
  const { customerId, name } = customer
  await tx
    .updateTable('customers')
    .set({ name, ...detailColumns(customer) })
    .where('id', '=', customerId)
    .execute()
}

export async function setStanding(
  tx: Transaction,
  { customerId, state, suspended, leaving }: Pick<Customer, 'customerId' | 'state' | 'suspended' | 'leaving'>,
): Promise<void> {
  await tx
    .updateTable('customers')
    .set({
      state,
      suspended_at: suspended?.at ?? null,
      suspended_reason: suspended?.reason ?? null,
      leaving_at: leaving?.at ?? null,
      leaves_at: leaving?.endsAt ?? null,
    })
    .where('id', '=', customerId)
    .execute()
}

export async function setKitPrinted(db: Queryable, customerId: Id<'cus'>, printedAt: number): Promise<void> {
  await db.updateTable('customers').set({ kit_printed_at: printedAt }).where('id', '=', customerId).execute()
}

export async function findCustomer(db: Queryable, customerId: Id<'cus'>): Promise<Customer | undefined> {
  const query = db.selectFrom('customers').selectAll().where('id', '=', customerId).where('state', 'in', visibleStates)
  return toCustomer(await query.executeTakeFirst())
}

export async function findCustomersByIds(db: Queryable, ids: readonly Id<'cus'>[]): Promise<readonly Customer[]> {
  if (ids.length === 0) return []
  const query = db
    .selectFrom('customers')
    .selectAll()
    .where('id', 'in', ids)
    .where('state', 'in', visibleStates)
    .orderBy('number')
  return (await query.execute()).flatMap((row) => toCustomer(row) ?? [])
}

/** By number or by exact name, for commands that name a customer. */
export async function findCustomersNamed(
  db: Queryable,
  wanted: { readonly number: number | undefined; readonly name: string },
): Promise<readonly Customer[]> {
  const rows = await db
    .selectFrom('customers')
    .selectAll()
    .where('state', 'in', visibleStates)
    .where((where) =>
      where.or([where('name', '=', wanted.name), ...(wanted.number === undefined ? [] : [where('number', '=', wanted.number)])]),
    )
    .orderBy('number')
    .limit(2)
    .execute()
  return rows.flatMap((row) => toCustomer(row) ?? [])
}

/** By id, number or exact name, whatever became of it. */
export async function findCustomerMeant(
  db: Queryable,
  { text, number }: { readonly text: string; readonly number: number | undefined },
): Promise<Id<'cus'> | undefined> {
  const row = await db
    .selectFrom('customers')
    .select('id')
    .where('state', '!=', 'founding')
    .where(({ or, eb }) =>
      or([
        eb('id', '=', text as Id<'cus'>),
        eb('name', '=', text.normalize('NFC')),
        ...(number === undefined ? [] : [eb('number', '=', number)]),
      ]),
    )
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

export async function listCustomers(
  db: Queryable,
  page: { readonly reach: CustomerReach; readonly afterNumber: number; readonly limit: number },
): Promise<readonly Customer[]> {
  const { reach, afterNumber, limit } = page
  if (reach !== 'all' && reach.length === 0) return []
  let query = db
    .selectFrom('customers')
    .selectAll()
    .where('state', 'in', visibleStates)
    .where('number', '>', afterNumber)
    .orderBy('number')
    .limit(limit)
  if (reach !== 'all') query = query.where('id', 'in', reach)
  return (await query.execute()).flatMap((row) => toCustomer(row) ?? [])
}

function detailColumns({ name, details }: { readonly name: string; readonly details: CustomerDetails }) {
  const { taxId, timeZone, ...others } = details
  return { ...others, tax_id: taxId, time_zone: timeZone, search_text: searchTextOf({ name, ...details }) }
}

export function toCustomer(row: Selectable<CustomerRow> | undefined): Customer | undefined {
  if (row === undefined) return undefined
  const { contact, street, postcode, city, country, phone, email, language, notes } = row
  return {
    customerId: row.id,
    number: row.number,
    name: row.name,
    state: row.state,
    details: {
      ...{ contact, street, postcode, city, country, phone, email, language, notes },
      taxId: row.tax_id,
      timeZone: row.time_zone,
    },
    suspended: row.suspended_at === null ? undefined : { at: row.suspended_at, reason: row.suspended_reason ?? '' },
    leaving: row.leaving_at === null || row.leaves_at === null ? undefined : { at: row.leaving_at, endsAt: row.leaves_at },
    kitPrintedAt: row.kit_printed_at ?? undefined,
    createdAt: row.created_at,
  }
}
