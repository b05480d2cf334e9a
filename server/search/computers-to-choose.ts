/** The computers that the Restore page offers to look in. */
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Id } from '../runtime/ids.ts'

/** The first of a customer's, and behind them the one that was named, if it is theirs. `isCut`: not all of them are there. */
export async function computersToChoose(
  devices: Pick<DevicesService, 'find' | 'list'>,
  { customerId, named, limit }: { readonly customerId: Id<'cus'>; readonly named: Id<'dev'> | undefined; readonly limit: number },
): Promise<{ readonly computers: readonly Device[]; readonly isCut: boolean }> {
  const found = await devices.list({ reach: [customerId], afterNumber: 0, limit: limit + 1 })
  const first = found.slice(0, limit)
  const isListed = named === undefined || first.some(({ deviceId }) => deviceId === named)
  const other = isListed ? undefined : await devices.find(named)
  return { computers: other?.customerId === customerId ? [...first, other] : first, isCut: found.length > limit }
}
