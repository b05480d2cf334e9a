/** What the address of the fleet's table asks for, and how it is written down again. Whatever it asks that there is not is passed over. */
import { isId } from '../runtime/ids.ts'
import { standingKinds } from '../standings/standing.ts'
import { type FleetFilter, type FleetOrder, fleetPageSize, fleetSorts, maxSearchCharacters, usualOrder } from './fleet.ts'

export interface FleetAsked {
  readonly filter: FleetFilter
  readonly order: FleetOrder
  /** From 1. */
  readonly page: number
}

export type FleetQuery = Readonly<Record<string, string | undefined>>

export const fleetRoot = '/fleet'
const maxPage = 10_000

export function parseFleetQuery(query: FleetQuery): FleetAsked {
  const { state, customer = '', plan = '', q = '', sort, order, page } = query
  return {
    filter: {
      kind: standingKinds.find((kind) => kind === state),
      search: [...q.normalize('NFC').trim()].slice(0, maxSearchCharacters).join(''),
      customerId: isId('cus', customer) ? customer : undefined,
      planId: isId('pln', plan) ? plan : undefined,
    },
    order: {
      sort: fleetSorts.find((each) => each === sort) ?? usualOrder.sort,
      isDescending: order === 'down',
    },
    page: /^[1-9]\d{0,4}$/.test(page ?? '') ? Math.min(Number(page), maxPage) : 1,
  }
}

/** The address of a table like this one, but for what is given. Its first page, unless a page is. */
export function fleetPath(
  asked: FleetAsked,
  change: Partial<FleetFilter & FleetOrder> & { readonly page?: number } = {},
  root = fleetRoot,
): string {
  const filter = { ...asked.filter, ...change }
  const order = { ...asked.order, ...change }
  const { page = 1 } = change
  const parameters = new URLSearchParams({
    ...(filter.kind === undefined ? {} : { state: filter.kind }),
    ...(filter.search === '' ? {} : { q: filter.search }),
    ...(filter.customerId === undefined ? {} : { customer: filter.customerId }),
    ...(filter.planId === undefined ? {} : { plan: filter.planId }),
    ...(order.sort === usualOrder.sort ? {} : { sort: order.sort }),
    ...(order.isDescending ? { order: 'down' } : {}),
    ...(page > 1 ? { page: String(page) } : {}),
  })
  return parameters.size === 0 ? root : `${root}?${parameters}`
}

export function offsetOf({ page }: FleetAsked): number {
  return (page - 1) * fleetPageSize
}
