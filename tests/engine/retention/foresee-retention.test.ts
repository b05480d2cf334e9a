import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foreseeRetention, type KeptUntil } from '../../../engine/retention/foresee-retention.ts'
import { planRetention } from '../../../engine/retention/plan-retention.ts'
import { noRules, type RetentionRules } from '../../../engine/retention/retention-rules.ts'
import {
  arbitraryHistory,
  arbitraryRules,
  dayMs,
  hourMs,
  keptNames,
  minuteMs,
  type SampleVersion,
  sampleVersion,
  zones,
} from './histories.ts'

const nobodyKnows = () => undefined
/** Good ones, every so many hours, counted from the epoch. */
const every = (hours: number) => (_job: unknown, afterMs: number) => (Math.floor(afterMs / (hours * hourMs)) + 1) * hours * hourMs

function foreseen(
  versions: readonly SampleVersion[],
  context: {
    readonly rules: RetentionRules
    readonly nowMs: number
    readonly timeZone?: string
    readonly nextPlanned?: (job: unknown, afterMs: number) => number | undefined
    readonly plannedEveryMs?: (job: unknown) => number | undefined
  },
): ReadonlyMap<string, KeptUntil> {
  const whole = { timeZone: 'UTC', nextPlanned: nobodyKnows, ...context }
  return new Map(
    [...foreseeRetention(planRetention(versions, whole), whole)].map(([version, until]) => [version.name, until] as const),
  )
}

const at = (text: string) => Date.parse(`${text}Z`)

describe('until when a version stays', () => {
  const monthly = { ...noRules, monthly: 12 }
  const march = sampleVersion(at('2026-03-31T18:00'), { name: 'march', seq: 1 })
  const april = sampleVersion(at('2026-04-20T18:00'), { name: 'april', seq: 2 })

  test('the last of a month goes when the month is twelve months back and has a newer in each; nobody knows: at least then', () => {
    const nowMs = at('2026-05-10T12:00')
    const planned = foreseen([march, april], { rules: monthly, nowMs, nextPlanned: every(24) })
    // May is the eleventh before the new ones: April is there, eleven are to come.
    expect(planned.get('march')).toMatchObject({ kind: 'until', atMs: at('2027-03-01T00:00'), isBound: false })
    const unknown = foreseen([march, april], { rules: monthly, nowMs })
    expect(unknown.get('march')).toMatchObject({ kind: 'until', atMs: at('2027-03-01T00:00'), isBound: true })
    expect(unknown.get('march')).toHaveProperty('reason.name', '2026-03')
  })

  test('while the computer is off no unit is counted: later than the calendar alone would say', () => {
    const nowMs = at('2026-09-10T12:00')
    const planned = foreseen([march, april], { rules: monthly, nowMs, nextPlanned: every(24) })
    expect(planned.get('march')).toMatchObject({ atMs: at('2027-07-01T00:00'), isBound: false })
    expect(foreseen([march, april], { rules: monthly, nowMs }).get('march')).toMatchObject({
      atMs: at('2027-03-01T00:00'),
      isBound: true,
    })
  })

  test.each<{ title: string; version: Partial<SampleVersion>; rules: Partial<RetentionRules>; expected: object }>([
    { title: 'pinned', version: { isPinned: true }, rules: {}, expected: { kind: 'for-good' } },
    {
      title: 'all of some days: to the millisecond, whoever knows what',
      version: {},
      rules: { allWithinDays: 30 },
      expected: { kind: 'until', atMs: march.takenMs + 30 * dayMs, isBound: false },
    },
    {
      title: 'a link: until it ends',
      version: { sharedUntilMs: at('2026-06-01T00:00') },
      rules: {},
      expected: { kind: 'until', atMs: at('2026-06-01T00:00'), isBound: false, reason: { kind: 'shared' } },
    },
    { title: 'nothing', version: {}, rules: {}, expected: { kind: 'going' } },
    { title: 'a failed one, long ago', version: { isGood: false }, rules: { keepLast: 9 }, expected: { kind: 'going' } },
  ])('$title', ({ version, rules, expected }) => {
    const one = { ...march, ...version }
    const until = foreseen([one, april], { rules: { ...noRules, ...rules }, nowMs: at('2026-04-22T12:00') }).get('march')
    expect(until).toMatchObject(expected)
  })

  test('the newest good one stays until the next; nobody knows when that is', () => {
    const nowMs = at('2026-05-10T12:00')
    expect(foreseen([march], { rules: noRules, nowMs }).get('march')).toEqual({
      kind: 'while',
      reason: { kind: 'newest-good' },
    })
    expect(foreseen([march], { rules: noRules, nowMs, nextPlanned: every(24) }).get('march')).toMatchObject({
      kind: 'until',
      atMs: at('2026-05-11T00:00'),
    })
  })

  test('one that a running backup needs may stay longer than its rules say', () => {
    const used = { ...march, isInUse: true }
    const rules = { ...noRules, allWithinDays: 60 }
    const until = foreseen([used, april], { rules, nowMs: at('2026-04-22T12:00') }).get('march')
    expect(until).toMatchObject({ kind: 'until', atMs: march.takenMs + 60 * dayMs, isBound: true })
  })
})

