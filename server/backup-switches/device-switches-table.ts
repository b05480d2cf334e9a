import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { DeviceSwitch, SwitchCause } from './backup-switch.ts'

/** A row for each computer whose switch is off, or was until its time came. */
export interface DeviceSwitchRow {
  readonly device_id: Id<'dev'>
  readonly cause: SwitchCause
  readonly reason: string
  readonly at: number
  readonly until_at: number | null
  readonly by_whom: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly device_switches: DeviceSwitchRow
  }
}

export async function findDeviceSwitch(db: Queryable, deviceId: Id<'dev'>): Promise<DeviceSwitch | undefined> {
  const row = await db.selectFrom('device_switches').selectAll().where('device_id', '=', deviceId).executeTakeFirst()
  return row && toSwitch(row)
}

/** Computers that a smaller plan had no place for; whoever was stopped last first. */
export async function listPlanLimitSwitches(
  tx: Transaction,
  asked: { readonly subscriptionId: Id<'sub'>; readonly limit: number },
): Promise<readonly DeviceSwitch[]> {
  const rows = await tx
    .selectFrom('device_switches')
    .innerJoin('devices', 'devices.id', 'device_switches.device_id')
    .selectAll('device_switches')
    .where('devices.subscription_id', '=', asked.subscriptionId)
    .where('devices.state', '=', 'active')
    .where('device_switches.cause', '=', 'plan-limit')
    .where('device_switches.until_at', 'is', null)
    .orderBy('device_switches.at', 'desc')
    .limit(asked.limit)
    .execute()
  return rows.map(toSwitch)
}

export async function putDeviceSwitch(tx: Transaction, off: DeviceSwitch): Promise<void> {
  const { cause, reason, sinceMs, untilMs, by } = off
  const values = { cause, reason, at: sinceMs, until_at: untilMs ?? null, by_whom: by }
  await tx
    .insertInto('device_switches')
    .values({ device_id: off.deviceId, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function deleteDeviceSwitch(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  await tx.deleteFrom('device_switches').where('device_id', '=', deviceId).execute()
}

function toSwitch(row: DeviceSwitchRow): DeviceSwitch {
  return {
    kind: 'off',
    deviceId: row.device_id,
    cause: row.cause,
    reason: row.reason,
    sinceMs: row.at,
    untilMs: row.until_at ?? undefined,
    by: row.by_whom,
  }
}
