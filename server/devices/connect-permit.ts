/**
 * By what right a computer comes in, and where that leads: a login of the customer's own people, or an enrolment that they made. Both
 * end in one customer, one plan, and perhaps the computer whose place is taken.
 */
import type { Actor } from '../audit/audit.ts'
import type { Customer } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Queryable } from '../database/database.ts'
import type { Enrolment } from '../enrolments/enrolment.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Subscription, SubscriptionRefusal } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { UserIdentity } from '../users/user.ts'
import { chooseCustomer, chooseSubscription, connectRefusal } from './connect-choice.ts'
import { type Device, findDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'
import { findDevice, findDevicesNamed } from './devices-table.ts'

export type ComingBy =
  | {
      readonly kind: 'login'
      readonly user: UserIdentity
      /** By id, number or name; needed by logins of several customers. */
      readonly customer: string | undefined
      readonly plan: string | undefined
    }
  | { readonly kind: 'enrolment'; readonly enrolment: Enrolment }

export interface ConnectPermit {
  readonly customer: Customer
  readonly actor: Actor
  readonly connectedBy: Id<'usr'>
  readonly enrolmentId: Id<'enr'> | undefined
  /** Whose place is taken for certain: asked by somebody who may say so, or written into the enrolment. */
  readonly replaced: Device | undefined
  /** Whose place an enrolment's holder would like to take: somebody else has to say yes. */
  readonly wished: Device | undefined
}

const connectingRoles: readonly string[] = ['owner', 'member']

export interface PermitOptions {
  readonly kysely: Queryable
  readonly clock: Clock
  readonly customers: Pick<CustomersService, 'find' | 'findByIds'>
  readonly subscriptions: Pick<SubscriptionsService, 'find' | 'listOfCustomer'>
}

/** @throws DeviceError `no-customer`, `customer-needed`, `replaced-not-found` */
export async function readPermit(by: ComingBy, replace: string | undefined, options: PermitOptions): Promise<ConnectPermit> {
  return by.kind === 'login' ? permitOfLogin(by, replace, options) : permitOfEnrolment(by.enrolment, replace, options)
}

async function permitOfLogin(
  { user, customer: named }: Extract<ComingBy, { readonly kind: 'login' }>,
  replace: string | undefined,
  { kysely, customers }: PermitOptions,
): Promise<ConnectPermit> {
  const own = user.memberships.filter(({ role }) => connectingRoles.includes(role))
  const customer = chooseCustomer(await customers.findByIds(own.map(({ customerId }) => customerId)), named)
  return {
    customer,
    actor: { kind: 'user', userId: user.userId, email: user.email },
    connectedBy: user.userId,
    enrolmentId: undefined,
    replaced: replace === undefined ? undefined : await findNamed(kysely, customer, replace),
    wished: undefined,
  }
}

async function permitOfEnrolment(
  enrolment: Enrolment,
  replace: string | undefined,
  { kysely, customers }: PermitOptions,
): Promise<ConnectPermit> {
  const { enrolmentId, createdBy } = enrolment
  const customer = await customers.find(enrolment.customerId)
  const bound = enrolment.deviceId && (await findDevice(kysely, enrolment.deviceId))
  if (customer === undefined || (enrolment.deviceId !== undefined && bound === undefined))
    throw new DeviceError('replaced-not-found', 'What this link was made for is not there any more.', {
      hint: 'Ask whoever sent the link for another one.',
    })
  const named = replace === undefined ? undefined : await findNamed(kysely, customer, replace)
  if (bound !== undefined && named !== undefined && named.deviceId !== bound.deviceId)
    throw new DeviceError('replaced-not-found', 'This link takes the place of another computer.', {
      hint: 'Leave --replace away, or ask for a link that was made for the computer you mean.',
    })
  return {
    customer,
    actor: { kind: 'enrolment', enrolmentId, createdBy: createdBy.name },
    connectedBy: createdBy.userId,
    enrolmentId,
    replaced: bound,
    wished: bound === undefined ? named : undefined,
  }
}

async function findNamed(kysely: Queryable, { customerId }: Customer, named: string): Promise<Device> {
  const wanted = { customerId, deviceId: named, number: findDeviceNumber(named), name: named }
  const [only, another] = await findDevicesNamed(kysely, wanted)
  if (only !== undefined && another === undefined) return only
  const why = only === undefined ? 'There is no computer of this id, number or name.' : 'Several computers have this name.'
  throw new DeviceError('replaced-not-found', why, { hint: 'Use the number that the computers page shows, as in D-000001.' })
}

export type Terms =
  | { readonly kind: 'chosen'; readonly subscription: Subscription }
  | { readonly kind: 'refused'; readonly refusal: SubscriptionRefusal }

/** Under which plan, and whether that lets computers in now. @throws DeviceError `licence-missing` */
export async function chooseTerms(
  terms: { readonly by: ComingBy; readonly customer: Customer; readonly replaced: Device | undefined },
  { clock, subscriptions }: PermitOptions,
): Promise<Terms> {
  const { by, customer, replaced } = terms
  const nowMs = clock.now()
  const fixed = replaced?.subscriptionId ?? (by.kind === 'enrolment' ? by.enrolment.subscriptionId : undefined)
  if (fixed === undefined) {
    const owned = await subscriptions.listOfCustomer(customer.customerId)
    return chooseSubscription({ customer, subscriptions: owned, plan: by.kind === 'login' ? by.plan : undefined, nowMs })
  }
  const subscription = await subscriptions.find(fixed)
  if (subscription === undefined) throw new DeviceError('licence-missing', 'This plan has been ended.')
  const refusal = connectRefusal({ subscription, customer, nowMs })
  return refusal === undefined ? { kind: 'chosen', subscription } : { kind: 'refused', refusal }
}
