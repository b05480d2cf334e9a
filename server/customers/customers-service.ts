import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { nextNumber } from '../settings/counters-table.ts'
import { type Customer, findCustomerNumber, newCustomer } from './customer.ts'
import { CustomerError } from './customer-error.ts'
import type { CustomerReach } from './customer-reach.ts'
import * as table from './customers-table.ts'
import type { MemberRole } from './membership.ts'
import { countMembers } from './memberships-table.ts'

/** Makes the customer's repository, or finds that it is there already: it is called again after an interruption. */
export type CreateRepositoryForCustomer = (customerId: Id<'cus'>) => Promise<void>

export interface CustomersService {
  /**
   * First half of a new customer: a row nobody sees, and its repository. Takes up a founding that was cut off before.
   * The second half, `activate`, belongs into the transaction of whatever else comes with the customer.
   */
  readonly found: (name: string) => Promise<Customer>
  readonly activate: (transaction: Transaction, customer: Customer, actingAs: ActingAs) => Promise<Customer>
  readonly find: (customerId: Id<'cus'>) => Promise<Customer | undefined>
  readonly findByIds: (ids: readonly Id<'cus'>[]) => Promise<readonly Customer[]>
  /** Whom a filter means by an id, a number or an exact name; those that ended too, whose rows stay in the audit log. */
  readonly findMeant: (text: string, number: number | undefined) => Promise<Id<'cus'> | undefined>
  /** The one customer that a person means by its id, number or exact name. Throws CustomerError `not-found`. */
  readonly getNamed: (text: string) => Promise<Customer>
  readonly countPeople: (customerId: Id<'cus'>) => Promise<Readonly<Record<MemberRole, number>>>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly afterNumber: number
    readonly limit: number
  }) => Promise<readonly Customer[]>
}

export function createCustomersService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly createRepositoryForCustomer: CreateRepositoryForCustomer
}): CustomersService {
  const { database, clock, randomness, createRepositoryForCustomer } = options
  const { kysely } = database

  const insertFounding = (name: string) =>
    database.transaction(async (transaction): Promise<Customer> => {
      const cutOff = await table.findFoundingCustomer(transaction)
      if (cutOff !== undefined) return { ...cutOff, name }
      const number = await nextNumber(transaction, 'customers')
      const customerId = newId('cus', randomness)
      const customer = newCustomer({ customerId, number, name, createdAt: clock.now() })
      await table.insertCustomer(transaction, customer)
      return customer
    })

  return {
    found: async (name) => {
      const customer = await insertFounding(name)
      await createRepositoryForCustomer(customer.customerId)
      return customer
    },
    activate: async (transaction, customer, actingAs) => {
      const { customerId, name, number } = customer
      const isFirst = await table.activateCustomer(transaction, customer)
      if (!isFirst) throw new Error(`customer ${customerId} was founded by somebody else meanwhile`)
      const entry = { at: clock.now(), action: 'customer.created', objectId: customerId, customerId } as const
      await insertAudit(transaction, { ...actingAs, ...entry, detail: { name, number } })
      return { ...customer, state: 'active' }
    },
    find: (customerId) => table.findCustomer(kysely, customerId),
    findByIds: (ids) => table.findCustomersByIds(kysely, ids),
    findMeant: (text, number) => table.findCustomerMeant(kysely, { text, number }),
    getNamed: async (text) => {
      const [byId] = await table.findCustomersByIds(kysely, [text as Id<'cus'>])
      if (byId !== undefined) return byId
      const [only, another] = await table.findCustomersNamed(kysely, {
        number: findCustomerNumber(text),
        name: text.normalize('NFC'),
      })
      if (only === undefined) throw new CustomerError('not-found', 'There is no customer with this id, number or name.')
      if (another !== undefined)
        throw new CustomerError('not-found', 'Several customers have this name. Use the number, as in C-000001.')
      return only
    },
    countPeople: (customerId) => countMembers(kysely, customerId),
    list: (page) => table.listCustomers(kysely, page),
  }
}
