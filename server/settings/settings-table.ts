import type { Queryable, Transaction } from '../database/database.ts'

/** Values of the box itself that are neither configuration nor anyone's property. */
export const settingNames = [
  'setup.token_hash',
  'setup.done_at',
  'server-kit.printed',
  'collector.held_since',
  'box-key.name',
  'plans.owners-change',
  'outbox.key',
  'mail.server',
  'mail.sender',
  'box.address',
  'heartbeat.last',
  'webhooks.private',
  'shares.rules',
] as const
export type SettingName = (typeof settingNames)[number]

export interface SettingRow {
  readonly name: string
  readonly value: string
  readonly changed_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly settings: SettingRow
  }
}

export async function findSetting(db: Queryable, name: SettingName): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/** False when the setting has a value already. Waits for a transaction that is just giving it one. */
export async function insertSetting(transaction: Transaction, name: SettingName, value: string, nowMs: number): Promise<boolean> {
  const row = { name, value, changed_at: nowMs }
  const result = await transaction.insertInto('settings').ignore().values(row).executeTakeFirstOrThrow()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function putSetting(db: Queryable, name: SettingName, value: string, nowMs: number): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, value, changed_at: nowMs })
    .onDuplicateKeyUpdate({ value, changed_at: nowMs })
    .execute()
}

export async function removeSetting(db: Queryable, name: SettingName): Promise<void> {
  await db.deleteFrom('settings').where('name', '=', name).execute()
}
