import type { AppContext } from '../http/app-environment.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'

/** The device that asks, on routes for devices only: what it may see is its own. */
export function askingDevice(c: AppContext): DeviceIdentity {
  const { principal } = c.var.access
  if (principal.kind !== 'device') throw new Problem('HF-FORBIDDEN')
  return principal.device
}
