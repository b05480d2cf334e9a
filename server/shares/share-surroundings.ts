/** What is true around links now: their customers, their plans, their versions or inboxes, and what the administrator allows. */
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { type Subscription, stateAt } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { type ListedShare, lacksPassword, type Share, type ShareEnd, shareEndIn } from './share.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { listVersionsThere } from './shares-table.ts'

export interface JudgedShare<Judged extends ListedShare = Share> {
  readonly share: Judged
  readonly end: ShareEnd | undefined
  /** One that is used up may not be served either. */
  readonly isServed: boolean
  /** Of a link to files, while it is there. */
  readonly version: Snapshot | undefined
}

export interface ShareJudge {
  readonly judge: <Judged extends ListedShare>(share: Judged) => Promise<JudgedShare<Judged>>
  /** In the same order. Whatever several of them share is looked up once. */
  readonly judgeMany: <Judged extends ListedShare>(shares: readonly Judged[]) => Promise<readonly JudgedShare<Judged>[]>
}

export interface SurroundingsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly customers: Pick<CustomersService, 'findByIds'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly devices: Pick<DevicesService, 'find'>
  readonly rules: Pick<ShareRulesService, 'find'>
}

/** A plan that is running and has sharing in it. */
export function mayShare(subscription: Subscription | undefined, nowMs: number): boolean {
  if (subscription === undefined || !subscription.features.includes('sharing')) return false
  const { kind } = stateAt(subscription, nowMs)
  return kind === 'live' || kind === 'grace'
}

export function createShareJudge(options: SurroundingsOptions): ShareJudge {
  const { database, clock, customers, subscriptions, snapshots, devices } = options

  const judgeMany: ShareJudge['judgeMany'] = async (shares) => {
    if (shares.length === 0) return []
    const versionIds = unique(shares.flatMap((share) => (share.kind === 'download' ? [share.version] : [])))
    const [rules, found, there, served] = await Promise.all([
      options.rules.find(),
      snapshots.findByIds(versionIds),
      listVersionsThere(database.kysely, versionIds),
      customers.findByIds(unique(shares.map(({ customerId }) => customerId))),
    ])
    const versions = new Map(found.map((version) => [version.id, version]))
    const active = new Set(served.filter(({ state }) => state === 'active').map(({ customerId }) => customerId))
    const deviceOf = (share: ListedShare): Id<'dev'> | undefined =>
      share.kind === 'upload' ? share.deviceId : versions.get(share.version)?.deviceId
    const deviceById = await findEach(unique(shares.map(deviceOf)), devices.find)
    const planById = await findEach(unique([...deviceById.values()].map((device) => device.subscriptionId)), subscriptions.find)
    const nowMs = clock.now()

    return shares.map((share) => {
      const deviceId = deviceOf(share)
      const device = deviceId && deviceById.get(deviceId)
      const isServed =
        active.has(share.customerId) &&
        mayShare(device && planById.get(device.subscriptionId), nowMs) &&
        (share.kind === 'download' || rules.mayUpload)
      const isThere = share.kind === 'download' ? there.has(share.version) : device?.state === 'active'
      const { isPasswordNeeded } = rules
      return {
        share,
        end: shareEndIn(share, { nowMs, isThere, isServed, isPasswordNeeded }),
        isServed: isServed && !lacksPassword(share, rules),
        version: share.kind === 'download' ? versions.get(share.version) : undefined,
      }
    })
  }

  return { judgeMany, judge: async (share) => (await judgeMany([share]))[0]! }
}

function unique<Value>(values: readonly (Value | undefined)[]): readonly Value[] {
  return [...new Set(values)].filter((value) => value !== undefined)
}

async function findEach<Key, Value>(
  keys: readonly Key[],
  find: (key: Key) => Promise<Value | undefined>,
): Promise<ReadonlyMap<Key, Value>> {
  const pairs = await Promise.all(keys.map(async (key) => [key, await find(key)] as const))
  return new Map(pairs.filter((pair): pair is readonly [Key, Awaited<Value>] => pair[1] !== undefined))
}
