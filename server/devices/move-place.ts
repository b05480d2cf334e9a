/**
 * The place of a computer that moves. One that its old plan had stopped for want of a place has one in the new plan, and is backed up
 * again; taking the move back stops it again, as it was. That its stop ended when the move was made is how it is known.
 */
import { type DeviceSwitch, isOff } from '../backup-switches/backup-switch.ts'
import { findDeviceSwitch, putDeviceSwitch } from '../backup-switches/device-switches-table.ts'
import type { Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { takePlace } from './plan-places.ts'

/** What the move did to its backups. */
export type SwitchedByMove = { readonly kind: 'on' } | { readonly kind: 'off'; readonly reason: string }

/** @throws DeviceError `licence-missing`, `devices-exceeded` */
export async function takePlaceOfMove(
  tx: Transaction,
  subscriptions: Pick<SubscriptionsService, 'findLocked'>,
  move: {
    readonly deviceId: Id<'dev'>
    readonly subscriptionId: Id<'sub'>
    /** When the move was made that this one takes back. */
    readonly takesBackAt: number | undefined
    readonly nowMs: number
  },
): Promise<SwitchedByMove | undefined> {
  const { deviceId, subscriptionId, takesBackAt, nowMs } = move
  const stop = stopOf(await findDeviceSwitch(tx, deviceId))
  if (stop?.untilMs !== undefined && stop.untilMs === takesBackAt) {
    await putDeviceSwitch(tx, { ...stop, untilMs: undefined })
    return { kind: 'off', reason: stop.reason }
  }
  await takePlace(tx, subscriptions, { subscriptionId, deviceId })
  if (stop === undefined || !isOff(stop, nowMs)) return undefined
  await putDeviceSwitch(tx, { ...stop, untilMs: nowMs })
  return { kind: 'on' }
}

const stopOf = (off: DeviceSwitch | undefined) => (off?.cause === 'plan-limit' ? off : undefined)
