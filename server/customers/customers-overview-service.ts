/** The list of customers as staff look at it: searched, by state, a page at a time, each with how it stands. */
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { foldText } from '../text/display-text.ts'
import { type Customer, findCustomerNumber, type VisibleState } from './customer.ts'
import { type CustomerOverview, countStandings, currentOf, newestGood } from './customer-overview.ts'
import { listDeviceFacts, listGoodTimes, listLicenceFacts } from './customer-overview-table.ts'
import { countCustomersByState, searchCustomers } from './customers-search-table.ts'

export interface CustomerSearch {
  /** Number, or a part of name, contact, mail address or city; empty: all. */
  readonly text: string
  /** Undefined: whatever it is. */
  readonly state: VisibleState | undefined
}

export interface CustomersOverviewService {
  /** The same as `search`, without how they stand. */
  readonly find: (
    search: CustomerSearch,
    page: { readonly afterNumber: number; readonly limit: number },
  ) => Promise<readonly Customer[]>
  readonly search: (
    search: CustomerSearch,
    page: { readonly afterNumber: number; readonly limit: number },
  ) => Promise<readonly CustomerOverview[]>
  readonly overview: (customers: readonly Customer[]) => Promise<readonly CustomerOverview[]>
  /** When each computer was last backed up well. */
  readonly goodTimes: (customerId: Id<'cus'>) => Promise<ReadonlyMap<Id<'dev'>, number>>
  readonly counts: () => Promise<Readonly<Record<VisibleState, number>>>
}

export const maxSearchCharacters = 200

export function createCustomersOverview(options: {
  readonly database: Database
  readonly clock: Clock
}): CustomersOverviewService {
  const { database, clock } = options
  const { kysely } = database

  const overview = async (customers: readonly Customer[]): Promise<readonly CustomerOverview[]> => {
    const ids = customers.map(({ customerId }) => customerId)
    const nowMs = clock.now()
    const [devices, licences] = await Promise.all([listDeviceFacts(kysely, ids, nowMs), listLicenceFacts(kysely, ids)])
    return customers.map((customer) => {
      const own = devices.filter(({ customerId }) => customerId === customer.customerId)
      const current = currentOf(
        licences.filter(({ customerId }) => customerId === customer.customerId),
        nowMs,
      )
      return {
        customer,
        computers: own.length,
        counts: countStandings(own, nowMs),
        lastGoodAt: newestGood(own),
        licence: current,
      }
    })
  }

  const find: CustomersOverviewService['find'] = ({ text, state }, page) => {
    const typed = text.trim().slice(0, maxSearchCharacters)
    const part = typed === '' ? undefined : foldText(typed)
    return searchCustomers(kysely, { part, number: findCustomerNumber(typed), state, ...page })
  }

  return {
    find,
    overview,
    goodTimes: (customerId) => listGoodTimes(kysely, customerId),
    counts: () => countCustomersByState(kysely),
    search: async (search, page) => overview(await find(search, page)),
  }
}
