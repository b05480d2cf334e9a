import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Membership } from '../customers/membership.ts'
import { insertMembership } from '../customers/memberships-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { deleteOtherSessions } from '../sessions/sessions-table.ts'
import type { Authenticate } from './authentication-service.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { parseNewPassword } from './password-rules.ts'
import type { StaffRole } from './staff-role.ts'
import { type Email, findEmail, parseEmail, parseUserName, type User, type UserIdentity } from './user.ts'
import { UserError } from './user-error.ts'
import * as table from './users-table.ts'

export interface UserRequest {
  readonly email: string
  readonly name: string
  readonly password: string
}

/** A checked request with its password hashed: ready for a transaction, which must do nothing but SQL. */
export interface PreparedUser {
  readonly userId: Id<'usr'>
  readonly email: Email
  readonly name: string
  readonly passwordHash: string
}

export interface Rights {
  readonly staffRole: StaffRole | undefined
  readonly memberships: readonly Membership[]
}

export interface UsersService {
  readonly authenticate: Authenticate
  readonly prepare: (request: UserRequest) => Promise<PreparedUser>
  /** Within somebody's transaction. Throws UserError `email-taken`. */
  readonly insert: (transaction: Transaction, user: PreparedUser, rights: Rights, actingAs: ActingAs) => Promise<UserIdentity>
  readonly create: (request: UserRequest, rights: Rights, actingAs: ActingAs) => Promise<UserIdentity>
  /** Sets a new password and ends every session of the login. */
  readonly resetPassword: (
    reset: { readonly email: string; readonly password: string },
    actingAs: ActingAs,
  ) => Promise<UserIdentity>
  readonly findByEmail: (email: string) => Promise<User | undefined>
  readonly find: (userId: Id<'usr'>) => Promise<User | undefined>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly User[]>
}

export function createUsersService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly hasher: PasswordHasher
  readonly authenticate: Authenticate
}): UsersService {
  const { database, clock, randomness, hasher, authenticate } = options

  const prepare = async (request: UserRequest): Promise<PreparedUser> => {
    const email = parseEmail(request.email)
    const name = parseUserName(request.name)
    const password = parseNewPassword(request.password, { email: email.address, name })
    return { userId: newId('usr', randomness), email, name, passwordHash: await hasher.hash(password) }
  }

  const insert: UsersService['insert'] = async (transaction, user, { staffRole, memberships }, actingAs) => {
    const createdAt = clock.now()
    const isNew = await table.insertUser(transaction, { ...user, staffRole, createdAt })
    if (!isNew) throw new UserError('email-taken', `There is already a login for ${user.email.address}.`)
    for (const membership of memberships) {
      await insertMembership(transaction, { ...membership, userId: user.userId, createdAt })
    }
    const entry = { at: createdAt, action: 'user.created', objectId: user.userId } as const
    await insertAudit(transaction, {
      ...actingAs,
      ...entry,
      detail: { email: user.email.address, staffRole: staffRole ?? 'none' },
    })
    return { userId: user.userId, email: user.email.address, name: user.name, staffRole, memberships }
  }

  const findByEmail = async (email: string): Promise<User | undefined> => {
    const login = await table.findLogin(database.kysely, findEmail(email)?.folded ?? '')
    return login && table.findUser(database.kysely, login.userId)
  }

  return {
    authenticate,
    prepare,
    insert,
    findByEmail,
    create: async (request, rights, actingAs) => {
      const user = await prepare(request)
      return database.transaction((transaction) => insert(transaction, user, rights, actingAs))
    },
    resetPassword: async ({ email, password }, actingAs) => {
      const user = await findByEmail(email)
      if (user === undefined) throw new UserError('not-found', 'There is no login with this mail address.')
      const passwordHash = await hasher.hash(parseNewPassword(password, user))
      await database.transaction(async (transaction) => {
        const changedAt = clock.now()
        await table.setPasswordHash(transaction, { userId: user.userId, passwordHash, changedAt })
        await deleteOtherSessions(transaction, user.userId, undefined)
        await insertAudit(transaction, { ...actingAs, at: changedAt, action: 'user.password-reset', objectId: user.userId })
      })
      return user
    },
    find: (userId) => table.findUser(database.kysely, userId),
    list: (page) => table.listUsers(database.kysely, page),
  }
}
