/**
 * Moves a computer to another plan of its customer. Nothing is let go by it at once: for seven days the rules of the plan that it left
 * are asked besides the new ones, and moving it back within that time takes the move back. Rules of its own go along, whatever the plan.
 */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Transaction } from '../database/database.ts'
import { findOwnRules } from '../retention/device-rules-table.ts'
import { closeMove, findOpenMove, holdRules, listHeldRules } from '../retention/held-rules-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { undoWindowMs } from '../subscriptions/subscription-change.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { connectRefusal } from './connect-choice.ts'
import { type Device, formatDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'
import { findStandLocked, setDeviceSubscription } from './devices-table.ts'
import { takePlaceOfMove } from './move-place.ts'

export interface OpenMove {
  readonly fromId: Id<'sub'>
  readonly untilMs: number
}

export interface Moved {
  /** It is where it came from again. */
  readonly isUndone: boolean
  /** Until then nothing goes that the plan it left keeps; undefined where it has rules of its own. */
  readonly heldUntilMs: number | undefined
}

/**
 * Undefined when it is in that plan already. Taking a move back needs a place in the old plan, not a valid licence.
 * @throws DeviceError `licence-missing`, `devices-exceeded`, `moved-meanwhile`
 */
export type MoveComputer = (device: Device, subscriptionId: Id<'sub'>, actingAs: ActingAs) => Promise<Moved | undefined>

export interface MoveComputerOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly customers: Pick<CustomersService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find' | 'findLocked'>
}

export function createMoveComputer(options: MoveComputerOptions): MoveComputer {
  const { database, clock, randomness, customers, subscriptions } = options

  /** Both plans, always in one order, so that two moves do not wait for each other; then the computer. */
  const lock = async (tx: Transaction, { deviceId, subscriptionId }: Device, toId: Id<'sub'>) => {
    const locked = new Map<Id<'sub'>, Subscription | undefined>()
    for (const id of [subscriptionId, toId].toSorted()) locked.set(id, await subscriptions.findLocked(tx, id))
    const stand = await findStandLocked(tx, deviceId)
    if (stand?.subscriptionId !== subscriptionId)
      throw new DeviceError('moved-meanwhile', 'Somebody has just moved this computer. Look at it again.')
    return { state: stand.state, from: locked.get(subscriptionId) }
  }

  return async (device, subscriptionId, actingAs) => {
    const { deviceId, customerId } = device
    const [to, customer] = [await subscriptions.find(subscriptionId), await customers.find(customerId)]
    if (to?.customerId !== customerId || customer === undefined)
      throw new DeviceError('licence-missing', 'This customer has no such plan.')
    if (subscriptionId === device.subscriptionId) return undefined
    return database.transaction(async (tx) => {
      const nowMs = clock.now()
      const { state, from } = await lock(tx, device, subscriptionId)
      const open = await findOpenMove(tx, { deviceId, nowMs })
      const undone = open?.fromId === subscriptionId ? open : undefined
      if (undone === undefined && connectRefusal({ subscription: to, customer, nowMs }) !== undefined)
        throw new DeviceError('licence-missing', `The plan ${to.planName} does not let computers in now.`)
      const takesBackAt = undone && undone.untilMs - undoWindowMs
      const place = { deviceId, subscriptionId, takesBackAt, nowMs }
      const switched = state === 'active' && device.kind === 'agent' ? await takePlaceOfMove(tx, subscriptions, place) : undefined
      await setDeviceSubscription(tx, deviceId, subscriptionId)
      if (undone !== undefined) await closeMove(tx, undone.changeId)
      const isHeld = from !== undefined && (await findOwnRules(tx, deviceId)) === undefined
      const heldUntilMs = isHeld ? (undone?.untilMs ?? nowMs + undoWindowMs) : undefined
      if (isHeld && heldUntilMs !== undefined)
        await holdLeft(tx, {
          deviceId,
          left: from,
          changeId: newId('chg', randomness),
          nowMs,
          untilMs: heldUntilMs,
          canBeUndone: undone === undefined,
        })
      const names = { number: formatDeviceNumber(device.number), name: device.name }
      const detail = { ...names, from: from?.planName ?? '', to: to.planName, ...(heldUntilMs && { heldUntil: heldUntilMs }) }
      const action = undone === undefined ? 'device.moved' : 'device.moved-back'
      const about = { ...actingAs, at: nowMs, objectId: deviceId, customerId }
      await insertAudit(tx, { ...about, action, detail })
      if (switched?.kind === 'on') await insertAudit(tx, { ...about, action: 'backups.switched-on' })
      if (switched?.kind === 'off')
        await insertAudit(tx, { ...about, action: 'backups.switched-off', detail: { reason: switched.reason } })
      return { isUndone: undone !== undefined, heldUntilMs }
    })
  }
}

/** What the plan that it left keeps, and what that plan itself still held from before a change of its own. */
async function holdLeft(
  tx: Transaction,
  move: {
    readonly deviceId: Id<'dev'>
    readonly left: Subscription
    readonly changeId: Id<'chg'>
    readonly nowMs: number
    readonly untilMs: number
    readonly canBeUndone: boolean
  },
): Promise<void> {
  const { deviceId: objectId, left, changeId, nowMs, untilMs } = move
  const { subscriptionId } = left
  for (const held of await listHeldRules(tx, { objectIds: [subscriptionId], nowMs }))
    await holdRules(tx, { objectId, changeId, ...held })
  const from = move.canBeUndone ? { movedFrom: subscriptionId } : {}
  await holdRules(tx, { objectId, changeId, ...from, rules: left.retention, untilMs })
}
