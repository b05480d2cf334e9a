/** A customer's licence for a plan, and when it lets computers be backed up. Restoring never asks it. Pure. */
import { type Accepting, isOff } from '../backup-switches/backup-switch.ts'
import type { Customer } from '../customers/customer.ts'
import type { PlanTerms } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import { addDays, daysBetween, startOfDay } from './calendar-days.ts'

export interface Subscription extends PlanTerms {
  readonly subscriptionId: Id<'sub'>
  readonly licenceKey: string
  readonly customerId: Id<'cus'>
  readonly planId: Id<'pln'>
  readonly planName: string
  readonly validFrom: number
  /** The first moment after it; undefined: until it is ended. Where it was sold for days, a midnight of `timeZone`. */
  readonly validUntil: number | undefined
  /** Whose days and midnights count: the customer's, when it was sold or renewed last. */
  readonly timeZone: string
  readonly accepting: Accepting
  readonly createdAt: number
}

export const subscriptionStates = ['live', 'grace', 'not-started', 'expired'] as const

export type SubscriptionState =
  | { readonly kind: 'live' }
  | { readonly kind: 'grace'; readonly endsAt: number }
  | { readonly kind: 'not-started'; readonly startsAt: number }
  | { readonly kind: 'expired'; readonly expiredAt: number }

/** Why backups are not taken. */
export type SubscriptionRefusal =
  | { readonly kind: 'customer-suspended'; readonly reason: string | undefined }
  | { readonly kind: 'customer-leaving'; readonly endsAt: number }
  | {
      readonly kind: 'switched-off'
      /** Of this computer alone, or of the whole plan. */
      readonly of: 'computer' | 'plan'
      readonly reason: string
      readonly untilMs: number | undefined
    }
  | { readonly kind: 'not-started'; readonly startsAt: number }
  | { readonly kind: 'expired'; readonly expiredAt: number }

type Validity = Pick<Subscription, 'validFrom' | 'validUntil' | 'graceDays' | 'timeZone'>

export function stateAt(subscription: Validity, nowMs: number): SubscriptionState {
  const { validFrom, validUntil } = subscription
  if (nowMs < validFrom) return { kind: 'not-started', startsAt: validFrom }
  if (validUntil === undefined || nowMs < validUntil) return { kind: 'live' }
  const graceEndsAt = addDays(validUntil, subscription.graceDays, subscription.timeZone)
  return nowMs < graceEndsAt ? { kind: 'grace', endsAt: graceEndsAt } : { kind: 'expired', expiredAt: validUntil }
}

/** The first reason against a backup at a moment, or undefined when there is none. Space is another question (quota). */
export function refusalAt(question: {
  readonly subscription: Subscription
  readonly customer: Pick<Customer, 'state' | 'suspended' | 'leaving'>
  /** The computer's own switch, where a computer asks. */
  readonly ofComputer?: Accepting | undefined
  /** A backup that began before the end may finish after it. */
  readonly mayBeExpired?: boolean
  readonly nowMs: number
}): SubscriptionRefusal | undefined {
  const { subscription, customer, ofComputer, mayBeExpired = false, nowMs } = question
  if (customer.leaving !== undefined) return { kind: 'customer-leaving', endsAt: customer.leaving.endsAt }
  if (customer.state !== 'active') return { kind: 'customer-suspended', reason: customer.suspended?.reason }
  const state = stateAt(subscription, nowMs)
  if (state.kind === 'not-started' || (state.kind === 'expired' && !mayBeExpired)) return state
  return switchRefusal('plan', subscription.accepting, nowMs) ?? switchRefusal('computer', ofComputer, nowMs)
}

function switchRefusal(
  of: 'computer' | 'plan',
  accepting: Accepting | undefined,
  nowMs: number,
): SubscriptionRefusal | undefined {
  if (accepting === undefined || !isOff(accepting, nowMs)) return undefined
  return { kind: 'switched-off', of, reason: accepting.reason, untilMs: accepting.untilMs }
}

/**
 * The midnight that ends the last day: the day of the sale, and so many days after it. The day that had begun when it was sold is a
 * gift, so that nobody gets less than was sold.
 */
export function validUntilOf(sale: {
  readonly validFrom: number
  readonly validityDays: number | undefined
  readonly timeZone: string
}): number | undefined {
  const { validFrom, validityDays, timeZone } = sale
  return validityDays === undefined ? undefined : startOfDay(validFrom, timeZone, validityDays + 1)
}

/** From its end where it has not passed, else from today: what is paid for twice is not lost. */
export function renewedUntil(
  subscription: Pick<Subscription, 'validUntil'>,
  renewal: { readonly validityDays: number; readonly timeZone: string; readonly nowMs: number },
): number {
  const { validityDays, timeZone, nowMs } = renewal
  const { validUntil } = subscription
  if (validUntil === undefined || validUntil <= nowMs) return startOfDay(nowMs, timeZone, validityDays + 1)
  const lastDay = validUntil - 1
  return startOfDay(lastDay, timeZone, validityDays + 1)
}

/** So many whole days before the end people are told. */
export const warningDays = [30, 7, 1] as const
export type WarningStep = (typeof warningDays)[number]

export type LicenceWarning =
  /** `daysLeft`: midnights between today and the last day; 0 on the last day itself. */
  | { readonly kind: 'ending'; readonly step: WarningStep; readonly daysLeft: number; readonly endsAt: number }
  | { readonly kind: 'grace'; readonly endedAt: number; readonly backupsUntil: number }
  | { readonly kind: 'expired'; readonly expiredAt: number }

/** What must be said about a licence now; undefined when nothing must. Days are those of its own zone. */
export function licenceWarning(subscription: Validity, nowMs: number): LicenceWarning | undefined {
  const { validUntil, timeZone } = subscription
  const state = stateAt(subscription, nowMs)
  if (state.kind === 'expired') return state
  if (validUntil === undefined || state.kind === 'not-started') return undefined
  if (state.kind === 'grace') return { kind: 'grace', endedAt: validUntil, backupsUntil: state.endsAt }
  const daysLeft = daysBetween(nowMs, validUntil - 1, timeZone)
  const step = warningDays.findLast((days) => daysLeft <= days)
  return step === undefined ? undefined : { kind: 'ending', step, daysLeft, endsAt: validUntil }
}