const question = fc.record({
  history: arbitraryHistory(),
  rules: arbitraryRules,
  timeZone: fc.constantFrom(...zones),
  nowMs: fc.integer({ min: Date.UTC(2026, 9, 20), max: Date.UTC(2026, 11, 20) }),
})
const past = (history: readonly SampleVersion[], nowMs: number) => history.filter(({ receivedMs }) => receivedMs <= nowMs)

describe('for every history', () => {
  test('when nobody knows what is planned, a version is never taken before the time that is said, whatever comes', () => {
    let told = 0
    fc.assert(
      fc.property(question, fc.double({ min: 0, max: 1, noNaN: true }), ({ history, nowMs, ...context }, share) => {
        for (const [name, until] of foreseen(past(history, nowMs), { ...context, nowMs })) {
          if (until.kind !== 'until') continue
          told += 1
          const laterMs = Math.floor(nowMs + (until.atMs - 1 - nowMs) * share)
          const later = planRetention(past(history, laterMs), { ...context, nowMs: laterMs })
          expect(keptNames(later), JSON.stringify(until)).toContain(name)
        }
      }),
    )
    expect(told).toBeGreaterThan(20)
  })

  test('when backups come as planned, it is kept up to the moment that is said, and not after it', () => {
    let told = 0
    const plan = fc.constantFrom(1, 5, 24, 31, 24 * 8)
    fc.assert(
      fc.property(question, plan, fc.boolean(), ({ history, nowMs, ...context }, hours, isByTheClock) => {
        // What is in use has no end that a plan could tell.
        const versions = past(history, nowMs).filter(({ job }) => job === 'documents')
        const next = every(hours)
        const plannedEveryMs = () => (isByTheClock ? hours * hourMs : undefined)
        for (const [name, until] of foreseen(versions, { ...context, nowMs, nextPlanned: next, plannedEveryMs })) {
          if (until.kind !== 'until') {
            expect(until.kind).not.toBe('while')
            continue
          }
          expect(until.isBound, JSON.stringify(until)).toBe(false)
          told += 1
          const keptAt = (atMs: number) => {
            const coming: SampleVersion[] = []
            for (let ms = next(undefined, nowMs); ms <= atMs; ms = next(undefined, ms))
              coming.push(sampleVersion(ms, { name: `planned ${ms}`, seq: 1000 + coming.length }))
            return keptNames(planRetention([...versions, ...coming], { ...context, nowMs: atMs })).includes(name)
          }
          expect(keptAt(until.atMs - 1), `${name} before ${JSON.stringify(until)}`).toBe(true)
          expect(keptAt(until.atMs), `${name} after ${JSON.stringify(until)}`).toBe(false)
        }
      }),
      { numRuns: 40 },
    )
    expect(told).toBeGreaterThan(5)
  })

  describe('rules that count further than is foreseen', () => {
    const version = sampleVersion(Date.UTC(2026, 9, 20), { name: 'one' })
    const nowMs = version.receivedMs + 30 * minuteMs
    const rules = { ...noRules, keepLast: 10_000 }

    test('where backups come by the clock, to the millisecond', () => {
      const plannedEveryMs = () => hourMs
      expect(foreseen([version], { rules, nowMs, nextPlanned: every(1), plannedEveryMs }).get('one')).toMatchObject({
        kind: 'until',
        atMs: version.receivedMs + 10_000 * hourMs,
        isBound: false,
      })
    })

    test('otherwise the reason is all there is to be said', () => {
      expect(foreseen([version], { rules, nowMs, nextPlanned: every(1) }).get('one')).toEqual({
        kind: 'while',
        reason: { kind: 'last', place: 1, count: 10_000 },
      })
    })

    test('or what a rule of the calendar promises, whatever comes', () => {
      const old = sampleVersion(Date.UTC(2026, 9, 18), { name: 'old' })
      const daily = { ...noRules, daily: 10_000, keepLast: 1 }
      expect(foreseen([old, version], { rules: daily, nowMs, nextPlanned: every(24) }).get('old')).toMatchObject({
        kind: 'until',
        atMs: Date.UTC(2026, 9, 18 + 10_000),
        isBound: true,
      })
    })

    test('so many steps are taken for all backup plans together, and no more', () => {
      let asked = 0
      const count = (_job: unknown, afterMs: number) => {
        asked += 1
        return afterMs + minuteMs
      }
      const all = { keepLast: 10_000, hourly: 10_000, daily: 10_000, weekly: 10_000, monthly: 10_000, yearly: 10_000 }
      const versions = Array.from({ length: 30 }, (_, index) =>
        sampleVersion(Date.UTC(2026, 9, 20), { name: String(index), job: `job ${index}` }),
      )
      foreseen(versions, { rules: { ...noRules, ...all }, nowMs, nextPlanned: count })
      expect(asked).toBeLessThan(10_500)
      asked = 0
      foreseen(versions.slice(0, 1), { rules: { ...noRules, keepLast: 10_000 }, nowMs, nextPlanned: count })
      expect(asked).toBeLessThan(1_100)
    })
  })
})
