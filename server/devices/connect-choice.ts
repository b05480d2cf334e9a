/** For which customer, and under which plan, a computer is connected when its user did or did not say so. Pure. */
import { type Customer, findCustomerNumber, formatCustomerNumber } from '../customers/customer.ts'
import { refusalAt, type Subscription, type SubscriptionRefusal } from '../subscriptions/subscription.ts'
import { foldText } from '../text/display-text.ts'
import { DeviceError } from './device-error.ts'

/**
 * The one customer whose owner or member the login is, or the one of them that was named.
 * @throws DeviceError `no-customer`, `customer-needed` with the list to choose from
 */
export function chooseCustomer(customers: readonly Customer[], named: string | undefined): Customer {
  const [only, another] = customers
  if (only === undefined) throw new DeviceError('no-customer', 'This login is neither owner nor member of a customer.')
  if (named === undefined) {
    if (another === undefined) return only
    throw needed(customers, `This login belongs to ${customers.length} customers.`)
  }
  const [meant, alsoMeant] = customers.filter((customer) => isMeant(customer, named))
  if (meant === undefined) throw needed(customers, 'This login belongs to no customer of that id, number or name.')
  if (alsoMeant !== undefined) throw needed(customers, 'Several customers have that name.')
  return meant
}

function isMeant({ customerId, number, name }: Customer, named: string): boolean {
  return customerId === named || number === findCustomerNumber(named) || foldText(name) === foldText(named.trim())
}

function needed(customers: readonly Customer[], message: string): DeviceError {
  const choices = customers.map(({ customerId, number, name }) => ({
    id: customerId,
    number: formatCustomerNumber(number),
    name,
  }))
  const list = choices.map(({ number, name }) => `${number} (${name})`).join(', ')
  return new DeviceError('customer-needed', message, {
    hint: `Say which one with --customer: ${list}.`,
    choices: { customers: choices },
  })
}

export type SubscriptionChoice =
  | { readonly kind: 'chosen'; readonly subscription: Subscription }
  | { readonly kind: 'refused'; readonly refusal: SubscriptionRefusal }

/**
 * The oldest subscription that is valid, or the oldest valid one of the plan that was named (by its name, licence key or id). The
 * accepts-backups switch does not matter here: it is asked at each backup.
 * @throws DeviceError `licence-missing` with the plans there are
 */
export function chooseSubscription(question: {
  readonly customer: Customer
  /** Oldest first. */
  readonly subscriptions: readonly Subscription[]
  readonly plan: string | undefined
  readonly nowMs: number
}): SubscriptionChoice {
  const { customer, subscriptions, plan, nowMs } = question
  const candidates = plan === undefined ? subscriptions : subscriptions.filter((subscription) => isOfPlan(subscription, plan))
  const [oldest] = candidates
  if (oldest === undefined) throw missing(subscriptions, plan)
  const refusal = (subscription: Subscription) => connectRefusal({ subscription, customer, nowMs })
  const valid = candidates.find((subscription) => refusal(subscription) === undefined)
  return valid === undefined ? { kind: 'refused', refusal: refusal(oldest)! } : { kind: 'chosen', subscription: valid }
}

export function connectRefusal(question: {
  readonly subscription: Subscription
  readonly customer: Customer
  readonly nowMs: number
}): SubscriptionRefusal | undefined {
  const { subscription, customer, nowMs } = question
  const refusal = refusalAt({ subscription, customer, nowMs })
  return refusal?.kind === 'switched-off' ? undefined : refusal
}

function isOfPlan({ planName, planId, subscriptionId, licenceKey }: Subscription, plan: string): boolean {
  return [planId, subscriptionId, licenceKey].includes(plan as never) || foldText(planName) === foldText(plan.trim())
}

function missing(subscriptions: readonly Subscription[], plan: string | undefined): DeviceError {
  if (plan === undefined) return new DeviceError('licence-missing', 'This customer has no plan.')
  const plans = [...new Set(subscriptions.map(({ planName }) => planName))]
  const hint = plans.length === 0 ? {} : { hint: `Plans of this customer: ${plans.join(', ')}.` }
  return new DeviceError('licence-missing', 'This customer has no plan of that name.', { ...hint, choices: { plans } })
}
