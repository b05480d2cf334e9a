/** How a subscription stands now, in every number that its page shows. */
import { isOff, type SwitchedOff } from '../backup-switches/backup-switch.ts'
import { findDeviceSwitch } from '../backup-switches/device-switches-table.ts'
import type { Database } from '../database/database.ts'
import { type DeletionYield, yieldNow } from '../deletion-yields/deletion-yield.ts'
import { listYields } from '../deletion-yields/deletion-yields-table.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { firstForecastDay, forecastQuota } from '../rehearsals/rehearsal.ts'
import { listAddedByDay } from '../runs/added-by-day-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { countPlaces } from './places-table.ts'
import { type QuotaStanding, quotaStanding } from './quota.ts'
import { findMarkedAt, readBytesBeforeDeduplication } from './space-table.ts'
import { type LicenceWarning, licenceWarning, type Subscription } from './subscription.ts'
import { readUsedBytes } from './usage-table.ts'

export interface LicenceStanding {
  readonly quota: QuotaStanding
  readonly warning: LicenceWarning | undefined
  readonly off: SwitchedOff | undefined
  readonly beforeDeduplicationBytes: number
  readonly freedByDeleting: DeletionYield | undefined
  readonly markedAt: number | undefined
  readonly fullAt: number | undefined
  readonly places: number
}

export interface StandingComputer {
  readonly device: Device
  readonly freedByDeleting: DeletionYield | undefined
  readonly paused: 'person' | 'plan-limit' | undefined
}

export interface LicenceStandings {
  readonly of: (subscription: Subscription) => Promise<LicenceStanding>
  /** In the order in which they were connected; at most so many. */
  readonly listComputers: (
    subscription: Subscription,
    limit: number,
  ) => Promise<{ readonly computers: readonly StandingComputer[]; readonly leftOut: number }>
}

/** More than any page lists. */
const devicesPerPage = 500

export function createLicenceStandings(options: {
  readonly database: Database
  readonly clock: Clock
  readonly devices: Pick<DevicesService, 'list'>
}): LicenceStandings {
  const { database, clock, devices } = options
  const { kysely } = database

  const listDevices = async ({ customerId, subscriptionId }: Subscription): Promise<readonly Device[]> => {
    const found: Device[] = []
    for (let afterNumber = 0; ; ) {
      const page = await devices.list({ reach: [customerId], afterNumber, limit: devicesPerPage })
      found.push(...page.filter((device) => device.subscriptionId === subscriptionId))
      const last = page.at(-1)
      if (last === undefined || page.length < devicesPerPage) return found
      afterNumber = last.number
    }
  }

  return {
    of: async (subscription) => {
      const { subscriptionId, quotaBytes, accepting } = subscription
      const nowMs = clock.now()
      const found = await listDevices(subscription)
      const sentBytes = found.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
      const [usedBytes, beforeDeduplicationBytes, markedAt, yields, added, places] = await Promise.all([
        readUsedBytes(kysely, subscriptionId),
        readBytesBeforeDeduplication(kysely, subscriptionId),
        findMarkedAt(kysely, subscriptionId),
        listYields(kysely, [subscriptionId]),
        listAddedByDay(kysely, { subscriptionId, firstDay: firstForecastDay(nowMs) }),
        countPlaces(kysely, subscriptionId),
      ])
      return {
        quota: quotaStanding(usedBytes, quotaBytes),
        warning: licenceWarning(subscription, nowMs),
        off: isOff(accepting, nowMs) ? accepting : undefined,
        beforeDeduplicationBytes,
        freedByDeleting: found.length === 0 ? { bytes: 0, countedAt: nowMs } : yieldNow(yields.get(subscriptionId), sentBytes),
        markedAt,
        fullAt: forecastQuota(added, { usedBytes, quotaBytes, nowMs }),
        places,
      }
    },
    listComputers: async (subscription, limit) => {
      const found = await listDevices(subscription)
      const shown = found.filter(({ state, versionsCount }) => state === 'active' || versionsCount > 0)
      const yields = await listYields(
        kysely,
        shown.map(({ deviceId }) => deviceId),
      )
      const computers: StandingComputer[] = []
      for (const device of shown.slice(0, limit)) {
        const off = await findDeviceSwitch(kysely, device.deviceId)
        const isPaused = off !== undefined && isOff(off, clock.now())
        const freedByDeleting = yieldNow(yields.get(device.deviceId), device.storedBytes)
        computers.push({ device, freedByDeleting, paused: isPaused ? off.cause : undefined })
      }
      return { computers, leftOut: shown.length - computers.length }
    },
  }
}
