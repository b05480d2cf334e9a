import { describe, expect, test } from 'vitest'
import { seededRandomness } from '../../../server/runtime/randomness.ts'
import { newLicenceKey } from '../../../server/subscriptions/licence-key.ts'
import { licenceWarning, refusalAt, renewedUntil, stateAt, validUntilOf } from '../../../server/subscriptions/subscription.ts'
import { subscriptionProblem } from '../../../server/subscriptions/subscription-problems.ts'
import { sampleSubscription } from './sample-subscription.ts'

const day = 24 * 60 * 60 * 1000
const from = Date.UTC(2026, 0, 1)
const until = Date.UTC(2027, 0, 1)
const terms = { validFrom: from, validUntil: until, graceDays: 14, timeZone: 'UTC' }

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

  test('grace ends at a midnight, also where a day of it has 23 hours', () => {
    const berlin = { validFrom: 0, validUntil: at('2026-03-25T00:00+01:00'), graceDays: 14, timeZone: 'Europe/Berlin' }
    expect(stateAt(berlin, at('2026-04-07T23:59:59+02:00'))).toMatchObject({ kind: 'grace' })
    expect(stateAt(berlin, at('2026-04-08T00:00+02:00'))).toMatchObject({ kind: 'expired' })
  })
})

const at = (text: string) => Date.parse(text)

describe('how long a licence is valid', () => {
  const sales = [
    {
      title: 'sold at noon, it ends with the last moment of the same day a year later',
      sale: { validFrom: at('2026-03-14T12:00Z'), validityDays: 365, timeZone: 'UTC' },
      expect: at('2027-03-15T00:00Z'),
    },
    {
      title: 'the midnight is the customer’s',
      sale: { validFrom: at('2026-03-14T23:30Z'), validityDays: 1, timeZone: 'Asia/Tokyo' },
      expect: at('2026-03-17T00:00+09:00'),
    },
    {
      title: 'a day of 23 hours is a day',
      sale: { validFrom: at('2026-03-28T12:00+01:00'), validityDays: 1, timeZone: 'Europe/Berlin' },
      expect: at('2026-03-30T00:00+02:00'),
    },
    {
      title: 'where midnight is left out, the day begins at one',
      sale: { validFrom: at('2018-11-02T12:00-03:00'), validityDays: 1, timeZone: 'America/Sao_Paulo' },
      expect: at('2018-11-04T01:00-02:00'),
    },
    { title: 'without days, no end', sale: { validFrom: 0, validityDays: undefined, timeZone: 'UTC' }, expect: undefined },
  ]
  test.each(sales)('$title', ({ sale, expect: expected }) => {
    expect(validUntilOf(sale)).toBe(expected)
  })

  const renewals = [
    {
      title: 'before the end: what is left is not lost',
      validUntil: at('2026-06-01T00:00Z'),
      now: at('2026-05-20T10:00Z'),
      expect: at('2026-07-01T00:00Z'),
    },
    {
      title: 'after the end: from today',
      validUntil: at('2026-06-01T00:00Z'),
      now: at('2026-06-11T10:00Z'),
      expect: at('2026-07-12T00:00Z'),
    },
    { title: 'without an end: from today', validUntil: undefined, now: at('2026-06-11T10:00Z'), expect: at('2026-07-12T00:00Z') },
  ]
  test.each(renewals)('renewed $title', ({ validUntil, now, expect: expected }) => {
    expect(renewedUntil({ validUntil }, { validityDays: 30, timeZone: 'UTC', nowMs: now })).toBe(expected)
  })
})

