/** Rehearses other terms for one subscription: computer by computer for the versions, one walk for the bytes. */
import type { SnapshotId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { findRepositoryOfCustomer } from '../repositories/repositories-table.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import { countFreedEach, type FreedByGroups } from '../retention/count-freed-each.ts'
import type { VersionDecision } from '../retention/retention.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import { listAddedByDay } from '../runs/added-by-day-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { listPlaces } from '../subscriptions/places-table.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { readUsedBytes } from '../subscriptions/usage-table.ts'
import {
  firstForecastDay,
  forecastQuota,
  type Rehearsal,
  type RehearsedComputer,
  type RehearsedTerms,
  usedAfter,
} from './rehearsal.ts'

/** `countUntil` ends the counting of bytes; everything else is told all the same. */
export type Rehearse = (subscription: Subscription, after: RehearsedTerms, countUntil: AbortSignal) => Promise<Rehearsal>

export interface RehearseOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly devices: Pick<DevicesService, 'list'>
  readonly retention: Pick<RetentionService, 'decide' | 'rulesOf'>
}

const devicesPerPage = 200

export function createRehearse(options: RehearseOptions): Rehearse {
  const { database, clock, retention } = options
  const { kysely } = database

  const listDevices = async ({ customerId, subscriptionId }: Subscription): Promise<readonly Device[]> => {
    const found: Device[] = []
    for (let afterNumber = 0; ; ) {
      const page = await options.devices.list({ reach: [customerId], afterNumber, limit: devicesPerPage })
      found.push(...page.filter((device) => device.subscriptionId === subscriptionId))
      const last = page.at(-1)
      if (last === undefined) return found
      afterNumber = last.number
    }
  }

  const decide = async (device: Device, after: RehearsedTerms) => {
    const { own } = await retention.rulesOf(device)
    const decisions = await retention.decide(device, own ?? after.retention)
    const outside = decisions.filter(({ version }) => version.bin === undefined && !version.isCheckpoint)
    return { device, hasOwnRules: own !== undefined, outside }
  }

  /** Undefined when it cannot be told, or not in the time given. */
  const count = async (
    { customerId }: Subscription,
    going: ReadonlyMap<SnapshotId, Id<'dev'>>,
    signal: AbortSignal,
  ): Promise<FreedByGroups<Id<'dev'>> | undefined> => {
    const repository = going.size === 0 ? undefined : await findRepositoryOfCustomer(kysely, customerId)
    if (repository === undefined) return { togetherBytes: 0, aloneBytes: new Map() }
    const place = repositoryPlace(options.dataFolder, repository.uid)
    try {
      return await countFreedEach({ db: kysely, repository, place, signal, groupOf: (version) => going.get(version) })
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  return async (subscription, after, countUntil) => {
    const { subscriptionId, quotaBytes } = subscription
    const nowMs = clock.now()
    const decided: Decided[] = []
    for (const device of await listDevices(subscription)) decided.push(await decide(device, after))
    const going = new Map(
      decided.flatMap(({ device, outside }) =>
        outside.filter(isGoing).map(({ version }) => [version.snapshotId, device.deviceId] as const),
      ),
    )
    const freed = await count(subscription, going, countUntil)
    const places = new Set(await listPlaces(kysely, subscriptionId))
    const usedBytes = await readUsedBytes(kysely, subscriptionId)
    const added = await listAddedByDay(kysely, { subscriptionId, firstDay: firstForecastDay(nowMs) })
    const freedBytes = freed?.togetherBytes
    const usedThen = usedAfter({ usedBytes, freedBytes })
    return {
      atMs: nowMs,
      before: subscription,
      after,
      computers: decided.map((one) => computerOf(one, freed, places)),
      going: going.size,
      staying: decided.reduce((sum, { outside }) => sum + outside.length, 0) - going.size,
      freedBytes,
      usedBytes,
      fullAt: {
        before: forecastQuota(added, { usedBytes, quotaBytes, nowMs }),
        after: forecastQuota(added, { usedBytes: usedThen, quotaBytes: after.quotaBytes, nowMs }),
      },
    }
  }
}

interface Decided {
  readonly device: Device
  readonly hasOwnRules: boolean
  readonly outside: readonly VersionDecision[]
}

const isGoing = ({ kind }: VersionDecision) => kind === 'forget'

function computerOf(
  { device, hasOwnRules, outside }: Decided,
  freed: FreedByGroups<Id<'dev'>> | undefined,
  places: ReadonlySet<Id<'dev'>>,
): RehearsedComputer {
  const { deviceId, name, storedBytes, lastSeenAt } = device
  const going = outside.filter(isGoing).length
  return {
    deviceId,
    name,
    storedBytes,
    lastSeenAt,
    hasOwnRules,
    going,
    staying: outside.length - going,
    freedBytes: going === 0 ? 0 : freed?.aloneBytes.get(deviceId),
    hasPlace: places.has(deviceId),
    versions: outside.map((decision) => ({ atMs: decision.version.receivedMs, isGoing: isGoing(decision) })),
  }
}
