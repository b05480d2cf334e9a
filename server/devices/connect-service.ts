/**
 * Connecting a computer: a login of the customer gives it a number, a token and a key slot of its own. The device's limit is
 * counted under the subscription's row lock, so that two computers cannot take the last place.
 */
import { encodeKeySlotFile, encodeRepositoryFile } from '../../engine/index.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Customer } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DeviceSlots, NewDeviceSlot } from '../repositories/device-slots.ts'
import { findRepositoryOfCustomer } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { nextNumber } from '../settings/counters-table.ts'
import type { Subscription, SubscriptionRefusal } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { UserIdentity } from '../users/user.ts'
import { chooseCustomer, chooseSubscription, connectRefusal } from './connect-choice.ts'
import { type Device, deviceTokenPrefix, findDeviceNumber, formatDeviceNumber, maxDeviceNameCharacters } from './device.ts'
import { DeviceError } from './device-error.ts'
import * as table from './devices-table.ts'
import type { Fingerprint } from './fingerprint.ts'

export interface ConnectRequest {
  /** Who is signed in. */
  readonly user: UserIdentity
  readonly address: string
  /** By id, number or name; needed by logins of several customers. */
  readonly customer: string | undefined
  readonly plan: string | undefined
  readonly name: string
  /** The device that this computer takes over, by id, number or name. */
  readonly replace: string | undefined
  readonly fingerprint: Fingerprint
  readonly agentVersion: string
}

export interface Connected {
  readonly device: { readonly deviceId: Id<'dev'>; readonly number: number; readonly name: string }
  readonly customer: Customer
  readonly planName: string
  /** Shown once; only its hash is kept. */
  readonly token: string
  /** The files as they lie in the repository: what the engine's readers take. */
  readonly repositoryFile: Buffer
  readonly slotFile: Buffer
  /** The slot's key: given once. */
  readonly slotKey: Buffer
  /** To show at the first session. */
  readonly instance: string
}

export type ConnectAnswer =
  | ({ readonly kind: 'connected' } & Connected)
  | { readonly kind: 'refused'; readonly refusal: SubscriptionRefusal }

/** @throws DeviceError */
export type Connect = (request: ConnectRequest) => Promise<ConnectAnswer>

const instanceBytes = 16
const connectingRoles: readonly string[] = ['owner', 'member']

export interface ConnectOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly customers: CustomersService
  readonly subscriptions: SubscriptionsService
  readonly deviceSlots: DeviceSlots
}

