/**
 * The people side of the box, put together: users, sessions, tokens, customers, plans, subscriptions, first set-up.
 * A part of the composition root; whoever serves, and every command, gets its services here.
 */
import { type CreateRepositoryForCustomer, type CustomersService, createCustomersService } from './customers/customers-service.ts'
import type { Database } from './database/database.ts'
import type { LettersService } from './letters/letters-service.ts'
import { createPlansService, type PlansService } from './plans/plans-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Randomness } from './runtime/randomness.ts'
import { createSessionsService, type SessionsService } from './sessions/sessions-service.ts'
import { createSetupService, type SetupService } from './setup/setup-service.ts'
import { createSubscriptionsService, type SubscriptionsService } from './subscriptions/subscriptions-service.ts'
import { createTokensService, type TokensService } from './tokens/tokens-service.ts'
import { createAuthentication } from './users/authentication-service.ts'
import { createPasswordHasher } from './users/password-hasher.ts'
import { createUsersService, type UsersService } from './users/users-service.ts'

export interface People {
  readonly users: UsersService
  readonly sessions: SessionsService
  readonly tokens: TokensService
  readonly customers: CustomersService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
  readonly setup: SetupService
}

export async function createPeople(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  /** Of the box: whose midnights end a licence where the customer names none. */
  readonly timeZone: string
  readonly createRepositoryForCustomer: CreateRepositoryForCustomer
  readonly letters: LettersService
}): Promise<People> {
  const hasher = await createPasswordHasher(options.randomness)
  const authenticate = createAuthentication({ ...options, hasher })
  const users = createUsersService({ ...options, hasher, authenticate })
  const sessions = createSessionsService({ ...options, authenticate })
  const tokens = createTokensService(options)
  const customers = createCustomersService(options)
  const plans = createPlansService(options)
  const subscriptions = createSubscriptionsService(options)
  const setup = createSetupService({ ...options, users, customers, plans, subscriptions })
  return { users, sessions, tokens, customers, plans, subscriptions, setup }
}
