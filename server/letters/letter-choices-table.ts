import type { MemberRole } from '../customers/membership.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { StaffRole } from '../users/staff-role.ts'
import {
  type DigestRhythm,
  type LetterChoices,
  type StaffChoices,
  type StaffScope,
  usualChoices,
  usualStaffChoices,
} from './letter-choices.ts'

interface ChoiceColumns {
  readonly completed: number
  readonly partly: number
  readonly failed: number
  readonly alarms: number
  readonly digest: DigestRhythm
  readonly changed_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly letter_choices: ChoiceColumns & { readonly user_id: Id<'usr'>; readonly customer_id: Id<'cus'> }
    readonly letter_defaults: ChoiceColumns & { readonly customer_id: Id<'cus'>; readonly role: MemberRole }
    readonly staff_letters: {
      readonly user_id: Id<'usr'>
      readonly box_alarms: number
      readonly customer_alarms: StaffScope
      readonly digest: DigestRhythm
      readonly changed_at: number
    }
    readonly staff_letter_customers: { readonly user_id: Id<'usr'>; readonly customer_id: Id<'cus'> }
    readonly customer_watch: {
      readonly customer_id: Id<'cus'>
      readonly silence_days: number | null
      readonly changed_at: number
    }
  }
}

export async function findOwnChoices(
  db: Queryable,
  of: { readonly userId: Id<'usr'>; readonly customerId: Id<'cus'> },
): Promise<LetterChoices | undefined> {
  const row = await db
    .selectFrom('letter_choices')
    .selectAll()
    .where('user_id', '=', of.userId)
    .where('customer_id', '=', of.customerId)
    .executeTakeFirst()
  return row && toChoices(row)
}

export async function putOwnChoices(
  db: Queryable,
  of: { readonly userId: Id<'usr'>; readonly customerId: Id<'cus'> },
  choices: LetterChoices,
  nowMs: number,
): Promise<void> {
  const columns = toColumns(choices, nowMs)
  await db
    .insertInto('letter_choices')
    .values({ user_id: of.userId, customer_id: of.customerId, ...columns })
    .onDuplicateKeyUpdate(columns)
    .execute()
}

export async function removeOwnChoices(
  db: Queryable,
  of: { readonly userId: Id<'usr'>; readonly customerId: Id<'cus'> },
): Promise<void> {
  await db.deleteFrom('letter_choices').where('user_id', '=', of.userId).where('customer_id', '=', of.customerId).execute()
}

export type RoleChoices = Readonly<Record<MemberRole, LetterChoices>>

export async function findDefaults(db: Queryable, customerId: Id<'cus'>): Promise<RoleChoices> {
  const rows = await db.selectFrom('letter_defaults').selectAll().where('customer_id', '=', customerId).execute()
  return { ...usualChoices, ...Object.fromEntries(rows.map((row) => [row.role, toChoices(row)])) }
}

export async function putDefaults(
  tx: Transaction,
  of: { readonly customerId: Id<'cus'>; readonly role: MemberRole },
  choices: LetterChoices,
  nowMs: number,
): Promise<void> {
  const columns = toColumns(choices, nowMs)
  await tx
    .insertInto('letter_defaults')
    .values({ customer_id: of.customerId, role: of.role, ...columns })
    .onDuplicateKeyUpdate(columns)
    .execute()
}

export interface Reader {
  readonly userId: Id<'usr'>
  readonly email: string
  readonly name: string
}

/** A customer's people, each with what holds for them. */
export async function listReaders(
  db: Queryable,
  customerId: Id<'cus'>,
): Promise<readonly (Reader & { readonly role: MemberRole; readonly choices: LetterChoices })[]> {
  const people = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.id', 'users.email', 'users.name', 'memberships.role'])
    .where('memberships.customer_id', '=', customerId)
    .orderBy('users.id')
    .limit(maxReaders)
    .execute()
  const own = await db.selectFrom('letter_choices').selectAll().where('customer_id', '=', customerId).execute()
  const chosen = new Map(own.map((row) => [row.user_id, toChoices(row)]))
  const defaults = await findDefaults(db, customerId)
  return people.map(({ id, email, name, role }) => ({ userId: id, email, name, role, choices: chosen.get(id) ?? defaults[role] }))
}

