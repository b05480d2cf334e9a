/** Which rules hold for a computer, and the setting of its own. */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { Retention } from '../plans/plan.ts'
import type { Clock } from '../runtime/clock.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { deleteOwnRules, findOwnRules, putOwnRules } from './device-rules-table.ts'
import { listHeldRules } from './held-rules-table.ts'
import type { DeviceRules } from './retention.ts'

export interface DeviceRulesOptions {
  readonly database: Database
  readonly clock: Clock
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
}

export type RuledDevice = Pick<Device, 'deviceId' | 'subscriptionId'>

/** Undefined when its plan cannot be told: then nothing of it is let go. An expired subscription is one all the same. */
export async function findRules(
  device: RuledDevice,
  { database, clock, subscriptions }: DeviceRulesOptions,
): Promise<DeviceRules | undefined> {
  const subscription = await subscriptions.find(device.subscriptionId)
  if (subscription === undefined) return undefined
  const own = await findOwnRules(database.kysely, device.deviceId)
  const { planName, retention } = subscription
  // What happens to the plan is nothing to a computer with rules of its own.
  const objectIds = own === undefined ? [device.subscriptionId, device.deviceId] : [device.deviceId]
  const held = await listHeldRules(database.kysely, { objectIds, nowMs: clock.now() })
  return { rules: own ?? retention, own, plan: { name: planName, rules: retention }, held }
}

/** `rules` undefined: those of the plan from now on. They are applied by the next run. */
export async function setRules(
  device: Pick<Device, 'deviceId' | 'customerId'>,
  rules: Retention | undefined,
  { database, clock, actingAs }: DeviceRulesOptions & { readonly actingAs: ActingAs },
): Promise<void> {
  const { deviceId, customerId } = device
  const at = clock.now()
  await database.transaction(async (tx) => {
    if (rules === undefined) await deleteOwnRules(tx, deviceId)
    else await putOwnRules(tx, { deviceId, rules, changedAt: at })
    const detail = rules === undefined ? { rules: 'of the plan' } : { ...rules }
    await insertAudit(tx, { ...actingAs, at, action: 'retention.changed', objectId: deviceId, customerId, detail })
  })
}
