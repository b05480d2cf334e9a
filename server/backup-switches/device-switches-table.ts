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

export async function listDeviceSwitches(db: Queryable, customerId: Id<'cus'>): Promise<readonly DeviceSwitch[]> {
  const rows = await db
    .selectFrom('device_switches')
    .innerJoin('devices', 'devices.id', 'device_switches.device_id')
    .selectAll('device_switches')
    .where('devices.customer_id', '=', customerId)
    .limit(maxSwitchesListed)
    .execute()
  return rows.map(toSwitch)
}

const maxSwitchesListed = 10_000

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
