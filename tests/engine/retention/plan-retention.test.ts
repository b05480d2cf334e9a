import { describe, expect, test } from 'vitest'
import type { KeepReason } from '../../../engine/retention/decision.ts'
import { planRetention } from '../../../engine/retention/plan-retention.ts'
import { noRules, type RetentionRules } from '../../../engine/retention/retention-rules.ts'
import { dayMs, hourMs, keptNames, minuteMs, type SampleVersion, sampleVersion } from './histories.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)

function plan(versions: readonly SampleVersion[], rules: Partial<RetentionRules> = {}, timeZone = 'UTC') {
  return planRetention(versions, { rules: { ...noRules, ...rules }, timeZone, nowMs })
}

/** Named by their age in days, oldest first. */
function aged(days: readonly number[], more: Partial<SampleVersion> = {}): readonly SampleVersion[] {
  return days.map((age) => sampleVersion(nowMs - age * dayMs, { name: `${age}`, seq: 10_000 - age * 24, ...more }))
}

function reasonsOf(decisions: ReturnType<typeof plan>, name: string): readonly KeepReason['kind'][] {
  const decision = decisions.find(({ version }) => version.name === name)
  return decision?.kind === 'keep' ? decision.reasons.map(({ kind }) => kind) : []
}

describe('what stays', () => {
  const old = [400, 300, 200, 100, 60, 40, 30, 20, 10]
  const table: readonly { title: string; given: readonly SampleVersion[]; rules?: Partial<RetentionRules>; expect: string[] }[] =
    [
      { title: 'without rules the newest good one', given: aged(old), expect: ['10'] },
      { title: 'the newest so many', given: aged(old), rules: { keepLast: 3 }, expect: ['30', '20', '10'] },
      { title: 'all of the last days', given: aged(old), rules: { allWithinDays: 40 }, expect: ['30', '20', '10'] },
      {
        title: 'one a month, months without one not counted',
        given: aged(old),
        rules: { monthly: 3 },
        expect: ['60', '30', '10'],
      },
      { title: 'one a year', given: aged(old), rules: { yearly: 5 }, expect: ['100', '10'] },
      { title: 'one a day, days without one not counted', given: aged(old), rules: { daily: 2 }, expect: ['20', '10'] },
      {
        title: 'what any of the rules asks for',
        given: aged(old),
        rules: { keepLast: 2, yearly: 2, allWithinDays: 31 },
        expect: ['100', '30', '20', '10'],
      },
      {
        title: 'the newest good one, however many failed since',
        given: [...aged([50]), ...aged([20, 10], { isGood: false })],
        expect: ['50'],
      },
      {
        title: 'no failed one in the place of a good one of its day',
        given: [...aged([50]), ...aged([49.9, 30], { isGood: false }), ...aged([20])],
        rules: { daily: 9 },
        expect: ['50', '20'],
      },
      { title: 'pinned ones', given: [...aged([50], { isPinned: true }), ...aged([20])], expect: ['50', '20'] },
      {
        title: 'what a running backup compares with',
        given: [...aged([50], { isInUse: true }), ...aged([20])],
        expect: ['50', '20'],
      },
      {
        title: 'each job its own',
        given: [...aged([50], { job: 'pictures' }), ...aged([20])],
        expect: ['50', '20'],
      },
      {
        title: 'each device its own',
        given: [...aged([50], { device: 'laptop' }), ...aged([20])],
        expect: ['50', '20'],
      },
      {
        title: 'everything of the last 24 hours, failed ones too',
        given: [...aged([1.01]), ...aged([0.99, 0.5], { isGood: false }), ...aged([0.25])],
        expect: ['1.01', '0.99', '0.5', '0.25'],
      },
      {
        title: 'a version that is later than now, because the clock went back',
        given: aged([50, -0.1, -3]),
        expect: ['-0.1', '-3'],
      },
      {
        title: 'while nothing was finished, everything that was cut off',
        given: aged([50, 40], { isCheckpoint: true, isGood: false }),
        expect: ['50', '40'],
      },
      {
        title: 'of what was cut off, the newest that nothing good came after',
        given: [
          ...aged([60, 50], { isCheckpoint: true, isGood: false }),
          ...aged([45]),
          ...aged([40, 30], { isCheckpoint: true, isGood: false }),
        ],
        expect: ['45', '30'],
      },
    ]
  test.each(table)('$title', ({ given, rules, expect: expected }) => {
    expect(keptNames(plan(given, rules))).toEqual(expected)
  })
})

