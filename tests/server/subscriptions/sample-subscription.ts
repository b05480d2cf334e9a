import { parseId } from '../../../server/runtime/ids.ts'
import type { Subscription } from '../../../server/subscriptions/subscription.ts'

/** A year of Gold from 1 January 2026, UTC, with whatever a test needs otherwise. */
export function sampleSubscription(other: Partial<Subscription> = {}): Subscription {
  return {
    subscriptionId: parseId('sub', `sub_${'a'.repeat(20)}`),
    licenceKey: 'HF-TEST',
    customerId: parseId('cus', `cus_${'a'.repeat(20)}`),
    planId: parseId('pln', `pln_${'a'.repeat(20)}`),
    planName: 'Gold',
    validFrom: Date.UTC(2026, 0, 1),
    validUntil: Date.UTC(2027, 0, 1),
    timeZone: 'UTC',
    graceDays: 14,
    quotaBytes: 1,
    devicesMax: 1,
    retention: { keepLast: 0, hourly: 0, daily: 7, weekly: 0, monthly: 0, yearly: 0, allWithinDays: 0 },
    minIntervalMinutes: 0,
    features: ['sharing'],
    priceText: '',
    accepting: { kind: 'on' },
    createdAt: Date.UTC(2026, 0, 1),
    ...other,
  }
}
