/** What became of a subscription: who changed what, when, and until when it can be undone. Rows are never removed. */
import type { DeviceSwitch } from '../backup-switches/backup-switch.ts'
import type { PlanTerms } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import type { Subscription } from './subscription.ts'

export const changeKinds = [
  'sold',
  'renewed',
  'ended',
  /** To another plan. */
  'plan-changed',
  /** The plan's own terms were changed, for those who hold it. */
  'terms-changed',
] as const
export type ChangeKind = (typeof changeKinds)[number]

/** What a subscription said: everything that a change may touch. */
export interface SubscriptionTerms extends PlanTerms {
  readonly planId: Id<'pln'>
  readonly planName: string
  readonly validFrom: number
  readonly validUntil: number | undefined
  readonly timeZone: string
}

export interface SubscriptionChange {
  readonly changeId: Id<'chg'>
  readonly subscriptionId: Id<'sub'>
  readonly customerId: Id<'cus'>
  readonly kind: ChangeKind
  /** The edit of a plan that this was a part of. */
  readonly planEdit: Id<'ple'> | undefined
  readonly at: number
  /** A mail address, or `holdfast command`. */
  readonly by: string
  /** Undefined for the first one. */
  readonly before: SubscriptionTerms | undefined
  readonly after: SubscriptionTerms
  readonly computers: ChangedComputers
  readonly undo: UndoState
}

/** What a change did to the switches of computers, so that undoing it can put them back. */
export interface ChangedComputers {
  /** Stopped, with what their switch said before. */
  readonly stopped: readonly { readonly deviceId: Id<'dev'>; readonly before: DeviceSwitch | null }[]
  /** Let back up again, with what had stopped them. */
  readonly resumed: readonly DeviceSwitch[]
}

export const noComputers: ChangedComputers = { stopped: [], resumed: [] }

export type UndoState =
  | { readonly kind: 'never' }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'closed'; readonly untilMs: number }
  | { readonly kind: 'undone'; readonly at: number; readonly by: string }

const dayMs = 24 * 60 * 60 * 1000
/** The old terms can be had back for so long, and nothing is let go by the new ones before. */
export const undoWindowMs = 7 * dayMs

export function undoStateAt(
  row: {
    readonly undoUntil: number | undefined
    readonly undone: { readonly at: number; readonly by: string } | undefined
  },
  nowMs: number,
): UndoState {
  if (row.undone !== undefined) return { kind: 'undone', ...row.undone }
  if (row.undoUntil === undefined) return { kind: 'never' }
  return nowMs < row.undoUntil ? { kind: 'open', untilMs: row.undoUntil } : { kind: 'closed', untilMs: row.undoUntil }
}

export function termsOfSubscription(subscription: Subscription): SubscriptionTerms {
  const { planId, planName, validFrom, validUntil, timeZone, quotaBytes, devicesMax, retention } = subscription
  const { minIntervalMinutes, features, graceDays, priceText } = subscription
  return {
    planId,
    planName,
    validFrom,
    validUntil,
    timeZone,
    quotaBytes,
    devicesMax,
    retention,
    minIntervalMinutes,
    features,
    graceDays,
    priceText,
  }
}
