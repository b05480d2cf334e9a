/** What objects of the log are called, and what a person may mean who types a number, a name, a key or a mail address. */
import { findCustomerNumber, formatCustomerNumber } from '../customers/customer.ts'
import type { Queryable } from '../database/database.ts'
import { findDeviceNumber, formatDeviceNumber } from '../devices/device.ts'
import type { Id } from '../runtime/ids.ts'
import { foldText } from '../text/display-text.ts'
import { maxMeant } from './audit-search-table.ts'

export type ObjectNames = ReadonlyMap<string, string>

/** Of those that are still there. */
export async function findObjectNames(db: Queryable, ids: readonly string[]): Promise<ObjectNames> {
  const names = new Map<string, string>()
  const of = <Prefix extends 'cus' | 'dev' | 'usr' | 'sub' | 'cpy'>(prefix: Prefix) =>
    [...new Set(ids)].filter((id): id is Id<Prefix> => id.startsWith(`${prefix}_`))
  const [customers, devices, users, subscriptions, copies] = [of('cus'), of('dev'), of('usr'), of('sub'), of('cpy')]
  if (customers.length > 0)
    for (const { id, name, number } of await db
      .selectFrom('customers')
      .select(['id', 'name', 'number'])
      .where('id', 'in', customers)
      .execute())
      names.set(id, name === formatCustomerNumber(number) ? name : `${name} (${formatCustomerNumber(number)})`)
  if (devices.length > 0)
    for (const { id, name, number } of await db
      .selectFrom('devices')
      .select(['id', 'name', 'number'])
      .where('id', 'in', devices)
      .execute())
      names.set(id, `${name} (${formatDeviceNumber(number)})`)
  if (users.length > 0)
    for (const { id, email } of await db.selectFrom('users').select(['id', 'email']).where('id', 'in', users).execute())
      names.set(id, email)
  if (subscriptions.length > 0)
    for (const row of await db
      .selectFrom('subscriptions')
      .select(['id', 'licence_key'])
      .where('id', 'in', subscriptions)
      .execute())
      names.set(row.id, row.licence_key)
  if (copies.length > 0)
    for (const { id, name } of await db.selectFrom('copies').select(['id', 'name']).where('id', 'in', copies).execute())
      names.set(id, name)
  return names
}

/** Ids of whatever somebody may mean. The text itself is one of them: what is gone is found by its id. */
export async function findObjectsMeant(db: Queryable, text: string): Promise<readonly string[]> {
  const typed = text.trim()
  const ids = new Set([typed.toLowerCase()])
  const isDigits = /^\d+$/.test(typed)
  const customerNumber = isDigits || /^c-/i.test(typed) ? findCustomerNumber(typed) : undefined
  const deviceNumber = isDigits || /^d-/i.test(typed) ? findDeviceNumber(typed) : undefined
  const byName = typed.normalize('NFC')
  const found = await Promise.all([
    db
      .selectFrom('customers')
      .select('id')
      .where(({ or, eb }) =>
        or([eb('name', '=', byName), ...(customerNumber === undefined ? [] : [eb('number', '=', customerNumber)])]),
      )
      .limit(maxMeant)
      .execute(),
    db
      .selectFrom('devices')
      .select('id')
      .where(({ or, eb }) =>
        or([eb('name', '=', byName), ...(deviceNumber === undefined ? [] : [eb('number', '=', deviceNumber)])]),
      )
      .limit(maxMeant)
      .execute(),
    db.selectFrom('users').select('id').where('email_folded', '=', foldText(byName)).limit(1).execute(),
    db.selectFrom('subscriptions').select('id').where('licence_key', '=', typed.toUpperCase()).limit(1).execute(),
    db.selectFrom('copies').select('id').where('name', '=', byName).limit(maxMeant).execute(),
  ])
  for (const { id } of found.flat()) ids.add(id)
  return [...ids].slice(0, maxMeant)
}

/** How the log calls the people that somebody may mean: by a part of their name or address, or exactly as the log has it. */
export async function findActorsMeant(db: Queryable, text: string): Promise<readonly string[]> {
  const typed = text.trim()
  const part = `%${foldText(typed).replaceAll(/[\\%_]/g, '\\$&')}%`
  const people = await db
    .selectFrom('users')
    .select('email')
    .where(({ or, eb }) => or([eb('email_folded', 'like', part), eb('name', 'like', `%${typed.replaceAll(/[\\%_]/g, '\\$&')}%`)]))
    .orderBy('email')
    .limit(maxMeant)
    .execute()
  const others = ['holdfast command', 'setup link', 'a link that takes files', 'the box'].filter((name) =>
    name.includes(typed.toLowerCase()),
  )
  return [...new Set([typed, ...people.map(({ email }) => email), ...others])].slice(0, maxMeant)
}
