import { describe, expect, test } from 'vitest'
import { parseId } from '../../../server/runtime/ids.ts'
import { seededRandomness } from '../../../server/runtime/randomness.ts'
import { newLicenceKey } from '../../../server/subscriptions/licence-key.ts'
import { refusalAt, type Subscription, stateAt, validUntilOf } from '../../../server/subscriptions/subscription.ts'
import { subscriptionProblem } from '../../../server/subscriptions/subscription-problems.ts'

const day = 24 * 60 * 60 * 1000
const from = Date.UTC(2026, 0, 1)
const until = Date.UTC(2027, 0, 1)
const terms = { validFrom: from, validUntil: until, graceDays: 14 }

describe('the state of a subscription', () => {
  const table = [
    { title: 'the moment before', at: from - 1, expect: { kind: 'not-started', startsAt: from } },
    { title: 'the first moment', at: from, expect: { kind: 'live' } },
    { title: 'the last moment', at: until - 1, expect: { kind: 'live' } },
    { title: 'the end', at: until, expect: { kind: 'grace', endsAt: until + 14 * day } },
    { title: 'the last moment of grace', at: until + 14 * day - 1, expect: { kind: 'grace', endsAt: until + 14 * day } },
    { title: 'after grace', at: until + 14 * day, expect: { kind: 'expired', expiredAt: until } },
  ]
  test.each(table)('$title: $expect.kind', ({ at, expect: expected }) => {
    expect(stateAt(terms, at)).toEqual(expected)
  })

  test('without an end it stays live; without grace it ends at once', () => {
    expect(stateAt({ ...terms, validUntil: undefined }, until + 100_000 * day)).toEqual({ kind: 'live' })
    expect(stateAt({ ...terms, graceDays: 0 }, until)).toEqual({ kind: 'expired', expiredAt: until })
  })

  test('its length is counted in days of 24 hours', () => {
    expect(validUntilOf({ validFrom: from, validityDays: 365 })).toBe(until)
    expect(validUntilOf({ validFrom: from, validityDays: undefined })).toBeUndefined()
  })
})

describe('whether backups are taken', () => {
  const subscription: Subscription = {
    subscriptionId: parseId('sub', `sub_${'a'.repeat(20)}`),
    licenceKey: 'HF-TEST',
    customerId: parseId('cus', `cus_${'a'.repeat(20)}`),
    planId: parseId('pln', `pln_${'a'.repeat(20)}`),
    planName: 'Gold',
    ...terms,
    quotaBytes: 1,
    devicesMax: 1,
    accepting: { kind: 'on' },
    createdAt: from,
  }
  const off = { ...subscription, accepting: { kind: 'off', reason: 'Moving house' } } as const
  const table = [
    { title: 'live', subscription, state: 'active', at: from, code: undefined },
    { title: 'in grace', subscription, state: 'active', at: until, code: undefined },
    { title: 'expired', subscription, state: 'active', at: until + 14 * day, code: 'HF-LICENCE-EXPIRED' },
    { title: 'not started', subscription, state: 'active', at: from - 1, code: 'HF-LICENCE-NOT-STARTED' },
    { title: 'switched off', subscription: off, state: 'active', at: from, code: 'HF-BACKUPS-SWITCHED-OFF' },
    {
      title: 'switched off and expired: the plan is said first',
      subscription: off,
      state: 'active',
      at: until + 99 * day,
      code: 'HF-LICENCE-EXPIRED',
    },
    { title: 'suspended', subscription, state: 'suspended', at: from, code: 'HF-CUSTOMER-SUSPENDED' },
    { title: 'still founding', subscription, state: 'founding', at: from, code: 'HF-CUSTOMER-SUSPENDED' },
  ] as const
  test.each(table)('$title: $code', ({ subscription: given, state, at, code }) => {
    const refusal = refusalAt({ subscription: given, customerState: state, nowMs: at })
    expect(refusal && subscriptionProblem(refusal).code).toBe(code)
  })

  test('the reason of the switch is told', () => {
    const refusal = refusalAt({ subscription: off, customerState: 'active', nowMs: from })
    expect(refusal && subscriptionProblem(refusal).options.detail).toBe('Backups are switched off: Moving house')
  })
})

test('a licence key can be read out: four groups without I, L, O and U', () => {
  const keys = Array.from({ length: 200 }, (_, index) => newLicenceKey(seededRandomness(`key ${index}`)))
  for (const key of keys) expect(key).toMatch(/^HF(-[0-9A-HJKMNP-TV-Z]{5}){4}$/)
  expect(new Set(keys).size).toBe(200)
})
