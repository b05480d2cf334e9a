/**
 * The first administrator and the first customer of a box. Done once, by the one-time link or by `holdfast setup`.
 * Either everything is there afterwards or nothing that anybody sees; a try that was cut off is taken up by the next.
 */
import { timingSafeEqual } from 'node:crypto'
import { type ActingAs, actingOnTheBox } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { type Customer, parseCustomerName } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import { firstPlanName } from '../plans/plan.ts'
import type { PlansService } from '../plans/plans-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { findSetting, insertSetting, putSetting, removeSetting } from '../settings/settings-table.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { UserIdentity } from '../users/user.ts'
import type { UserRequest, UsersService } from '../users/users-service.ts'
import { SetupError } from './setup-error.ts'

export interface SetupRequest extends UserRequest {
  readonly customer: string
}

export interface SetUp {
  readonly user: UserIdentity
  readonly customer: Customer
}

/** How a starting box stands. The token is told once, here; only its hash is stored. */
export type SetupDoor = { readonly kind: 'done' } | { readonly kind: 'open'; readonly token: string }

export interface SetupService {
  /** At each start: a new token, or the configured one, until the box is set up. Earlier tokens end. */
  readonly openDoor: (fixedToken: string | undefined) => Promise<SetupDoor>
  readonly isDone: () => Promise<boolean>
  readonly isRightToken: (token: string) => Promise<boolean>
  readonly setUpByLink: (token: string, request: SetupRequest, address: string) => Promise<SetUp>
  readonly setUpByCommand: (request: SetupRequest) => Promise<SetUp>
}

export function createSetupService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly users: UsersService
  readonly customers: CustomersService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
}): SetupService {
  const { database, clock, randomness, users, customers, plans, subscriptions } = options
  const { kysely } = database

  const isDone = async () => (await findSetting(kysely, 'setup.done_at')) !== undefined

  const isRightToken = async (token: string): Promise<boolean> => {
    const stored = Buffer.from((await findSetting(kysely, 'setup.token_hash')) ?? '', 'hex')
    const given = hashBearerSecret(token)
    return stored.length === given.length && timingSafeEqual(stored, given)
  }

  const setUp = async (request: SetupRequest, actingAs: ActingAs): Promise<SetUp> => {
    const customerName = parseCustomerName(request.customer)
    const preparedUser = await users.prepare(request)
    const plan = await plans.findNamed(firstPlanName)
    if (plan === undefined) throw new Error(`the plan ${firstPlanName} of the migrations is gone`)
    const founded = await customers.found(customerName)
    const hasPlan = (await subscriptions.listOfCustomer(founded.customerId)).length > 0
    return database.transaction(async (transaction) => {
      // The row's key makes the second of two set-ups wait for the first, and then fail.
      const isFirst = await insertSetting(transaction, 'setup.done_at', String(clock.now()), clock.now())
      if (!isFirst) throw alreadyDone()
      await removeSetting(transaction, 'setup.token_hash')
      const customer = await customers.activate(transaction, founded, actingAs)
      const { customerId } = customer
      const rights = { staffRole: 'administrator', memberships: [{ customerId, role: 'owner' }] } as const
      const user = await users.insert(transaction, preparedUser, rights, actingAs)
      // The box's own people buy nothing from themselves: their plan has no last day. Backups that a rebuild found have theirs.
      if (!hasPlan) await subscriptions.insert(transaction, { customerId, plan, validityDays: undefined }, actingAs)
      await insertAudit(transaction, { ...actingAs, at: clock.now(), action: 'box.set-up', objectId: user.userId, customerId })
      return { user, customer }
    })
  }

  return {
    isDone,
    isRightToken,
    openDoor: async (fixedToken) => {
      if (await isDone()) return { kind: 'done' }
      const token = fixedToken ?? newBearerSecret(randomness)
      await putSetting(kysely, 'setup.token_hash', Buffer.from(hashBearerSecret(token)).toString('hex'), clock.now())
      return { kind: 'open', token }
    },
    setUpByLink: async (token, request, address) => {
      if (await isDone()) throw alreadyDone()
      if (!(await isRightToken(token))) {
        throw new SetupError('token-invalid', 'This setup link is not, or no longer, valid.')
      }
      return setUp(request, { actor: { kind: 'setup-link' }, address })
    },
    setUpByCommand: async (request) => {
      if (await isDone()) throw alreadyDone()
      return setUp(request, actingOnTheBox)
    },
  }
}

function alreadyDone(): SetupError {
  return new SetupError('done', 'This box has its administrator already.')
}
