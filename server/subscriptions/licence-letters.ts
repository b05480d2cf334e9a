/** From subscriptions to the letters about them: dates are those of the customer's own time zone. */
import type { Letter } from '../../views/letters/letter.ts'
import * as letters from '../../views/letters/licence-letters.ts'
import type { Reader } from '../../views/reader.ts'
import { keptForText } from '../home/kept-for.ts'
import type { Plan } from '../plans/plan.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionChange, SubscriptionTerms } from './subscription-change.ts'

export function changedLetter(changed: {
  readonly before: Subscription
  readonly after: Subscription
  readonly change: SubscriptionChange
  readonly going: number | undefined
  readonly freedBytes: number | undefined
}): Letter {
  const { before, after, change, going, freedBytes } = changed
  return letters.changedLetter({
    reader: readerOf(after, change.at),
    before: termsOf(before),
    after: termsOf(after),
    isOfPlan: change.kind === 'terms-changed',
    undoUntilMs: change.undo.kind === 'open' ? change.undo.untilMs : change.at,
    stopped: change.computers.stopped.length,
    going,
    freedBytes,
  })
}

export function undoneLetter(undone: { readonly change: SubscriptionChange; readonly restored: Subscription }): Letter {
  const { change, restored } = undone
  return letters.undoneLetter({
    reader: readerOf(restored, change.at),
    undone: termsOf(change.after),
    restored: termsOf(restored),
  })
}

export function renewedLetter(subscription: Subscription, nowMs: number): Letter {
  return letters.renewedLetter({ reader: readerOf(subscription, nowMs), terms: termsOf(subscription) })
}

export function askedLetter(asked: {
  readonly subscription: Subscription
  readonly plan: Plan
  readonly customer: { readonly name: string; readonly number: string }
  readonly by: string
}): Letter {
  const { subscription, plan, customer, by } = asked
  const path = `/account/plan/${subscription.subscriptionId}/change?plan=${plan.planId}`
  return letters.askedLetter({ from: subscription.planName, to: plan.name, customer: { ...customer, path }, by })
}

function termsOf(terms: Subscription | SubscriptionTerms): letters.LetterTerms {
  const { planName, quotaBytes, devicesMax, retention, validUntil } = terms
  return { planName, quotaBytes, devicesMax, keptFor: keptForText(retention), validUntil }
}

function readerOf({ timeZone }: Pick<Subscription, 'timeZone'>, nowMs: number): Reader {
  return { locale: 'en-GB', timeZone, nowMs }
}
