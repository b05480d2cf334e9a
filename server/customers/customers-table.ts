import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Customer, CustomerState } from './customer.ts'
import type { CustomerReach } from './customer-reach.ts'

export interface CustomerRow {
  readonly id: Id<'cus'>
  readonly number: number
  readonly name: string
  readonly state: CustomerState
  readonly kit_printed_at: number | null
  readonly created_at: number
}

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
export async function activateCustomer(db: Queryable, customerId: Id<'cus'>, name: string): Promise<boolean> {
  const result = await db
    .updateTable('customers')
    .set({ name, state: 'active' })
    .where('id', '=', customerId)
    .where('state', '=', 'founding')
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

export async function setKitPrinted(db: Queryable, customerId: Id<'cus'>, printedAt: number): Promise<void> {
  await db.updateTable('customers').set({ kit_printed_at: printedAt }).where('id', '=', customerId).execute()
}

export async function findCustomer(db: Queryable, customerId: Id<'cus'>): Promise<Customer | undefined> {
  const query = db.selectFrom('customers').selectAll().where('id', '=', customerId).where('state', '!=', 'founding')
  return toCustomer(await query.executeTakeFirst())
}

export async function findCustomersByIds(db: Queryable, ids: readonly Id<'cus'>[]): Promise<readonly Customer[]> {
  if (ids.length === 0) return []
  const query = db.selectFrom('customers').selectAll().where('id', 'in', ids).where('state', '!=', 'founding').orderBy('number')
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
    .where('state', '!=', 'founding')
    .where((where) =>
      where.or([where('name', '=', wanted.name), ...(wanted.number === undefined ? [] : [where('number', '=', wanted.number)])]),
    )
    .orderBy('number')
    .limit(2)
    .execute()
  return rows.flatMap((row) => toCustomer(row) ?? [])
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
    .where('state', '!=', 'founding')
    .where('number', '>', afterNumber)
    .orderBy('number')
    .limit(limit)
  if (reach !== 'all') query = query.where('id', 'in', reach)
  return (await query.execute()).flatMap((row) => toCustomer(row) ?? [])
}

function toCustomer(row: CustomerRow | undefined): Customer | undefined {
  if (row === undefined) return undefined
  return {
    customerId: row.id,
    number: row.number,
    name: row.name,
    state: row.state,
    kitPrintedAt: row.kit_printed_at ?? undefined,
    createdAt: row.created_at,
  }
}
