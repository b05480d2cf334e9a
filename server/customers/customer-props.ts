/** Customers as the pages show them. Pure. */
import type { CustomerRowProps } from '../../views/pages/customers.ts'
import type { CustomerDetailsProps } from '../../views/partials/customer-details.ts'
import type { CustomerStateProps } from '../../views/partials/customer-state.ts'
import { customerPath } from '../http/page-paths.ts'
import { type Customer, formatCustomerNumber } from './customer.ts'
import type { CustomerOverview } from './customer-overview.ts'

export function standingProps({ suspended, leaving }: Customer): CustomerStateProps['standing'] {
  if (leaving !== undefined) return { kind: 'leaving', endsAtMs: leaving.endsAt }
  return suspended === undefined ? { kind: 'active' } : { kind: 'suspended', reason: suspended.reason }
}

export function stateProps({ customer, computers, counts }: CustomerOverview): CustomerStateProps {
  return { standing: standingProps(customer), computers, counts }
}

export function customerRowProps(overview: CustomerOverview): CustomerRowProps {
  const { customer, lastGoodAt, licence } = overview
  const { customerId, name, number, details } = customer
  return {
    ...stateProps(overview),
    path: customerPath(customerId),
    name,
    number: formatCustomerNumber(number),
    contact: details.contact,
    city: details.city,
    lastGoodAtMs: lastGoodAt,
    licence,
  }
}

export function detailsProps({ name, details }: Customer): CustomerDetailsProps {
  const { notes: _notes, ...shown } = details
  return { name, ...shown }
}
