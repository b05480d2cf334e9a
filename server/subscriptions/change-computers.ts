/** What a change of plan does to the switches of computers, and how it is put back. Within the transaction of the change. */
import type { DeviceSwitch } from '../backup-switches/backup-switch.ts'
import {
  deleteDeviceSwitch,
  findDeviceSwitch,
  listPlanLimitSwitches,
  putDeviceSwitch,
} from '../backup-switches/device-switches-table.ts'
import type { Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { LicenceError } from './licence-error.ts'
import { listPlaces } from './places-table.ts'
import type { Subscription } from './subscription.ts'
import type { ChangedComputers } from './subscription-change.ts'

/** Stops those that were chosen. Throws LicenceError `not-of-this-plan`. */
export async function stopComputers(
  tx: Transaction,
  asked: {
    readonly subscription: Subscription
    readonly stop: readonly Id<'dev'>[]
    readonly nowMs: number
    readonly by: string
  },
): Promise<ChangedComputers['stopped']> {
  const { subscription, stop, nowMs, by } = asked
  const places = await listPlaces(tx, subscription.subscriptionId)
  const chosen = new Set(stop)
  if (stop.some((deviceId) => !places.includes(deviceId)))
    throw new LicenceError('not-of-this-plan', 'One of the computers has no place in this plan any more.')
  const stopped: { readonly deviceId: Id<'dev'>; readonly before: DeviceSwitch | null }[] = []
  for (const deviceId of chosen) {
    const before = await findDeviceSwitch(tx, deviceId)
    stopped.push({ deviceId, before: before ?? null })
    const reason = `The plan ${subscription.planName} holds ${subscription.devicesMax} computers.`
    await putDeviceSwitch(tx, { kind: 'off', deviceId, cause: 'plan-limit', reason, sinceMs: nowMs, untilMs: undefined, by })
  }
  return stopped
}

/** Throws LicenceError `too-many-computers` where more would go on than the plan has places. */
export async function demandPlaces(tx: Transaction, subscription: Subscription, stop: readonly Id<'dev'>[]): Promise<void> {
  const places = await listPlaces(tx, subscription.subscriptionId)
  const left = places.filter((deviceId) => !stop.includes(deviceId)).length
  if (left <= subscription.devicesMax) return
  const over = left - subscription.devicesMax
  throw new LicenceError(
    'too-many-computers',
    `The plan ${subscription.planName} holds ${subscription.devicesMax} computers: choose ${over} more to stop.`,
  )
}

/** Those that had no place before come back while there are places, whoever was stopped last first. */
export async function resumeComputers(tx: Transaction, subscription: Subscription): Promise<readonly DeviceSwitch[]> {
  const { subscriptionId, devicesMax } = subscription
  const free = devicesMax - (await listPlaces(tx, subscriptionId)).length
  if (free <= 0) return []
  const resumed = await listPlanLimitSwitches(tx, { subscriptionId, limit: free })
  for (const { deviceId } of resumed) await deleteDeviceSwitch(tx, deviceId)
  return resumed
}

export async function turnBack(tx: Transaction, { stopped, resumed }: ChangedComputers): Promise<void> {
  for (const { deviceId, before } of stopped) {
    const now = await findDeviceSwitch(tx, deviceId)
    // Somebody has decided about it since.
    if (now?.cause !== 'plan-limit') continue
    if (before === null) await deleteDeviceSwitch(tx, deviceId)
    else await putDeviceSwitch(tx, before)
  }
  for (const before of resumed) if ((await findDeviceSwitch(tx, before.deviceId)) === undefined) await putDeviceSwitch(tx, before)
}
