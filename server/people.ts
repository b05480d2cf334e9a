/**
 * The people side of the box, put together: users, sessions, tokens, customers, plans, subscriptions, first set-up.
 * A part of the composition root; whoever serves, and every command, gets its services here.
 */
import { type AuditService, createAuditService } from './audit/audit-service.ts'
import { type BackupSwitches, createBackupSwitches } from './backup-switches/backup-switches-service.ts'
import { type CustomersOverviewService, createCustomersOverview } from './customers/customers-overview-service.ts'
import { type CreateRepositoryForCustomer, type CustomersService, createCustomersService } from './customers/customers-service.ts'
import { createExport, type ExportService } from './customers/export/export-service.ts'
import { createRegistrationService, type RegistrationService } from './customers/registration-service.ts'
import { createStandingService, type StandingService } from './customers/standing-service.ts'
import { createTellOwners } from './customers/tell-owners.ts'
import type { Database } from './database/database.ts'
import { createGlass, type GlassService } from './glass/glass-service.ts'
import { createInvitations, type InvitationsService } from './invitations/invitations-service.ts'
import type { LettersService } from './letters/letters-service.ts'
import { createPasswordResets, type PasswordResets } from './mailed-links/password-reset-service.ts'
import { createMembers, type MembersService } from './members/members-service.ts'
import { createPlansService, type PlansService } from './plans/plans-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Randomness } from './runtime/randomness.ts'
import { createSecondFactors, type SecondFactors } from './second-factors/second-factors-service.ts'
import { createSessionsService, type SessionsService } from './sessions/sessions-service.ts'
import { createSetupService, type SetupService } from './setup/setup-service.ts'
import { createLicences, type Licences } from './subscriptions/licences-service.ts'
import { createSubscriptionsService, type SubscriptionsService } from './subscriptions/subscriptions-service.ts'
import type { TimeZoneOf } from './subscriptions/time-zone-of.ts'
import { findTimeZone } from './subscriptions/time-zone-table.ts'
import { createTokensService, type TokensService } from './tokens/tokens-service.ts'
import { type Attempts, createAttempts } from './users/attempts.ts'
import { createAuthentication } from './users/authentication-service.ts'
import { createOwnLogin, type OwnLogin } from './users/own-login-service.ts'
import { createPasswordHasher, type PasswordHasher } from './users/password-hasher.ts'
import { createUsersService, type UsersService } from './users/users-service.ts'

export interface People {
  readonly users: UsersService
  readonly sessions: SessionsService
  readonly tokens: TokensService
  readonly customers: CustomersService
  readonly registrations: RegistrationService
  readonly customerStandings: StandingService
  readonly customersOverview: CustomersOverviewService
  readonly audit: AuditService
  readonly customerExport: ExportService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
  readonly licences: Licences
  readonly switches: BackupSwitches
  readonly setup: SetupService
  readonly attempts: Attempts
  /** The one gate for all that is hashed so: two at once. */
  readonly hasher: PasswordHasher
  readonly secondFactors: SecondFactors
  readonly ownLogin: OwnLogin
  readonly passwordResets: PasswordResets
  readonly invitations: InvitationsService
  readonly members: MembersService
  readonly glass: GlassService
  /** The box has a mail server, as far as it knows. */
  readonly isMailSetUp: () => Promise<boolean>
}

export async function createPeople(options: {
  readonly database: Database
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  /** Of the box: whose midnights end a licence where the customer names none. */
  readonly timeZone: string
  readonly createRepositoryForCustomer: CreateRepositoryForCustomer
  readonly letters: LettersService
  /** Without one the box sends no letters: links are shown to whoever makes them. */
  readonly mail?: { readonly isSetUp: () => Promise<boolean> }
}): Promise<People> {
  const hasher = await createPasswordHasher(options.randomness)
  const attempts = createAttempts(options)
  const secondFactors = createSecondFactors({ ...options, attempts })
  const authenticate = createAuthentication({ ...options, hasher, attempts, secondFactors })
  const users = createUsersService({ ...options, hasher, authenticate })
  const sessions = createSessionsService({ ...options, authenticate, secondFactors })
  const tokens = createTokensService(options)
  const customers = createCustomersService(options)
  const plans = createPlansService(options)
  const timeZoneOf: TimeZoneOf = async (db, customerId) => (await findTimeZone(db, customerId)) ?? options.timeZone
  const subscriptions = createSubscriptionsService({ ...options, timeZoneOf })
  const licences = createLicences({ ...options, subscriptions, timeZoneOf })
  const switches = createBackupSwitches(options)
  const registrations = createRegistrationService({ ...options, customers, plans, subscriptions })
  const customerStandings = createStandingService({ ...options, tellOwners: createTellOwners(options) })
  const customersOverview = createCustomersOverview(options)
  const audit = createAuditService(options)
  const setup = createSetupService({ ...options, users, customers, plans, subscriptions })
  const isMailSetUp = async () => (await options.mail?.isSetUp()) ?? false
  const shared = { ...options, isMailSetUp, hasher, attempts, users, authenticate }
  return {
    users,
    sessions,
    tokens,
    customers,
    registrations,
    customerStandings,
    customersOverview,
    audit,
    customerExport: createExport({ ...options, audit }),
    plans,
    subscriptions,
    licences,
    switches,
    setup,
    attempts,
    hasher,
    secondFactors,
    ownLogin: createOwnLogin(shared),
    passwordResets: createPasswordResets(shared),
    invitations: createInvitations(shared),
    members: createMembers(shared),
    glass: createGlass(shared),
    isMailSetUp,
  }
}
