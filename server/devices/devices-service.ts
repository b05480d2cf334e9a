import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { Job } from '../jobs/job.ts'
import { listJobsOfDevice } from '../jobs/jobs-table.ts'
import type { DeviceSlots } from '../repositories/device-slots.ts'
import { findRepository } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { refusalAt, type Subscription, type SubscriptionRefusal } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { readUsedBytes } from '../subscriptions/usage-table.ts'
import { hashBearerSecret } from '../tokens/bearer-secret.ts'
import { type Device, type DeviceChain, formatDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'
import * as table from './devices-table.ts'

/** What a device is told before it sends anything. The commit decides again. */
export interface DevicePolicy {
  readonly subscription: Subscription
  /** Why backups are not taken now; undefined when they are. */
  readonly refusal: SubscriptionRefusal | undefined
  /** Of the whole subscription: what all its computers have stored. */
  readonly usedBytes: number
  readonly serverTimeMs: number
}

export interface DevicesService {
  /** Whose token this is; a revoked device is still told that it is revoked. Notes that the device was heard from. */
  readonly authenticate: (secret: string) => Promise<DeviceIdentity | undefined>
  readonly policy: (device: DeviceIdentity) => Promise<DevicePolicy>
  readonly find: (deviceId: Id<'dev'>) => Promise<Device | undefined>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly afterNumber: number
    readonly limit: number
  }) => Promise<readonly Device[]>
  readonly findChain: (deviceId: Id<'dev'>) => Promise<DeviceChain | undefined>
  readonly listJobs: (deviceId: Id<'dev'>) => Promise<readonly Job[]>
  /** Bytes that count against a subscription's quota. */
  readonly usedBytes: (subscriptionId: Id<'sub'>) => Promise<number>
  readonly noteAgent: (deviceId: Id<'dev'>, agent: { readonly address: string; readonly agentVersion?: string }) => Promise<void>
  /** Ends the device's access and gives its place in the plan back. What it backed up stays. */
  readonly revoke: (deviceId: Id<'dev'>, actingAs: ActingAs) => Promise<void>
}

/** "Last seen" is for people; a write per request would be waste. */
const lastSeenResolutionMs = 60_000

export function createDevicesService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly customers: CustomersService
  readonly subscriptions: SubscriptionsService
  readonly deviceSlots: DeviceSlots
}): DevicesService {
  const { database, clock, customers, subscriptions, deviceSlots } = options
  const { kysely } = database
  return {
    authenticate: async (secret) => {
      const found = await table.findDeviceByToken(kysely, hashBearerSecret(secret))
      if (found === undefined) return undefined
      const { lastSeenAt, ...identity } = found
      const nowMs = clock.now()
      const isDue = Math.abs(nowMs - lastSeenAt) >= lastSeenResolutionMs
      if (isDue && identity.state === 'active') await table.touchDevice(kysely, identity.deviceId, { at: nowMs })
      return identity
    },
    policy: async ({ subscriptionId, customerId }) => {
      const [subscription, customer] = [await subscriptions.find(subscriptionId), await customers.find(customerId)]
      if (subscription === undefined || customer === undefined)
        throw new DeviceError('licence-missing', 'The plan has been ended.')
      const nowMs = clock.now()
      return {
        subscription,
        refusal: refusalAt({ subscription, customer, nowMs }),
        usedBytes: await readUsedBytes(kysely, subscriptionId),
        serverTimeMs: nowMs,
      }
    },
    find: (deviceId) => table.findDevice(kysely, deviceId),
    list: (page) => table.listDevices(kysely, page),
    findChain: (deviceId) => table.findChain(kysely, deviceId),
    listJobs: (deviceId) => listJobsOfDevice(kysely, deviceId),
    usedBytes: (subscriptionId) => readUsedBytes(kysely, subscriptionId),
    noteAgent: (deviceId, agent) => table.touchDevice(kysely, deviceId, { at: clock.now(), ...agent }),
    revoke: async (deviceId, actingAs) => {
      const device = await table.findDevice(kysely, deviceId)
      const repository = device && (await findRepository(kysely, device.repositoryId))
      if (device === undefined || repository === undefined) throw new DeviceError('not-found', 'There is no such computer.')
      const removeSlots = await database.transaction(async (transaction) => {
        const remove = await deviceSlots.revoke(transaction, repository, deviceId)
        await table.setDeviceState(transaction, deviceId, 'revoked')
        const detail = { number: formatDeviceNumber(device.number), name: device.name }
        const entry = {
          at: clock.now(),
          action: 'device.revoked',
          objectId: deviceId,
          customerId: device.customerId,
          detail,
        } as const
        await insertAudit(transaction, { ...actingAs, ...entry })
        return remove
      })
      removeSlots()
    },
  }
}
