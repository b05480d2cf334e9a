/** Founding customers with all that is known of them, changing it later, and finding them again. */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Plan } from '../plans/plan.ts'
import type { PlansService } from '../plans/plans-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { type Customer, parseCustomerName } from './customer.ts'
import {
  type CustomerDetails,
  type DetailField,
  detailFields,
  type GivenDetails,
  noDetails,
  parseDetails,
} from './customer-details.ts'
import { CustomerError } from './customer-error.ts'
import type { CustomersService } from './customers-service.ts'
import { changeCustomer, findCustomerLocked } from './customers-table.ts'

export interface Registration {
  readonly name: string
  readonly details: GivenDetails
  /** Name or id; none: the customer has no plan yet, and no computer of it can be connected. */
  readonly plan: string | undefined
}

export interface CustomerChange {
  readonly name?: string | undefined
  readonly details?: GivenDetails
}

export interface Registered {
  readonly customer: Customer
  readonly subscription: Subscription | undefined
}

export interface RegistrationService {
  /** @throws CustomerError `invalid-name`, `invalid-details`, `no-plan` */
  readonly register: (registration: Registration, actingAs: ActingAs) => Promise<Registered>
  /** Fields that are not named stay. @throws CustomerError `invalid-name`, `invalid-details`, `not-found` */
  readonly change: (customerId: Id<'cus'>, change: CustomerChange, actingAs: ActingAs) => Promise<Customer>
}

export function createRegistrationService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly customers: CustomersService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
}): RegistrationService {
  const { database, clock, customers, plans, subscriptions } = options

  // Two at once would take up the same founding.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  return {
    register: async (registration, actingAs) => {
      const name = parseCustomerName(registration.name)
      const details = { ...noDetails, ...checkedDetails(registration.details) }
      const plan = registration.plan === undefined ? undefined : await getPlan(plans, registration.plan)
      return inTurn(async () => {
        const founded = await customers.found(name)
        return database.transaction(async (transaction) => {
          const customer = await customers.activate(transaction, { ...founded, details }, actingAs)
          if (plan === undefined) return { customer, subscription: undefined }
          const sale = { customerId: customer.customerId, plan, validityDays: plan.validityDays }
          return { customer, subscription: await subscriptions.insert(transaction, sale, actingAs) }
        })
      })
    },
    change: async (customerId, change, actingAs) => {
      const name = change.name === undefined ? undefined : parseCustomerName(change.name)
      const details = checkedDetails(change.details ?? {})
      return database.transaction(async (transaction) => {
        const before = await findCustomerLocked(transaction, customerId)
        if (before === undefined) throw new CustomerError('not-found', 'There is no such customer.')
        const after = { ...before, name: name ?? before.name, details: { ...before.details, ...details } }
        const changed = changedFields(before, after)
        if (changed.length === 0) return before
        await changeCustomer(transaction, after)
        const entry = { at: clock.now(), action: 'customer.changed', objectId: customerId, customerId } as const
        await insertAudit(transaction, { ...actingAs, ...entry, detail: { fields: changed.join(', '), name: after.name } })
        return after
      })
    },
  }
}

function checkedDetails(given: GivenDetails): Partial<CustomerDetails> {
  const parsed = parseDetails(given)
  if (parsed.kind === 'good') return parsed.details
  const [first] = Object.values(parsed.problems)
  throw new CustomerError('invalid-details', first ?? 'Something of the details is not right.', parsed.problems)
}

async function getPlan(plans: PlansService, named: string): Promise<Plan> {
  const plan = (await plans.findNamed(named)) ?? (await plans.find(named as Id<'pln'>))
  if (plan === undefined) throw new CustomerError('no-plan', 'There is no plan of this name.')
  return plan
}

/** Names of fields, for the audit log. What stands in them is the customer's own. */
function changedFields(before: Customer, after: Pick<Customer, 'name' | 'details'>): readonly ('name' | DetailField)[] {
  const details = detailFields.filter((field) => before.details[field] !== after.details[field])
  return before.name === after.name ? details : ['name', ...details]
}
