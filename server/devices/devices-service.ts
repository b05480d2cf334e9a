import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { deleteDoubts } from '../identities/doubts-table.ts'
import { doubtAlarms } from '../identities/identity.ts'
import { deleteQuestionsAbout } from '../identities/questions-table.ts'
import type { Job } from '../jobs/job.ts'
import { listJobsOfDevice } from '../jobs/jobs-table.ts'
import { withdrawOrdersOf } from '../orders/orders-table.ts'
import type { DeviceSlots } from '../repositories/device-slots.ts'
import { findRepository } from '../repositories/repositories-table.ts'
import { endRestoresOf } from '../restore-orders/restore-orders-table.ts'
import { findOpenMove } from '../retention/held-rules-table.ts'
import type { RunsService } from '../runs/runs-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { countPlaces } from '../subscriptions/places-table.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { readUsedBytes } from '../subscriptions/usage-table.ts'
import { hashBearerSecret } from '../tokens/bearer-secret.ts'
import { type AskPolicy, createBackupPolicy } from './backup-policy.ts'
import { type Device, type DeviceChain, formatDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'
import { parseDeviceName } from './device-name.ts'
import * as table from './devices-table.ts'
import { createMoveComputer, type MoveComputer, type OpenMove } from './move-computer.ts'

export interface DevicesService {
  /** Whose token this is; a revoked device is still told that it is revoked. Notes that the device was heard from. */
  readonly authenticate: (secret: string) => Promise<DeviceIdentity | undefined>
  /** What a device is told before it sends anything. A job that it means to run and may not is written down as refused. */
  readonly policy: AskPolicy
  readonly find: (deviceId: Id<'dev'>) => Promise<Device | undefined>
  /** Of those that are still there. */
  readonly listNames: (deviceIds: readonly Id<'dev'>[]) => Promise<ReadonlyMap<Id<'dev'>, string>>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly afterNumber: number
    readonly limit: number
  }) => Promise<readonly Device[]>
  /** Those that have a place in the plan. */
  readonly countActive: (subscriptionId: Id<'sub'>) => Promise<number>
  readonly findChain: (deviceId: Id<'dev'>) => Promise<DeviceChain | undefined>
  readonly listJobs: (deviceId: Id<'dev'>) => Promise<readonly Job[]>
  /** Bytes that count against a subscription's quota. */
  readonly usedBytes: (subscriptionId: Id<'sub'>) => Promise<number>
  readonly noteAgent: (deviceId: Id<'dev'>, agent: { readonly address: string; readonly agentVersion?: string }) => Promise<void>
  /** Ends the device's access and gives its place in the plan back. What it backed up stays. */
  readonly revoke: (deviceId: Id<'dev'>, actingAs: ActingAs) => Promise<void>
  /** Throws DeviceError `invalid-name`. */
  readonly rename: (device: Device, name: string, actingAs: ActingAs) => Promise<void>
  readonly move: MoveComputer
  /** The move that can still be taken back, by moving it to where it came from. */
  readonly findMove: (deviceId: Id<'dev'>) => Promise<OpenMove | undefined>
  /** The same as `revoke`; `forgotten` says besides that its versions are to go, too. */
  readonly end: (deviceId: Id<'dev'>, as: 'revoked' | 'forgotten', actingAs: ActingAs) => Promise<void>
}

/** "Last seen" is for people; a write per request would be waste. */
const lastSeenResolutionMs = 60_000

export function createDevicesService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly runs: Pick<RunsService, 'refuse'>
  readonly customers: CustomersService
  readonly subscriptions: SubscriptionsService
  readonly deviceSlots: DeviceSlots
  readonly alarms: Pick<AlarmsService, 'settle'>
}): DevicesService {
  const { database, clock, deviceSlots, alarms } = options
  const { kysely } = database

  const end: DevicesService['end'] = async (deviceId, as, actingAs) => {
    const device = await table.findDevice(kysely, deviceId)
    const repository = device && (await findRepository(kysely, device.repositoryId))
    if (device === undefined || repository === undefined) throw new DeviceError('not-found', 'There is no such computer.')
    const removeSlots = await database.transaction(async (transaction) => {
      const remove = await deviceSlots.revoke(transaction, repository, deviceId)
      await table.setDeviceState(transaction, deviceId, as)
      await withdrawOrdersOf(transaction, deviceId, clock.now())
      await endRestoresOf(transaction, { deviceId, at: clock.now(), detail: `${device.name} is not connected any more.` })
      await deleteDoubts(transaction, deviceId)
      await deleteQuestionsAbout(transaction, deviceId)
      const action = as === 'revoked' ? 'device.revoked' : 'device.forgotten'
      const detail = { number: formatDeviceNumber(device.number), name: device.name }
      const entry = { at: clock.now(), action, objectId: deviceId, customerId: device.customerId, detail } as const
      await insertAudit(transaction, { ...actingAs, ...entry })
      return remove
    })
    removeSlots()
    for (const code of doubtAlarms) await alarms.settle({ code, subject: deviceId })
  }

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
    policy: createBackupPolicy(options),
    find: (deviceId) => table.findDevice(kysely, deviceId),
    listNames: (deviceIds) => table.listDeviceNames(kysely, deviceIds),
    list: (page) => table.listDevices(kysely, page),
    countActive: (subscriptionId) => countPlaces(kysely, subscriptionId),
    findChain: (deviceId) => table.findChain(kysely, deviceId),
    listJobs: (deviceId) => listJobsOfDevice(kysely, deviceId),
    usedBytes: (subscriptionId) => readUsedBytes(kysely, subscriptionId),
    noteAgent: (deviceId, agent) => table.touchDevice(kysely, deviceId, { at: clock.now(), ...agent }),
    rename: async (device, typed, actingAs) => {
      const name = parseDeviceName(typed)
      if (name === device.name) return
      const { deviceId, customerId } = device
      await database.transaction(async (transaction) => {
        await table.setDeviceName(transaction, deviceId, name)
        const detail = { number: formatDeviceNumber(device.number), from: device.name, to: name }
        const entry = { at: clock.now(), action: 'device.renamed', objectId: deviceId, customerId, detail } as const
        await insertAudit(transaction, { ...actingAs, ...entry })
      })
    },
    move: createMoveComputer(options),
    findMove: (deviceId) => findOpenMove(kysely, { deviceId, nowMs: clock.now() }),
    revoke: (deviceId, actingAs) => end(deviceId, 'revoked', actingAs),
    end,
  }
}
