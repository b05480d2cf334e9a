/**
 * Suspending a customer and taking it back; deleting it, which can be taken back for thirty days. Nothing is removed here: what ends an
 * account when its days are over is server/customers/ending/.
 */
import type { ActingAs, AuditAction } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { type Customer, findCustomerNumber, formatCustomerNumber, leavingDays, parseReason } from './customer.ts'
import { CustomerError } from './customer-error.ts'
import { findCustomerLocked, setStanding } from './customers-table.ts'

const dayMs = 86_400_000

export interface StandingService {
  /** Backups are refused with the reason; people go on reading and restoring. @throws CustomerError `invalid-reason`, `not-found`, `wrong-state` */
  readonly suspend: (customerId: Id<'cus'>, reason: string, actingAs: ActingAs) => Promise<Customer>
  readonly resume: (customerId: Id<'cus'>, actingAs: ActingAs) => Promise<Customer>
  /** `typedNumber`: the customer's number, typed by the person who means it. @throws CustomerError `wrong-number`, `not-found`, `wrong-state` */
  readonly leave: (customerId: Id<'cus'>, typedNumber: string, actingAs: ActingAs) => Promise<Customer>
  /** As it was before; nothing was lost. */
  readonly stay: (customerId: Id<'cus'>, actingAs: ActingAs) => Promise<Customer>
}

/** What the owners are told, in the transaction of what it tells. */
export type TellOwners = (
  transaction: Transaction,
  news: { readonly kind: 'suspended' | 'resumed' | 'leaving' | 'stays'; readonly customer: Customer },
) => Promise<void>

export function createStandingService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly tellOwners: TellOwners
}): StandingService {
  const { database, clock, tellOwners } = options

  const change = (
    customerId: Id<'cus'>,
    news: Parameters<TellOwners>[1]['kind'],
    action: AuditAction,
    next: (customer: Customer) => Pick<Customer, 'state' | 'suspended' | 'leaving'>,
    actingAs: ActingAs,
  ): Promise<Customer> =>
    database.transaction(async (transaction) => {
      const before = await findCustomerLocked(transaction, customerId)
      if (before === undefined) throw new CustomerError('not-found', 'There is no such customer.')
      const customer = { ...before, ...next(before) }
      await setStanding(transaction, customer)
      const detail = detailOf(customer, news)
      await insertAudit(transaction, { ...actingAs, at: clock.now(), action, objectId: customerId, customerId, detail })
      await tellOwners(transaction, { kind: news, customer })
      return customer
    })

  return {
    suspend: async (customerId, reason, actingAs) => {
      const suspended = { at: clock.now(), reason: parseReason(reason) }
      const next = ({ state }: Customer) => {
        demand(state === 'active', 'Only an account that is in use can be suspended.')
        return { state: 'suspended', suspended, leaving: undefined } as const
      }
      return change(customerId, 'suspended', 'customer.suspended', next, actingAs)
    },
    resume: (customerId, actingAs) => {
      const next = ({ state }: Customer) => {
        demand(state === 'suspended', 'This account is not suspended.')
        return { state: 'active', suspended: undefined, leaving: undefined } as const
      }
      return change(customerId, 'resumed', 'customer.resumed', next, actingAs)
    },
    leave: (customerId, typedNumber, actingAs) => {
      const at = clock.now()
      const next = ({ state, number, suspended }: Customer) => {
        if (findCustomerNumber(typedNumber) !== number)
          throw new CustomerError(
            'wrong-number',
            `Type the number of this customer, ${formatCustomerNumber(number)}, to delete it.`,
          )
        demand(state !== 'leaving', 'This account is being deleted already.')
        return { state: 'leaving', suspended, leaving: { at, endsAt: at + leavingDays * dayMs } } as const
      }
      return change(customerId, 'leaving', 'customer.deleted', next, actingAs)
    },
    stay: (customerId, actingAs) => {
      const next = ({ state, suspended }: Customer) => {
        demand(state === 'leaving', 'This account is not being deleted.')
        return { state: suspended === undefined ? 'active' : 'suspended', suspended, leaving: undefined } as const
      }
      return change(customerId, 'stays', 'customer.kept', next, actingAs)
    },
  }
}

function demand(isSo: boolean, words: string): void {
  if (!isSo) throw new CustomerError('wrong-state', words)
}

function detailOf({ name, number, suspended, leaving }: Customer, news: Parameters<TellOwners>[1]['kind']) {
  const who = { name, number: formatCustomerNumber(number) }
  if (news === 'suspended') return { ...who, reason: suspended?.reason ?? '' }
  if (news === 'leaving') return { ...who, endsAt: new Date(leaving?.endsAt ?? 0).toISOString() }
  return who
}
