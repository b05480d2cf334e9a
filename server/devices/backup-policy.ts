/** What a computer is told before it sends anything, and that it was told: a backup that may not begin is written down as refused. */
import { findDeviceSwitch } from '../backup-switches/device-switches-table.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { maxJobNameCharacters } from '../jobs/job.ts'
import type { RunsService } from '../runs/runs-service.ts'
import { findLastGoodStart } from '../runs/runs-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { nextStartAllowed, type RunStart } from '../subscriptions/shortest-interval.ts'
import { refusalAt, type Subscription, type SubscriptionRefusal } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { readUsedBytes } from '../subscriptions/usage-table.ts'
import { DeviceError } from './device-error.ts'

/** The commit decides again. */
export interface DevicePolicy {
  readonly subscription: Subscription
  /** Why backups are not taken now; undefined when they are. */
  readonly refusal: PolicyRefusal | undefined
  /** Of the whole subscription: what all its computers have stored. */
  readonly usedBytes: number
  readonly serverTimeMs: number
}

export type PolicyRefusal =
  | SubscriptionRefusal
  | { readonly kind: 'too-soon'; readonly nextAt: number; readonly minIntervalMinutes: number }

/** The backup that would begin now. */
export interface IntendedRun {
  readonly job: string
  readonly startedBy: RunStart
}

/** A code and words for people, as the border says them. */
export type DescribeRefusal = (refusal: PolicyRefusal) => { readonly code: string; readonly detail: string }

export type AskPolicy = (
  device: DeviceIdentity,
  intended?: IntendedRun & { readonly describe: DescribeRefusal },
) => Promise<DevicePolicy>

export interface BackupPolicyOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly customers: Pick<CustomersService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly runs: Pick<RunsService, 'refuse'>
}

export function createBackupPolicy(options: BackupPolicyOptions): AskPolicy {
  const { database, clock, randomness, runs } = options
  const { kysely } = database

  const decide = async (device: DeviceIdentity, intended: IntendedRun | undefined): Promise<DevicePolicy> => {
    const { subscriptionId, customerId, deviceId } = device
    const [subscription, customer, ofComputer] = await Promise.all([
      options.subscriptions.find(subscriptionId),
      options.customers.find(customerId),
      findDeviceSwitch(kysely, deviceId),
    ])
    if (subscription === undefined || customer === undefined) throw new DeviceError('licence-missing', 'The plan has been ended.')
    const nowMs = clock.now()
    const refusal = refusalAt({ subscription, customer, ofComputer, nowMs })
    return {
      subscription,
      refusal: refusal ?? (intended && (await tooSoon(device, subscription, intended, nowMs))),
      usedBytes: await readUsedBytes(kysely, subscriptionId),
      serverTimeMs: nowMs,
    }
  }

  const tooSoon = async (
    { deviceId }: DeviceIdentity,
    { minIntervalMinutes }: Subscription,
    { job, startedBy }: IntendedRun,
    nowMs: number,
  ): Promise<PolicyRefusal | undefined> => {
    if (minIntervalMinutes === 0 || startedBy === 'hand') return undefined
    const lastStartedAt = await findLastGoodStart(kysely, { deviceId, job })
    const nextAt = nextStartAllowed({ lastStartedAt, minIntervalMinutes, startedBy, nowMs })
    return nextAt === undefined ? undefined : { kind: 'too-soon', nextAt, minIntervalMinutes }
  }

  return async (device, intended) => {
    const policy = await decide(device, intended)
    const { refusal, serverTimeMs: startedAt } = policy
    if (refusal === undefined || intended === undefined || !isJobName(intended.job)) return policy
    const { deviceId, customerId } = device
    const { job, describe } = intended
    const run = { runId: newId('run', randomness), customerId, deviceId, job, startedAt, ...describe(refusal) }
    await database.transaction((tx) => runs.refuse(tx, run))
    return policy
  }
}

const visibleText = /^\P{Cc}+$/u

function isJobName(job: string): boolean {
  return visibleText.test(job) && [...job].length <= maxJobNameCharacters
}
