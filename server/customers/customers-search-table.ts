import type { Queryable } from '../database/database.ts'
import { type Customer, type VisibleState, visibleStates } from './customer.ts'
import { toCustomer } from './customers-table.ts'

/** By number, or a part of what `search_text` holds; in the order of their numbers. */
export async function searchCustomers(
  db: Queryable,
  search: {
    /** Folded. */
    readonly part: string | undefined
    readonly number: number | undefined
    readonly state: VisibleState | undefined
    readonly afterNumber: number
    readonly limit: number
  },
): Promise<readonly Customer[]> {
  const { part, number, state, afterNumber, limit } = search
  let query = db.selectFrom('customers').selectAll().where('number', '>', afterNumber).orderBy('number').limit(limit)
  query = state === undefined ? query.where('state', 'in', visibleStates) : query.where('state', '=', state)
  if (part !== undefined)
    query = query.where(({ or, eb }) =>
      or([
        eb('search_text', 'like', `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`),
        ...(number === undefined ? [] : [eb('number', '=', number)]),
      ]),
    )
  return (await query.execute()).flatMap((row) => toCustomer(row) ?? [])
}

export async function countCustomersByState(db: Queryable): Promise<Readonly<Record<VisibleState, number>>> {
  const rows = await db
    .selectFrom('customers')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .where('state', 'in', visibleStates)
    .groupBy('state')
    .execute()
  const counts = { active: 0, suspended: 0, leaving: 0 }
  return { ...counts, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
}
