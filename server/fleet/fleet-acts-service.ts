/**
 * Acts on many computers, one after the other, each in a transaction of its own: what one refuses keeps nobody else from it. Each is
 * written into the audit log by the service that does it.
 */
import type { ActingAs } from '../audit/audit.ts'
import { DeviceError } from '../devices/device-error.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { OrderError } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { Id } from '../runtime/ids.ts'
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
  readonly devices: Pick<DevicesService, 'find' | 'move'>
  readonly orders: Pick<OrdersService, 'giveNow' | 'isListening'>
  readonly subscriptions: Pick<SubscriptionsService, 'listOfCustomer'>
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
  const { fleet, devices, orders, subscriptions, backupSwitches } = options

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
    const target = ofCustomer.find((subscription) => subscription.planId === planId)
    if (device === undefined || target === undefined) throw new Refusal('Its customer has no such plan.')
    if (target.subscriptionId === device.subscriptionId) throw new Refusal('It is in that plan already.')
    await devices.move(device, target.subscriptionId, actingAs)
    return `It was moved from ${computer.planName} to ${target.planName}. Its rules for versions are those of ${target.planName} from now on.`
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

/** What the service of the act says no with: an answer for one computer, not the end of the whole. */
function isExpected(error: unknown): error is Error {
  return error instanceof Refusal || error instanceof OrderError || error instanceof DeviceError
}
