/** What is true around a link now: its customer, its plan, its version or inbox, and what the administrator allows. */
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { type Subscription, stateAt } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { type ListedShare, type Share, type ShareEnd, shareEndIn } from './share.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { isVersionThere } from './shares-table.ts'

export interface JudgedShare<Judged extends ListedShare = Share> {
  readonly share: Judged
  readonly end: ShareEnd | undefined
  /** Of a link to files, while it is there. */
  readonly version: Snapshot | undefined
}

export type JudgeShare = <Judged extends ListedShare>(share: Judged) => Promise<JudgedShare<Judged>>

export interface SurroundingsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly customers: Pick<CustomersService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly devices: Pick<DevicesService, 'find'>
  readonly rules: Pick<ShareRulesService, 'find'>
}

/** A plan that is running and has sharing in it. */
export function mayShare(subscription: Subscription | undefined, nowMs: number): boolean {
  if (subscription === undefined || !subscription.features.includes('sharing')) return false
  const { kind } = stateAt(subscription, nowMs)
  return kind === 'live' || kind === 'grace'
}

export function createJudgeShare(options: SurroundingsOptions): JudgeShare {
  const { database, clock, customers, subscriptions, snapshots, devices, rules } = options

  const isServed = async (share: ListedShare, deviceId: Id<'dev'> | undefined): Promise<boolean> => {
    const customer = await customers.find(share.customerId)
    if (customer?.state !== 'active') return false
    const device = deviceId === undefined ? undefined : await devices.find(deviceId)
    if (device === undefined || !mayShare(await subscriptions.find(device.subscriptionId), clock.now())) return false
    return share.kind === 'download' || (await rules.find()).mayUpload
  }

  return async (share) => {
    if (share.kind === 'download') {
      const version = await snapshots.find(share.version)
      const isThere = version !== undefined && (await isVersionThere(database.kysely, version.id))
      const served = await isServed(share, version?.deviceId)
      return { share, version, end: shareEndIn(share, { nowMs: clock.now(), isThere, isServed: served }) }
    }
    const isThere = (await devices.find(share.deviceId))?.state === 'active'
    const served = await isServed(share, share.deviceId)
    return { share, version: undefined, end: shareEndIn(share, { nowMs: clock.now(), isThere, isServed: served }) }
  }
}
