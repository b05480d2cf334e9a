/**
 * Acts on many computers, one after the other, each in a transaction of its own: what one refuses keeps nobody else from it. Each is
 * written into the audit log by the service that does it.
 */
import type { ActingAs } from '../audit/audit.ts'
import { type BackupSwitches, SwitchError, type WantedSwitch } from '../backup-switches/backup-switches-service.ts'
import { DeviceError } from '../devices/device-error.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { OrderError } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { VersionDecision } from '../retention/retention.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import type { Id } from '../runtime/ids.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { FleetComputer } from './fleet.ts'
import type { ActOutcome, FleetActBody } from './fleet-acts.ts'
import type { FleetService } from './fleet-service.ts'

export interface FleetActsService {
  /** Of those that are there; the report names each. Throws SwitchError where nobody can be paused like that. */
  readonly act: (deviceIds: readonly Id<'dev'>[], body: FleetActBody, actingAs: ActingAs) => Promise<readonly ActOutcome[]>
  /** Asks the backup that goes on to stop. Throws OrderError. */
  readonly stop: (deviceId: Id<'dev'>, actingAs: ActingAs) => Promise<void>
}

export interface FleetActsOptions {
  readonly fleet: Pick<FleetService, 'find'>
  readonly devices: Pick<DevicesService, 'find' | 'findMove' | 'move'>
  readonly orders: Pick<OrdersService, 'giveNow' | 'isListening'>
  readonly subscriptions: Pick<SubscriptionsService, 'listOfCustomer' | 'stateNow'>
  readonly retention: Pick<RetentionService, 'decide'>
  readonly switches: Pick<BackupSwitches, 'demandValid' | 'findOff' | 'switchDevice'>
}

export function createFleetActs(options: FleetActsOptions): FleetActsService {
  const { fleet, devices, orders, subscriptions, retention, switches } = options

  const isLive = (subscription: Subscription) => ['live', 'grace'].includes(subscriptions.stateNow(subscription).kind)

  const run = async (computer: FleetComputer, actingAs: ActingAs): Promise<string> => {
    const { deviceId, standing, kind } = computer
    if (standing.pause !== undefined) throw new Refusal('It is paused: nothing is taken from it now.')
    if (kind === 'running') throw new SoAlready('It is being backed up already.')
    await orders.giveNow({ deviceId, order: { kind: 'run-now' } }, actingAs)
    return orders.isListening(deviceId) ? 'It begins now.' : 'It begins as soon as the computer is heard from.'
  }

  const move = async (computer: FleetComputer, planId: Id<'pln'>, actingAs: ActingAs): Promise<string> => {
    const device = await devices.find(computer.deviceId)
    const ofCustomer = await subscriptions.listOfCustomer(computer.customer.customerId)
    const ofPlan = ofCustomer.filter((subscription) => subscription.planId === planId)
    const open = await devices.findMove(computer.deviceId)
    const target = ofPlan.find(({ subscriptionId }) => subscriptionId === open?.fromId) ?? ofPlan.find(isLive) ?? ofPlan[0]
    if (device === undefined || target === undefined) throw new Refusal('Its customer has no such plan.')
    if (target.subscriptionId === device.subscriptionId) throw new SoAlready('It is in that plan already.')
    const moved = await devices.move(device, target.subscriptionId, actingAs)
    const went = `It was moved ${moved?.isUndone === true ? 'back ' : ''}from ${computer.planName} to ${target.planName}.`
    if (moved?.heldUntilMs === undefined) return `${went} It has rules of its own; they stay.`
    if (moved.isUndone) return `${went} Nothing has gone because of the move.`
    const going = (await retention.decide(device, target.retention)).filter(isGoing).length
    return `${went} For seven days nothing goes that ${computer.planName} keeps, and it can be moved back. ${afterwards(going)}`
  }

  const pause = async (computer: FleetComputer, wanted: WantedSwitch, actingAs: ActingAs): Promise<string> => {
    const off = await switches.findOff(computer.deviceId)
    if (off !== undefined) throw new SoAlready(`It is paused already: ${off.reason}`)
    await switches.switchDevice(keyOf(computer), wanted, actingAs)
    return 'It is paused. Its versions stay, and can be restored.'
  }

  const resume = async (computer: FleetComputer, pausedByMs: number, actingAs: ActingAs): Promise<string> => {
    const above = { computer: undefined, plan: 'Its plan is paused', customer: 'Its account is suspended' } as const
    const stopped = above[computer.standing.pause?.of ?? 'computer']
    const off = await switches.findOff(computer.deviceId)
    if (off === undefined) {
      if (stopped === undefined) throw new SoAlready('Its backups are taken already.')
      throw new Refusal(`${stopped}: that is not ended for one computer.`)
    }
    if (off.sinceMs > pausedByMs) throw new Refusal(`It was paused anew since you were asked: ${off.reason}`)
    await switches.switchDevice(keyOf(computer), { kind: 'on' }, actingAs)
    return stopped === undefined ? 'Its backups are taken again.' : `It is not paused any more. ${stopped} still.`
  }

  const actOn = async (computer: FleetComputer, body: FleetActBody, actingAs: ActingAs): Promise<string> => {
    switch (body.kind) {
      case 'run':
        return run(computer, actingAs)
      case 'move':
        return move(computer, body.planId, actingAs)
      case 'pause':
        return pause(computer, { ...body, kind: 'off' }, actingAs)
      case 'resume':
        return resume(computer, body.pausedByMs, actingAs)
      default:
        return body satisfies never
    }
  }

  return {
    act: async (deviceIds, body, actingAs) => {
      // What is wrong with the reason is wrong for all: nobody is paused.
      if (body.kind === 'pause') switches.demandValid({ ...body, kind: 'off' })
      const outcomes: ActOutcome[] = []
      for (const computer of await fleet.find(deviceIds)) {
        const about = { deviceId: computer.deviceId, name: computer.name, customer: computer.customer.name }
        try {
          outcomes.push({ ...about, result: 'done', words: await actOn(computer, body, actingAs) })
        } catch (error) {
          if (!isExpected(error)) throw error
          outcomes.push({ ...about, result: error instanceof SoAlready ? 'already' : 'refused', words: error.message })
        }
      }
      return outcomes
    },
    stop: async (deviceId, actingAs) => {
      await orders.giveNow({ deviceId, order: { kind: 'cancel' } }, actingAs)
    },
  }
}

const keyOf = ({ deviceId, customer, subscriptionId }: FleetComputer) => ({
  deviceId,
  customerId: customer.customerId,
  subscriptionId,
})

class Refusal extends Error {}
class SoAlready extends Refusal {}

const isGoing = ({ kind, version }: VersionDecision) => kind === 'forget' && version.bin === undefined

function afterwards(going: number): string {
  if (going === 0) return 'As things are, no version goes then.'
  return `As things are, ${going} ${going === 1 ? 'version goes' : 'versions go'} into the bin then, and for good seven days later.`
}

/** What the service of the act says no with: an answer for one computer, not the end of the whole. */
function isExpected(error: unknown): error is Error {
  return [Refusal, OrderError, DeviceError, SwitchError].some((expected) => error instanceof expected)
}
