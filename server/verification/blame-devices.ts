/** Tells people of a computer that sent records which do not open: what to do about it is theirs, the files are safe by now. */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { OnBlamed } from '../checks/checks-service.ts'
import { findDeviceFault, forgetFaultsBefore } from '../checks/device-faults-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'

export function createBlame(options: { readonly database: Database; readonly alarms: AlarmsService }): OnBlamed {
  const { database, alarms } = options
  return async ({ customerId }, devices) => {
    for (const { deviceId } of devices) {
      const fault = await findDeviceFault(database.kysely, deviceId)
      if (fault === undefined) continue
      const { records } = fault
      const detail = `${records} ${records === 1 ? 'record' : 'records'} of this computer did not open under their ids. They are marked; its next backup sends them again.`
      await alarms.raise({ code: 'HF-DEVICE-SENT-DAMAGE', subject: deviceId, customerId, deviceId, detail })
    }
  }
}

/** As long as nothing bad may come for a computer to be trusted again. */
const probationMs = 7 * 24 * 60 * 60 * 1000

/** Computers that sent only good records for a week are not told of any more. */
export async function forgiveDevices(options: {
  readonly database: Database
  readonly alarms: AlarmsService
  readonly clock: Clock
}): Promise<void> {
  const { database, alarms, clock } = options
  for (const deviceId of await forgetFaultsBefore(database.kysely, clock.now() - probationMs))
    await alarms.settle({ code: 'HF-DEVICE-SENT-DAMAGE', subject: deviceId })
}
