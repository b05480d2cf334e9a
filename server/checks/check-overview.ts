/** How well everything is that the box stores, customer by customer: what its page shows. Ids and counts, no names of files. */
import type { Customer } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import type { Id } from '../runtime/ids.ts'
import type { Backlog, VerificationService } from '../verification/verification-service.ts'
import type { CheckRecord } from './check-record.ts'
import type { ChecksService } from './checks-service.ts'

export interface CustomerCheck {
  readonly customer: Customer
  readonly newest: CheckRecord | undefined
  readonly oldestProofAt: number | undefined
}

export interface CheckOverview {
  readonly customers: readonly CustomerCheck[]
  /** There are more customers than are listed. */
  readonly hasMore: boolean
  readonly backlog: Backlog
  /** Of the computers in the lists. */
  readonly deviceNames: ReadonlyMap<Id<'dev'>, string>
}

export type ReadCheckOverview = () => Promise<CheckOverview>

const maxCustomersListed = 500

export function createCheckOverview(options: {
  readonly customers: Pick<CustomersService, 'list'>
  readonly repositories: Pick<Repositories, 'listOfCustomers'>
  readonly devices: Pick<DevicesService, 'listNames'>
  readonly checks: Pick<ChecksService, 'list'>
  readonly verification: Pick<VerificationService, 'backlog'>
}): ReadCheckOverview {
  const { customers, repositories, devices, checks, verification } = options

  return async () => {
    const page = await customers.list({ reach: 'all', afterNumber: 0, limit: maxCustomersListed + 1 })
    const listed = page.slice(0, maxCustomersListed)
    const found = await repositories.listOfCustomers(listed.map(({ customerId }) => customerId))
    const ofCustomer = new Map(found.map(({ customerId, repositoryId }) => [customerId, repositoryId]))
    const stored = listed.flatMap((customer) => {
      const repositoryId = ofCustomer.get(customer.customerId)
      return repositoryId === undefined ? [] : [{ customer, repositoryId }]
    })
    const states = await checks.list(stored.map(({ repositoryId }) => repositoryId))
    const checked = stored.map(({ customer }, index): CustomerCheck => {
      return { customer, newest: states[index]?.newest, oldestProofAt: states[index]?.oldestProofAt }
    })
    const named = checked.flatMap(({ newest }) => newest?.facts.versions.map(({ device }) => device) ?? [])
    // What needs somebody first; the order of their numbers otherwise.
    const sorted = checked.toSorted((a, b) => (b.newest?.damageCount ?? 0) - (a.newest?.damageCount ?? 0))
    return {
      customers: sorted,
      hasMore: page.length > maxCustomersListed,
      backlog: await verification.backlog(),
      deviceNames: await devices.listNames([...new Set(named)]),
    }
  }
}
