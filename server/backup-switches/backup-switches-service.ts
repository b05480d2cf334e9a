/** Switches backups off and on again, for a plan or for one computer, with a reason. Nothing that is backed up is touched. */
import { type ActingAs, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { countPlaces } from '../subscriptions/places-table.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { findLockedSubscription, updateSubscription } from '../subscriptions/subscriptions-table.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { type Accepting, type DeviceSwitch, isOff, maxReasonCharacters } from './backup-switch.ts'
import * as table from './device-switches-table.ts'

export type WantedSwitch =
  | { readonly kind: 'on' }
  | { readonly kind: 'off'; readonly reason: string; readonly untilMs: number | undefined }

export interface BackupSwitches {
  /** Before many are switched: throws SwitchError `invalid-reason`, `invalid-time`. */
  readonly demandValid: (wanted: WantedSwitch) => void
  /** The computer's own; undefined where it is on, or its time has come. */
  readonly findOff: (deviceId: Id<'dev'>) => Promise<DeviceSwitch | undefined>
  /** Throws SwitchError `invalid-reason`, `invalid-time`, `no-place`. */
  readonly switchDevice: (
    device: Pick<Device, 'deviceId' | 'customerId' | 'subscriptionId'>,
    wanted: WantedSwitch,
    actingAs: ActingAs,
  ) => Promise<void>
  /** Throws SwitchError `invalid-reason`, `invalid-time`. */
  readonly switchPlan: (
    subscription: Pick<Subscription, 'subscriptionId' | 'customerId'>,
    wanted: WantedSwitch,
    actingAs: ActingAs,
  ) => Promise<void>
}

export const switchFaults = ['invalid-reason', 'invalid-time', 'no-place'] as const
export type SwitchFault = (typeof switchFaults)[number]

export class SwitchError extends Error {
  override readonly name = 'SwitchError'
  readonly fault: SwitchFault

  constructor(fault: SwitchFault, message: string) {
    super(message)
    this.fault = fault
  }
}

const farthestMs = 10 * 366 * 24 * 60 * 60 * 1000

export function createBackupSwitches(options: { readonly database: Database; readonly clock: Clock }): BackupSwitches {
  const { database, clock } = options

  /** Throws for words that are no reason, and for a time that has passed. */
  const accept = (wanted: WantedSwitch, by: string): Accepting => {
    if (wanted.kind === 'on') return wanted
    const nowMs = clock.now()
    const reason = parseDisplayText(wanted.reason, { maxCharacters: maxReasonCharacters })
    if (reason === undefined)
      throw new SwitchError('invalid-reason', `Say why, in 1 to ${maxReasonCharacters} characters on one line.`)
    const { untilMs } = wanted
    if (untilMs !== undefined && (untilMs <= nowMs || untilMs > nowMs + farthestMs))
      throw new SwitchError('invalid-time', 'The day must be after today, and within ten years.')
    return { kind: 'off', reason, untilMs, sinceMs: nowMs, by }
  }

  const note = (
    tx: Transaction,
    of: { readonly objectId: string; readonly customerId: Id<'cus'> },
    accepting: Accepting,
    actingAs: ActingAs,
  ) => {
    const isOn = accepting.kind === 'on'
    const detail = isOn
      ? {}
      : { reason: accepting.reason, ...(accepting.untilMs === undefined ? {} : { until: accepting.untilMs }) }
    const action = isOn ? 'backups.switched-on' : 'backups.switched-off'
    return insertAudit(tx, { ...actingAs, ...of, at: clock.now(), action, detail })
  }

  return {
    demandValid: (wanted) => {
      accept(wanted, '')
    },
    findOff: async (deviceId) => {
      const found = await table.findDeviceSwitch(database.kysely, deviceId)
      return found !== undefined && isOff(found, clock.now()) ? found : undefined
    },
    switchDevice: async ({ deviceId, customerId, subscriptionId }, wanted, actingAs) => {
      const accepting = accept(wanted, actorName(actingAs.actor))
      await database.transaction(async (tx) => {
        const subscription = await findLockedSubscription(tx, subscriptionId)
        const before = await table.findDeviceSwitch(tx, deviceId)
        if (before?.cause === 'plan-limit' && isOff(before, clock.now())) {
          // Its place is taken by others: switched off for a reason of somebody's own, it would come on again without one.
          const isFull = subscription !== undefined && (await countPlaces(tx, subscriptionId)) >= subscription.devicesMax
          if (isFull)
            throw new SwitchError(
              'no-place',
              `The plan ${subscription.planName} holds ${subscription.devicesMax} computers, and all places are taken.`,
            )
        }
        if (accepting.kind === 'on') await table.deleteDeviceSwitch(tx, deviceId)
        else await table.putDeviceSwitch(tx, { ...accepting, deviceId, cause: 'person' })
        await note(tx, { objectId: deviceId, customerId }, accepting, actingAs)
      })
    },
    switchPlan: async ({ subscriptionId, customerId }, wanted, actingAs) => {
      const accepting = accept(wanted, actorName(actingAs.actor))
      await database.transaction(async (tx) => {
        const subscription = await findLockedSubscription(tx, subscriptionId)
        if (subscription === undefined) return
        await updateSubscription(tx, { ...subscription, accepting })
        await note(tx, { objectId: subscriptionId, customerId }, accepting, actingAs)
      })
    },
  }
}
