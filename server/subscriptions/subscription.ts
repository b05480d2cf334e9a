/** A customer's licence for a plan, and when it lets computers be backed up. Restoring never asks it. Pure. */
import type { CustomerState } from '../customers/customer.ts'
import type { Id } from '../runtime/ids.ts'

export interface Subscription {
  readonly subscriptionId: Id<'sub'>
  readonly licenceKey: string
  readonly customerId: Id<'cus'>
  readonly planId: Id<'pln'>
  readonly planName: string
  readonly validFrom: number
  /** The first moment after it; undefined: until it is ended. */
  readonly validUntil: number | undefined
  /** Backups are still taken for so long after `validUntil`. */
  readonly graceDays: number
  readonly quotaBytes: number
  readonly devicesMax: number
  readonly accepting: Accepting
  readonly createdAt: number
}

/** The accepts-backups switch. */
export type Accepting = { readonly kind: 'on' } | { readonly kind: 'off'; readonly reason: string }

export const subscriptionStates = ['live', 'grace', 'not-started', 'expired'] as const

export type SubscriptionState =
  | { readonly kind: 'live' }
  | { readonly kind: 'grace'; readonly endsAt: number }
  | { readonly kind: 'not-started'; readonly startsAt: number }
  | { readonly kind: 'expired'; readonly expiredAt: number }

/** Why backups are not taken. */
export type SubscriptionRefusal =
  | { readonly kind: 'customer-suspended' }
  | { readonly kind: 'switched-off'; readonly reason: string }
  | { readonly kind: 'not-started'; readonly startsAt: number }
  | { readonly kind: 'expired'; readonly expiredAt: number }

const dayMs = 24 * 60 * 60 * 1000

export function stateAt(
  subscription: Pick<Subscription, 'validFrom' | 'validUntil' | 'graceDays'>,
  nowMs: number,
): SubscriptionState {
  const { validFrom, validUntil, graceDays } = subscription
  if (nowMs < validFrom) return { kind: 'not-started', startsAt: validFrom }
  if (validUntil === undefined || nowMs < validUntil) return { kind: 'live' }
  const graceEndsAt = validUntil + graceDays * dayMs
  return nowMs < graceEndsAt ? { kind: 'grace', endsAt: graceEndsAt } : { kind: 'expired', expiredAt: validUntil }
}

/** The first reason against a backup at a moment, or undefined when there is none. Space is another question (quota). */
export function refusalAt(question: {
  readonly subscription: Subscription
  readonly customerState: CustomerState
  readonly nowMs: number
}): SubscriptionRefusal | undefined {
  const { subscription, customerState, nowMs } = question
  if (customerState !== 'active') return { kind: 'customer-suspended' }
  const state = stateAt(subscription, nowMs)
  if (state.kind === 'not-started' || state.kind === 'expired') return state
  return subscription.accepting.kind === 'off' ? { kind: 'switched-off', reason: subscription.accepting.reason } : undefined
}

export function validUntilOf(terms: {
  readonly validFrom: number
  readonly validityDays: number | undefined
}): number | undefined {
  return terms.validityDays === undefined ? undefined : terms.validFrom + terms.validityDays * dayMs
}
