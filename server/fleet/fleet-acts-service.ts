/**
 * Acts on many computers, one after the other, each in a transaction of its own: what one refuses keeps nobody else from it. Each is
 * written into the audit log by the service that does it.
 */
import type { ActingAs } from '../audit/audit.ts'
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
  /** Of those that are there; the report names each. */
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
  readonly backupSwitches?: {
    readonly switchDevice: (computer: FleetComputerKey, wanted: WantedSwitch, actingAs: ActingAs) => Promise<void>
  }
}

type WantedSwitch =
  | { readonly kind: 'on' }
  | { readonly kind: 'off'; readonly reason: string; readonly untilMs: number | undefined }

interface FleetComputerKey {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  readonly subscriptionId: Id<'sub'>
}

export function createFleetActs(options: FleetActsOptions): FleetActsService {
  const { fleet, devices, orders, subscriptions, retention, backupSwitches } = options

  const isLive = (subscription: Subscription) => ['live', 'grace'].includes(subscriptions.stateNow(subscription).kind)

  const run = async (computer: FleetComputer, actingAs: ActingAs): Promise<string> => {
    const { deviceId, standing, kind } = computer
    if (standing.pause !== undefined) throw new Refusal('It is paused: nothing is taken from it now.')
    if (kind === 'running') throw new Refusal('It is being backed up already.')
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
    if (target.subscriptionId === device.subscriptionId) throw new Refusal('It is in that plan already.')
    const moved = await devices.move(device, target.subscriptionId, actingAs)
    const went = `It was moved ${moved?.isUndone === true ? 'back ' : ''}from ${computer.planName} to ${target.planName}.`
    if (moved?.heldUntilMs === undefined) return `${went} It has rules of its own; they stay.`
    if (moved.isUndone) return `${went} Nothing has gone because of the move.`
    const going = (await retention.decide(device, target.retention)).filter(isGoing).length
    return `${went} For seven days nothing goes that ${computer.planName} keeps, and it can be moved back. ${afterwards(going)}`
  }

  const actOn = async (computer: FleetComputer, body: FleetActBody, actingAs: ActingAs): Promise<string> => {
    const { deviceId, customer, subscriptionId } = computer
    const key = { deviceId, customerId: customer.customerId, subscriptionId }
    switch (body.kind) {
      case 'run':
        return run(computer, actingAs)
      case 'move':
        return move(computer, body.planId, actingAs)
      case 'pause':
        if (backupSwitches === undefined) throw new Refusal('This box cannot pause computers.')
        await backupSwitches.switchDevice(key, { ...body, kind: 'off' }, actingAs)
        return 'It is paused. Its versions stay, and can be restored.'
      case 'resume':
        if (computer.standing.pause?.of !== 'computer') throw new Refusal('It was not paused by itself.')
        if (backupSwitches === undefined) throw new Refusal('This box cannot pause computers.')
        await backupSwitches.switchDevice(key, { kind: 'on' }, actingAs)
        return 'Its backups are taken again.'
      default:
        return body satisfies never
    }
  }

  return {
    act: async (deviceIds, body, actingAs) => {
      const outcomes: ActOutcome[] = []
      for (const computer of await fleet.find(deviceIds)) {
        const about = { deviceId: computer.deviceId, name: computer.name, customer: computer.customer.name }
        try {
          outcomes.push({ ...about, isDone: true, words: await actOn(computer, body, actingAs) })
        } catch (error) {
          if (!isExpected(error)) throw error
          outcomes.push({ ...about, isDone: false, words: error.message })
        }
      }
      return outcomes
    },
    stop: async (deviceId, actingAs) => {
      await orders.giveNow({ deviceId, order: { kind: 'cancel' } }, actingAs)
    },
  }
}

class Refusal extends Error {}

const isGoing = ({ kind, version }: VersionDecision) => kind === 'forget' && version.bin === undefined

function afterwards(going: number): string {
  if (going === 0) return 'As things are, no version goes then.'
  return `As things are, ${going} ${going === 1 ? 'version goes' : 'versions go'} into the bin then, and for good seven days later.`
}

/** What the service of the act says no with: an answer for one computer, not the end of the whole. */
function isExpected(error: unknown): error is Error {
  return error instanceof Refusal || error instanceof OrderError || error instanceof DeviceError
}