describe('seven days of hours', () => {
  const everyTenMinutes = Array.from({ length: 8 * 24 * 6 }, (_, index) => {
    const receivedMs = nowMs - 8 * dayMs + index * 10 * minuteMs
    return sampleVersion(receivedMs, { seq: index })
  })

  test('the newest of each hour stays for seven days, all for one', () => {
    const kept = plan(everyTenMinutes).flatMap((decision) => (decision.kind === 'keep' ? [decision.version.receivedMs] : []))
    const dayAgo = nowMs - dayMs
    const older = kept.filter((ms) => ms <= dayAgo)
    expect(older.length).toBe(6 * 24)
    expect(older.every((ms) => new Date(ms).getUTCMinutes() === 50)).toBe(true)
    expect(kept.filter((ms) => ms > dayAgo).length).toBe(24 * 6 - 1)
  })

  test('a failed one stands for its hour only where no other does', () => {
    const hour = nowMs - 3 * dayMs - 20 * minuteMs
    const versions = [
      sampleVersion(hour, { name: 'good' }),
      sampleVersion(hour + minuteMs, { name: 'failed after it', seq: 2, isGood: false }),
      sampleVersion(hour + hourMs, { name: 'failed alone', seq: 3, isGood: false }),
    ]
    expect(keptNames(plan(versions))).toEqual(['good', 'failed alone'])
  })
})

describe('what a clock claims', () => {
  test('a version never counts as later than it came', () => {
    const liar = sampleVersion(nowMs - 50 * dayMs, { name: 'liar', takenMs: nowMs + 900 * dayMs })
    const honest = sampleVersion(nowMs - 20 * dayMs, { name: 'honest', seq: 2 })
    const decisions = plan([liar, honest], { yearly: 1 })
    expect(keptNames(decisions)).toEqual(['honest'])
  })

  test('the floors go by what was received: a late delivery is young', () => {
    const spooled = sampleVersion(nowMs - hourMs, { name: 'spooled', takenMs: nowMs - 50 * dayMs })
    const newest = sampleVersion(nowMs - 2 * hourMs, { name: 'newest' })
    expect(reasonsOf(plan([spooled, newest]), 'spooled')).toEqual(['last-day', 'hour-of-week'])
    expect(reasonsOf(plan([spooled, newest]), 'newest')).toContain('newest-good')
  })
})

test('every reason is told, with its numbers', () => {
  const [decision] = plan([sampleVersion(nowMs - 2 * hourMs, { isPinned: true })], { keepLast: 5, daily: 30, allWithinDays: 3 })
  expect(decision).toMatchObject({
    kind: 'keep',
    reasons: [
      { kind: 'pinned' },
      { kind: 'last-day', untilMs: nowMs + 22 * hourMs },
      { kind: 'newest-good' },
      { kind: 'hour-of-week', untilMs: nowMs + 7 * dayMs - 2 * hourMs },
      { kind: 'last', place: 1, count: 5 },
      { kind: 'within', days: 3, untilMs: nowMs + 3 * dayMs - 2 * hourMs },
      {
        kind: 'newest-of',
        unit: 'daily',
        name: '2026-03-26',
        place: 1,
        count: 30,
        untilMs: Date.UTC(2026, 3, 25),
        isOpen: true,
      },
    ],
  })
})

test('what goes says why', () => {
  const decisions = plan([
    ...aged([60]),
    ...aged([50], { isGood: false }),
    ...aged([40], { isGood: false, isCheckpoint: true }),
    ...aged([20]),
  ])
  expect(decisions.map((decision) => (decision.kind === 'forget' ? decision.reason.kind : 'kept'))).toEqual([
    'no-rule',
    'not-good',
    'overtaken-checkpoint',
    'kept',
  ])
})

test('the day of a version is a day of the zone', () => {
  // 14 March 23:30 and 15 March 00:30 in Auckland are both 14 March in UTC.
  const versions = ['2026-03-14T10:30:00Z', '2026-03-14T11:30:00Z'].map((text, seq) => sampleVersion(Date.parse(text), { seq }))
  expect(plan(versions, { daily: 9 }, 'Pacific/Auckland').every(({ kind }) => kind === 'keep')).toBe(true)
  expect(keptNames(plan(versions, { daily: 9 })).length).toBe(1)
})
