import type { CustomerReach } from '../customers/customer-reach.ts'
import { listMembershipsOfUsers } from '../customers/memberships-table.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { StaffRole } from './staff-role.ts'
import type { Email, User } from './user.ts'

export interface UserRow {
  readonly id: Id<'usr'>
  readonly email: string
  readonly email_folded: string
  readonly name: string
  readonly staff_role: StaffRole | null
  readonly password_hash: string
  readonly password_changed_at: number
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly users: UserRow
  }
}

export interface NewUser {
  readonly userId: Id<'usr'>
  readonly email: Email
  readonly name: string
  readonly staffRole: StaffRole | undefined
  readonly passwordHash: string
  readonly createdAt: number
}

const userColumns = ['users.id', 'users.email', 'users.name', 'users.staff_role', 'users.created_at'] as const

/** False when a user with this mail address exists. */
export async function insertUser(db: Queryable, user: NewUser): Promise<boolean> {
  const result = await db
    .insertInto('users')
    .ignore()
    .values({
      id: user.userId,
      email: user.email.address,
      email_folded: user.email.folded,
      name: user.name,
      staff_role: user.staffRole ?? null,
      password_hash: user.passwordHash,
      password_changed_at: user.createdAt,
      created_at: user.createdAt,
    })
    .executeTakeFirstOrThrow()
  return result.numInsertedOrUpdatedRows === 1n
}

export interface Login {
  readonly userId: Id<'usr'>
  readonly passwordHash: string
}

export async function findLogin(db: Queryable, emailFolded: string): Promise<Login | undefined> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'password_hash'])
    .where('email_folded', '=', emailFolded)
    .executeTakeFirst()
  return row && { userId: row.id, passwordHash: row.password_hash }
}

export async function setPasswordHash(
  db: Queryable,
  change: { readonly userId: Id<'usr'>; readonly passwordHash: string; readonly changedAt: number },
): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_hash: change.passwordHash, password_changed_at: change.changedAt })
    .where('id', '=', change.userId)
    .execute()
}

export async function findUser(db: Queryable, userId: Id<'usr'>): Promise<User | undefined> {
  const row = await db.selectFrom('users').select(userColumns).where('id', '=', userId).executeTakeFirst()
  return row === undefined ? undefined : (await withMemberships(db, [toUser(row)]))[0]
}

/** Users by id, from the one after `after`; of a limited reach only those who belong to one of its customers. */
export async function listUsers(
  db: Queryable,
  page: { readonly reach: CustomerReach; readonly after: string | undefined; readonly limit: number },
): Promise<readonly User[]> {
  const { reach, after } = page
  if (reach !== 'all' && reach.length === 0) return []
  let query = db.selectFrom('users').select(userColumns).orderBy('users.id').limit(page.limit)
  if (after !== undefined) query = query.where('users.id', '>', after as Id<'usr'>)
  if (reach !== 'all') {
    query = query.where('users.id', 'in', (inner) =>
      inner.selectFrom('memberships').select('user_id').where('customer_id', 'in', reach),
    )
  }
  const rows = await query.execute()
  return withMemberships(db, rows.map(toUser))
}

type Person = Omit<User, 'memberships'>

async function withMemberships(db: Queryable, users: readonly Person[]): Promise<readonly User[]> {
  const memberships = await listMembershipsOfUsers(
    db,
    users.map(({ userId }) => userId),
  )
  return users.map((user) => ({ ...user, memberships: memberships.get(user.userId) ?? [] }))
}

function toUser(row: Pick<UserRow, 'id' | 'email' | 'name' | 'staff_role' | 'created_at'>): Person {
  return {
    userId: row.id,
    email: row.email,
    name: row.name,
    staffRole: row.staff_role ?? undefined,
    createdAt: row.created_at,
  }
}

export async function setUserName(db: Queryable, userId: Id<'usr'>, name: string): Promise<void> {
  await db.updateTable('users').set({ name }).where('id', '=', userId).execute()
}

/** False when another login has this mail address. */
export async function setEmail(db: Queryable, userId: Id<'usr'>, email: Email): Promise<boolean> {
  const other = await db.selectFrom('users').select('id').where('email_folded', '=', email.folded).forUpdate().executeTakeFirst()
  if (other !== undefined && other.id !== userId) return false
  await db.updateTable('users').set({ email: email.address, email_folded: email.folded }).where('id', '=', userId).execute()
  return true
}

export async function findStaffRole(db: Queryable, userId: Id<'usr'>): Promise<StaffRole | undefined> {
  const row = await db.selectFrom('users').select('staff_role').where('id', '=', userId).executeTakeFirst()
  return row?.staff_role ?? undefined
}

export async function setStaffRole(db: Queryable, userId: Id<'usr'>, role: StaffRole | undefined): Promise<void> {
  await db
    .updateTable('users')
    .set({ staff_role: role ?? null })
    .where('id', '=', userId)
    .execute()
}

/** All of them, held until the transaction ends: two cannot send each other away. */
export async function lockAdministrators(db: Queryable): Promise<readonly Id<'usr'>[]> {
  const query = db.selectFrom('users').select('id').where('staff_role', '=', 'administrator').orderBy('id').forUpdate()
  return (await query.execute()).map(({ id }) => id)
}

/** The staff of the box, by name. */
export async function listStaff(db: Queryable, limit: number) {
  const rows = await db
    .selectFrom('users')
    .leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .select(['users.id', 'users.name', 'users.email', 'users.staff_role', 'users.created_at', 'second_factors.confirmed_at'])
    .where('users.staff_role', 'is not', null)
    .orderBy('users.name')
    .orderBy('users.id')
    .limit(limit)
    .execute()
  return rows.flatMap(({ staff_role: role, ...row }) =>
    role === null
      ? []
      : [
          {
            userId: row.id,
            name: row.name,
            email: row.email,
            role,
            since: row.created_at,
            hasSecondFactor: row.confirmed_at !== null,
          },
        ],
  )
}
