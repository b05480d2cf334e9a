import type { Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { countPlaces } from '../subscriptions/places-table.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { DeviceError } from './device-error.ts'
import { findPlaceLocked } from './devices-table.ts'

/**
 * Holds the plan's row until the transaction ends, so that two computers cannot take its last place. `deviceId`: of one that may have its
 * place already, active under this plan.
 * @throws DeviceError `licence-missing`, `devices-exceeded`
 */
export async function takePlace(
  transaction: Transaction,
  subscriptions: Pick<SubscriptionsService, 'findLocked'>,
  place: { readonly subscriptionId: Id<'sub'>; readonly deviceId: Id<'dev'> | undefined },
): Promise<void> {
  const { subscriptionId, deviceId } = place
  const locked = await subscriptions.findLocked(transaction, subscriptionId)
  if (locked === undefined) throw new DeviceError('licence-missing', 'This plan has just been ended.')
  const held = deviceId === undefined ? undefined : await findPlaceLocked(transaction, deviceId)
  if (held === subscriptionId) return
  const active = await countPlaces(transaction, subscriptionId)
  if (active < locked.devicesMax) return
  const message = `The plan ${locked.planName} is for ${locked.devicesMax} computers, and ${active} are connected.`
  throw new DeviceError('devices-exceeded', message)
}