/** Of one customer, and of the staff. */
const maxReaders = 1000

export async function listStaffReaders(
  db: Queryable,
): Promise<readonly (Reader & { readonly role: StaffRole; readonly choices: StaffChoices })[]> {
  const people = await db
    .selectFrom('users')
    .select(['id', 'email', 'name', 'staff_role'])
    .where('staff_role', 'is not', null)
    .orderBy('id')
    .limit(maxReaders)
    .execute()
  const own = await db.selectFrom('staff_letters').selectAll().execute()
  const customers = await db.selectFrom('staff_letter_customers').selectAll().execute()
  return people.map(({ id, email, name, staff_role }) => {
    const role = staff_role!
    const row = own.find(({ user_id }) => user_id === id)
    const chosen = customers.flatMap(({ user_id, customer_id }) => (user_id === id ? [customer_id] : []))
    return { userId: id, email, name, role, choices: row === undefined ? usualStaffChoices[role] : toStaffChoices(row, chosen) }
  })
}

export async function findStaffChoices(db: Queryable, userId: Id<'usr'>): Promise<StaffChoices | undefined> {
  const row = await db.selectFrom('staff_letters').selectAll().where('user_id', '=', userId).executeTakeFirst()
  if (row === undefined) return undefined
  const chosen = await db.selectFrom('staff_letter_customers').select('customer_id').where('user_id', '=', userId).execute()
  return toStaffChoices(
    row,
    chosen.map(({ customer_id }) => customer_id),
  )
}

export async function putStaffChoices(tx: Transaction, userId: Id<'usr'>, choices: StaffChoices, nowMs: number): Promise<void> {
  const { boxAlarms, customerAlarms, digest, chosen } = choices
  const columns = { box_alarms: boxAlarms ? 1 : 0, customer_alarms: customerAlarms, digest, changed_at: nowMs }
  await tx
    .insertInto('staff_letters')
    .values({ user_id: userId, ...columns })
    .onDuplicateKeyUpdate(columns)
    .execute()
  await tx.deleteFrom('staff_letter_customers').where('user_id', '=', userId).execute()
  if (chosen.length === 0) return
  await tx
    .insertInto('staff_letter_customers')
    .values(chosen.map((customerId) => ({ user_id: userId, customer_id: customerId })))
    .execute()
}

export async function findSilenceDays(db: Queryable, customerId: Id<'cus'>): Promise<number | undefined> {
  const row = await db
    .selectFrom('customer_watch')
    .select('silence_days')
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  return row?.silence_days ?? undefined
}

export async function putSilenceDays(
  tx: Transaction,
  of: { readonly customerId: Id<'cus'>; readonly days: number | undefined },
  nowMs: number,
): Promise<void> {
  const columns = { silence_days: of.days ?? null, changed_at: nowMs }
  await tx
    .insertInto('customer_watch')
    .values({ customer_id: of.customerId, ...columns })
    .onDuplicateKeyUpdate(columns)
    .execute()
}

function toChoices(row: ChoiceColumns): LetterChoices {
  return {
    completed: row.completed === 1,
    partly: row.partly === 1,
    failed: row.failed === 1,
    alarms: row.alarms === 1,
    digest: row.digest,
  }
}

function toColumns(choices: LetterChoices, nowMs: number): ChoiceColumns {
  const { completed, partly, failed, alarms, digest } = choices
  const bit = (is: boolean) => (is ? 1 : 0)
  return {
    completed: bit(completed),
    partly: bit(partly),
    failed: bit(failed),
    alarms: bit(alarms),
    digest,
    changed_at: nowMs,
  }
}

function toStaffChoices(
  row: { readonly box_alarms: number; readonly customer_alarms: StaffScope; readonly digest: DigestRhythm },
  chosen: readonly Id<'cus'>[],
): StaffChoices {
  return { boxAlarms: row.box_alarms === 1, customerAlarms: row.customer_alarms, digest: row.digest, chosen }
}
