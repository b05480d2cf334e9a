import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'
import { type Device, findDeviceNumber, formatDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'

/** Its versions are contents: where there are any, deleting them is the owner's. */
export function mayForget(c: AppContext, { customerId, versionsCount, firstVersionAt }: Device): boolean {
  const hasContents = versionsCount > 0 || firstVersionAt !== undefined
  return c.var.access.may(hasContents ? 'versions:delete' : 'devices:end', customerId)
}

export function demandMayForget(c: AppContext, device: Device): void {
  if (!mayForget(c, device))
    throw new Problem('HF-FORBIDDEN', { detail: 'Only the owner of the account can forget a computer that has versions.' })
}

/** Nobody forgets a computer by a slip. @throws DeviceError `not-confirmed` */
export function demandConfirmed({ number }: Device, typed: string): void {
  if (findDeviceNumber(typed) === number) return
  throw new DeviceError('not-confirmed', `Nothing was done. Type ${formatDeviceNumber(number)} to forget it.`)
}