describe('what is said about a licence', () => {
  // It ends with 30 April, in Berlin; clocks went forward on 29 March.
  const april = { ...terms, timeZone: 'Europe/Berlin', validUntil: at('2026-05-01T00:00+02:00') }
  const table = [
    { title: '31 days before', now: '2026-03-30T23:59:59+02:00', expect: undefined },
    { title: '30 days before, from midnight', now: '2026-03-31T00:00+02:00', expect: { step: 30, daysLeft: 30 } },
    { title: '8 days before', now: '2026-04-22T12:00+02:00', expect: { step: 30, daysLeft: 8 } },
    { title: '7 days before', now: '2026-04-23T00:00+02:00', expect: { step: 7, daysLeft: 7 } },
    { title: '2 days before', now: '2026-04-28T23:59+02:00', expect: { step: 7, daysLeft: 2 } },
    { title: 'the day before', now: '2026-04-29T00:00+02:00', expect: { step: 1, daysLeft: 1 } },
    { title: 'the last moment', now: '2026-04-30T23:59:59+02:00', expect: { step: 1, daysLeft: 0 } },
    { title: 'in grace', now: '2026-05-01T00:00+02:00', expect: { kind: 'grace', backupsUntil: at('2026-05-15T00:00+02:00') } },
    { title: 'after it', now: '2026-05-15T00:00+02:00', expect: { kind: 'expired', expiredAt: april.validUntil } },
  ]
  test.each(table)('$title', ({ now, expect: expected }) => {
    const said = licenceWarning(april, at(now))
    if (expected === undefined) expect(said).toBeUndefined()
    else expect(said).toMatchObject(expected)
  })

  test('nothing without an end, nor before it began', () => {
    expect(licenceWarning({ ...terms, validUntil: undefined }, until + 9 * day)).toBeUndefined()
    expect(licenceWarning({ ...terms, validFrom: until - day }, until - 2 * day)).toBeUndefined()
  })
})

describe('whether backups are taken', () => {
  const subscription = sampleSubscription({ ...terms, validFrom: from })
  const switchedOff = (untilMs?: number) =>
    ({ kind: 'off', reason: 'Moving house', untilMs, sinceMs: from, by: 'ida@example.org' }) as const
  const off = { ...subscription, accepting: switchedOff() }
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
    { title: 'leaving', subscription, state: 'leaving', at: from, code: 'HF-CUSTOMER-LEAVING' },
    { title: 'still founding', subscription, state: 'founding', at: from, code: 'HF-CUSTOMER-SUSPENDED' },
  ] as const
  test.each(table)('$title: $code', ({ subscription: given, state, at, code }) => {
    const leaving = state === 'leaving' ? { at: from, endsAt: until } : undefined
    const refusal = refusalAt({ subscription: given, customer: { state, suspended: undefined, leaving }, nowMs: at })
    expect(refusal && subscriptionProblem(refusal).code).toBe(code)
  })

  const active = { state: 'active', suspended: undefined, leaving: undefined } as const

  test('the reason of a suspension is told', () => {
    const suspended = { at: from, reason: 'Invoices of March are open' }
    const refusal = refusalAt({ subscription, customer: { ...active, state: 'suspended', suspended }, nowMs: from })
    expect(refusal && subscriptionProblem(refusal).options.detail).toBe('This account is suspended: Invoices of March are open')
  })

  test('the reason of the switch is told', () => {
    const refusal = refusalAt({ subscription: off, customer: active, nowMs: from })
    expect(refusal && subscriptionProblem(refusal).options.detail).toBe('Backups are switched off: Moving house')
  })

  test('a switch with a time comes on by itself', () => {
    const april = { ...subscription, accepting: switchedOff(from + day) }
    const refusal = (nowMs: number) => refusalAt({ subscription: april, customer: active, nowMs })
    expect(refusal(from + day - 1)).toMatchObject({ kind: 'switched-off', of: 'plan', untilMs: from + day })
    expect(refusal(from + day)).toBeUndefined()
  })

  test('a computer’s own switch stops that computer', () => {
    const refusal = refusalAt({ subscription, customer: active, ofComputer: switchedOff(), nowMs: from })
    expect(refusal && subscriptionProblem(refusal).options.detail).toBe('Backups of this computer are switched off: Moving house')
  })

  test('a backup that began before the end may finish after it, but not against the switch', () => {
    const after = { customer: active, mayBeExpired: true, nowMs: until + 99 * day } as const
    expect(refusalAt({ subscription, ...after })).toBeUndefined()
    expect(refusalAt({ subscription: off, ...after })).toMatchObject({ kind: 'switched-off' })
  })
})

test('a licence key can be read out: four groups without I, L, O and U', () => {
  const keys = Array.from({ length: 200 }, (_, index) => newLicenceKey(seededRandomness(`key ${index}`)))
  for (const key of keys) expect(key).toMatch(/^HF(-[0-9A-HJKMNP-TV-Z]{5}){4}$/)
  expect(new Set(keys).size).toBe(200)
})
