import type { Queryable, Transaction } from '../database/database.ts'
import { type Retention, retentionSchema } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'

export interface DeviceRulesRow {
  readonly device_id: Id<'dev'>
  readonly rules: string
  readonly changed_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly device_rules: DeviceRulesRow
  }
}

export async function findOwnRules(db: Queryable, deviceId: Id<'dev'>): Promise<Retention | undefined> {
  const row = await db.selectFrom('device_rules').select('rules').where('device_id', '=', deviceId).executeTakeFirst()
  return row && retentionSchema.parse(JSON.parse(row.rules))
}

export async function putOwnRules(
  tx: Transaction,
  own: { readonly deviceId: Id<'dev'>; readonly rules: Retention; readonly changedAt: number },
): Promise<void> {
  const values = { rules: JSON.stringify(own.rules), changed_at: own.changedAt }
  await tx
    .insertInto('device_rules')
    .values({ device_id: own.deviceId, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function deleteOwnRules(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  await tx.deleteFrom('device_rules').where('device_id', '=', deviceId).execute()
}