export function createConnect(options: ConnectOptions): Connect {
  const { database, clock, randomness, customers, subscriptions, deviceSlots } = options

  const findReplaced = async (customer: Customer, replace: string): Promise<Device> => {
    const wanted = { customerId: customer.customerId, deviceId: replace, number: findDeviceNumber(replace), name: replace }
    const [only, another] = await table.findDevicesNamed(database.kysely, wanted)
    if (only !== undefined && another === undefined) return only
    const why = only === undefined ? 'There is no computer of this id, number or name.' : 'Several computers have this name.'
    throw new DeviceError('replaced-not-found', why, { hint: 'Use the number that the computers page shows, as in D-000001.' })
  }

  const chooseTerms = async (customer: Customer, plan: string | undefined, replaced: Device | undefined) => {
    const nowMs = clock.now()
    if (replaced === undefined) {
      const owned = await subscriptions.listOfCustomer(customer.customerId)
      return chooseSubscription({ customer, subscriptions: owned, plan, nowMs })
    }
    const subscription = (await subscriptions.find(replaced.subscriptionId))!
    const refusal = connectRefusal({ subscription, customer, nowMs })
    return refusal === undefined ? ({ kind: 'chosen', subscription } as const) : ({ kind: 'refused', refusal } as const)
  }

  /** All rows of a connection, or none; what a taken-over device leaves behind is removed by the caller. */
  const insertRows = async (transaction: Transaction, plan: ConnectionPlan) => {
    const { request, customer, repository, subscription, replaced, connection, slot } = plan
    const { deviceId } = connection
    await takePlace(transaction, subscriptions, subscription, replaced)
    const number = replaced?.number ?? (await nextNumber(transaction, 'devices'))
    let removeOldSlots = () => {}
    if (replaced === undefined) {
      await table.insertDevice(transaction, { ...connection, ...repository, number })
    } else {
      removeOldSlots = await deviceSlots.revoke(transaction, repository, deviceId)
      await table.reconnectDevice(transaction, connection)
    }
    await slot.insert(transaction)
    await insertAudit(transaction, {
      actor: { kind: 'user', userId: request.user.userId, email: request.user.email },
      address: request.address,
      at: connection.connectedAt,
      action: replaced === undefined ? 'device.connected' : 'device.replaced',
      objectId: deviceId,
      customerId: customer.customerId,
      detail: { number: formatDeviceNumber(number), name: connection.name, plan: subscription.planName },
    })
    return { number, removeOldSlots }
  }

  return async (request) => {
    const name = parseDeviceName(request.name)
    const customer = chooseCustomer(await customersOf(customers, request.user), request.customer)
    const replaced = request.replace === undefined ? undefined : await findReplaced(customer, request.replace)
    const terms = await chooseTerms(customer, request.plan, replaced)
    if (terms.kind === 'refused') return terms
    const repository = await findRepositoryOfCustomer(database.kysely, customer.customerId)
    if (repository === undefined) throw new Error(`customer ${customer.customerId} has no repository`)

    const { subscription } = terms
    const deviceId = replaced?.deviceId ?? newId('dev', randomness)
    const token = newBearerSecret(randomness, deviceTokenPrefix)
    const instance = randomness.bytes(instanceBytes).toString('base64url')
    const connection = {
      name,
      deviceId,
      subscriptionId: subscription.subscriptionId,
      tokenHash: hashBearerSecret(token),
      fingerprint: request.fingerprint,
      instance,
      agentVersion: request.agentVersion,
      address: request.address,
      connectedAt: clock.now(),
      connectedBy: request.user.userId,
    }
    const slot = await deviceSlots.create(repository, deviceId)
    const plan = { request, customer, repository, subscription, replaced, connection, slot }
    const { number, removeOldSlots } = await undoing(slot.withdraw, () =>
      database.transaction((transaction) => insertRows(transaction, plan)),
    )
    removeOldSlots()
    return {
      kind: 'connected',
      device: { deviceId, number, name },
      customer,
      planName: subscription.planName,
      token,
      repositoryFile: encodeRepositoryFile({ uid: repository.uid, createdMs: repository.createdAt }),
      slotFile: encodeKeySlotFile(slot.slot()),
      slotKey: slot.key,
      instance,
    }
  }
}

/** What was decided before the first row is written. */
interface ConnectionPlan {
  readonly request: ConnectRequest
  readonly customer: Customer
  readonly repository: Repository
  readonly subscription: Subscription
  readonly replaced: Device | undefined
  readonly connection: table.Connection & { readonly deviceId: Id<'dev'>; readonly subscriptionId: Id<'sub'> }
  readonly slot: NewDeviceSlot
}

async function customersOf(customers: CustomersService, user: UserIdentity): Promise<readonly Customer[]> {
  const own = user.memberships.filter(({ role }) => connectingRoles.includes(role))
  return customers.findByIds(own.map(({ customerId }) => customerId))
}

/** Throws when the plan's places are all taken. A device that is taken over while it is active keeps its own. */
async function takePlace(
  transaction: Transaction,
  subscriptions: SubscriptionsService,
  { subscriptionId }: Subscription,
  replaced: Device | undefined,
): Promise<void> {
  const locked = await subscriptions.findLocked(transaction, subscriptionId)
  if (locked === undefined) throw new DeviceError('licence-missing', 'This plan has just been ended.')
  if (replaced?.state === 'active') return
  const active = await table.countActiveDevices(transaction, subscriptionId)
  if (active < locked.devicesMax) return
  const message = `The plan ${locked.planName} is for ${locked.devicesMax} computers, and ${active} are connected.`
  throw new DeviceError('devices-exceeded', message)
}

async function undoing<Result>(undo: () => void, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    undo()
    throw error
  }
}

function parseDeviceName(text: string): string {
  const name = parseDisplayText(text, { maxCharacters: maxDeviceNameCharacters })
  if (name !== undefined) return name
  throw new DeviceError('invalid-name', `A name has 1 to ${maxDeviceNameCharacters} characters, all on one line.`)
}
