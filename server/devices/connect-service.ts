/**
 * Connecting a computer: a login of the customer gives it a number, a token and a key slot of its own. The device's limit is
 * counted under the subscription's row lock, so that two computers cannot take the last place.
 */
import { encodeKeySlotFile, encodeRepositoryFile } from '../../engine/index.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Customer } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Transaction } from '../database/database.ts'
import { takeUse } from '../enrolments/take-use.ts'
import { deleteDoubts } from '../identities/doubts-table.ts'
import { noteFingerprint } from '../identities/fingerprints-table.ts'
import { doubtAlarms } from '../identities/identity.ts'
import { deleteQuestion } from '../identities/questions-table.ts'
import type { DeviceSlots, NewDeviceSlot } from '../repositories/device-slots.ts'
import { findRepositoryOfCustomer } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { nextNumber } from '../settings/counters-table.ts'
import type { Subscription, SubscriptionRefusal } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import { type ComingBy, type ConnectPermit, chooseTerms, readPermit } from './connect-permit.ts'
import { type Device, deviceTokenPrefix, formatDeviceNumber } from './device.ts'
import { parseDeviceName } from './device-name.ts'
import * as table from './devices-table.ts'
import type { Fingerprint } from './fingerprint.ts'
import { takePlace } from './plan-places.ts'
import { type KnownComputer, recogniseComputer } from './recognise-computer.ts'

export interface ConnectRequest {
  /** Who lets it in. */
  readonly by: ComingBy
  readonly address: string
  readonly name: string
  /** The device that this computer takes over, by id, number or name. */
  readonly replace: string | undefined
  /** It is another one than any that is known, however much it looks like one. */
  readonly isNew: boolean
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
  /** It looks like one that the customer has: nothing was done. */
  | ({ readonly kind: 'known' } & KnownComputer)

/** @throws DeviceError, EnrolmentError */
export type Connect = (request: ConnectRequest) => Promise<ConnectAnswer>

const instanceBytes = 16

export interface ConnectOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly customers: CustomersService
  readonly subscriptions: SubscriptionsService
  readonly deviceSlots: DeviceSlots
  readonly alarms: Pick<AlarmsService, 'settle'>
}

export function createConnect(options: ConnectOptions): Connect {
  const { database, clock, randomness, subscriptions, deviceSlots, alarms } = options
  const permitOptions = { ...options, kysely: database.kysely }

  /** All rows of a connection, or none; what a taken-over device leaves behind is removed by the caller. */
  const insertRows = async (transaction: Transaction, plan: ConnectionPlan) => {
    const { request, permit, repository, subscription, replaced, connection, slot } = plan
    const { deviceId, connectedAt } = connection
    const { customerId } = permit.customer
    await takePlace(transaction, subscriptions, { subscriptionId: subscription.subscriptionId, deviceId: replaced?.deviceId })
    if (permit.enrolmentId !== undefined)
      await takeUse(transaction, { enrolmentId: permit.enrolmentId, deviceId, usedAt: connectedAt })
    const number = replaced?.number ?? (await nextNumber(transaction, 'devices'))
    let removeOldSlots = () => {}
    if (replaced === undefined) {
      await table.insertDevice(transaction, { ...connection, ...repository, number })
    } else {
      removeOldSlots = await deviceSlots.revoke(transaction, repository, deviceId)
      await table.reconnectDevice(transaction, connection)
      await deleteDoubts(transaction, deviceId)
    }
    await deleteQuestion(transaction, customerId, request.fingerprint.print)
    await noteFingerprint(transaction, { ...connection, cause: 'connected', at: connectedAt })
    await slot.insert(transaction)
    await insertAudit(transaction, {
      actor: permit.actor,
      address: request.address,
      at: connectedAt,
      action: replaced === undefined ? 'device.connected' : 'device.replaced',
      objectId: deviceId,
      customerId,
      detail: { number: formatDeviceNumber(number), name: connection.name, plan: subscription.planName },
    })
    return { number, removeOldSlots }
  }

  return async (request) => {
    const name = parseDeviceName(request.name)
    const permit = await readPermit(request.by, request.replace, permitOptions)
    const { customer } = permit
    const recognition = await recogniseComputer({ ...request, permit, name }, options)
    if (recognition.kind === 'known') return recognition
    const { replaced } = recognition
    const terms = await chooseTerms({ by: request.by, customer, replaced }, permitOptions)
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
      connectedBy: permit.connectedBy,
    }
    const slot = await deviceSlots.create(repository, deviceId)
    const plan = { request, permit, repository, subscription, replaced, connection, slot }
    const { number, removeOldSlots } = await undoing(slot.withdraw, () =>
      database.transaction((transaction) => insertRows(transaction, plan)),
    )
    removeOldSlots()
    for (const code of doubtAlarms) await alarms.settle({ code, subject: deviceId })
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
  readonly permit: ConnectPermit
  readonly repository: Repository
  readonly subscription: Subscription
  readonly replaced: Device | undefined
  readonly connection: table.Connection & { readonly deviceId: Id<'dev'>; readonly subscriptionId: Id<'sub'> }
  readonly slot: NewDeviceSlot
}

async function undoing<Result>(undo: () => void, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    undo()
    throw error
  }
}
