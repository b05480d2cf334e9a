import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planRetention } from '../../../engine/retention/plan-retention.ts'
import { arbitraryHistory, arbitraryRules, dayMs, hourMs, keptNames, type SampleVersion, zones } from './histories.ts'

const endMs = Date.UTC(2027, 1, 1)
const question = fc.record({
  history: arbitraryHistory(),
  rules: arbitraryRules,
  timeZone: fc.constantFrom(...zones),
  /** From in the middle of the history to long after it. */
  nowMs: fc.integer({ min: Date.UTC(2026, 9, 20), max: endMs }),
})

const past = (history: readonly SampleVersion[], nowMs: number) => history.filter(({ receivedMs }) => receivedMs <= nowMs)

describe('for every history', () => {
  test('each version gets one decision, in the order given, and a reason', () => {
    fc.assert(
      fc.property(question, ({ history, ...context }) => {
        const decisions = planRetention(history, context)
        expect(decisions.map(({ version }) => version)).toEqual(history)
        for (const decision of decisions) if (decision.kind === 'keep') expect(decision.reasons.length).toBeGreaterThan(0)
      }),
    )
  })

  test('the floors hold under any rules', () => {
    fc.assert(
      fc.property(question, ({ history, ...context }) => {
        const versions = past(history, context.nowMs)
        const kept = new Set(keptNames(planRetention(versions, context)))
        for (const version of versions) {
          if (version.isPinned) expect(kept).toContain(version.name)
          if (context.nowMs - version.receivedMs < dayMs) expect(kept).toContain(version.name)
        }
        for (const ofJob of Map.groupBy(versions, ({ job }) => job).values()) {
          const newest = ofJob.findLast(({ isGood }) => isGood)
          if (newest !== undefined) expect(kept).toContain(newest.name)
          const week = ofJob.filter(({ receivedMs, isGood }) => isGood && context.nowMs - receivedMs < 7 * dayMs)
          for (const ofHour of Map.groupBy(week, ({ receivedMs }) => Math.floor(receivedMs / hourMs)).values())
            expect(kept).toContain(ofHour.at(-1)?.name)
        }
      }),
    )
  })

  test('asked again about what stayed, everything stays', () => {
    fc.assert(
      fc.property(question, ({ history, ...context }) => {
        const kept = keptNames(planRetention(history, context))
        const left = history.filter(({ name }) => kept.includes(name))
        expect(keptNames(planRetention(left, context))).toEqual(kept)
      }),
    )
  })

  test('applied every day or once, the same versions stay', () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 3, max: 60 }), ({ history, nowMs, ...context }, everyHours) => {
        let left = history
        for (let atMs = history[0]?.receivedMs ?? nowMs; atMs < nowMs; atMs += everyHours * hourMs) {
          const kept = new Set(keptNames(planRetention(past(left, atMs), { ...context, nowMs: atMs })))
          left = left.filter(({ receivedMs, name }) => receivedMs > atMs || kept.has(name))
        }
        const once = keptNames(planRetention(past(history, nowMs), { ...context, nowMs }))
        expect(keptNames(planRetention(past(left, nowMs), { ...context, nowMs }))).toEqual(once)
      }),
    )
  })

  test('more rules never keep less', () => {
    fc.assert(
      fc.property(question, arbitraryRules, ({ history, rules, ...context }, more) => {
        const both = {
          keepLast: rules.keepLast + more.keepLast,
          hourly: rules.hourly + more.hourly,
          daily: rules.daily + more.daily,
          weekly: rules.weekly + more.weekly,
          monthly: rules.monthly + more.monthly,
          yearly: rules.yearly + more.yearly,
          allWithinDays: rules.allWithinDays + more.allWithinDays,
        }
        const kept = new Set(keptNames(planRetention(history, { ...context, rules: both })))
        for (const name of keptNames(planRetention(history, { ...context, rules }))) expect(kept).toContain(name)
      }),
    )
  })

  test('until the time that a reason names, the version stays, whatever comes', () => {
    fc.assert(
      fc.property(question, fc.double({ min: 0, max: 1, noNaN: true }), ({ history, nowMs, ...context }, share) => {
        for (const decision of planRetention(past(history, nowMs), { ...context, nowMs })) {
          if (decision.kind === 'forget') continue
          for (const reason of decision.reasons) {
            // The newest of an hour of the last week may still give way to a newer one of that hour.
            if (!('untilMs' in reason) || reason.kind === 'hour-of-week') continue
            if (reason.kind === 'newest-of' && reason.isOpen) continue
            const laterMs = Math.floor(nowMs + (reason.untilMs - 1 - nowMs) * share)
            const later = planRetention(past(history, laterMs), { ...context, nowMs: laterMs })
            expect(keptNames(later), JSON.stringify(reason)).toContain(decision.version.name)
          }
        }
      }),
    )
  })

  test('one job’s versions decide nothing about another’s', () => {
    fc.assert(
      fc.property(question, ({ history, ...context }) => {
        const all = new Set(keptNames(planRetention(history, context)))
        for (const ofJob of Map.groupBy(history, ({ job }) => job).values())
          expect(keptNames(planRetention(ofJob, context))).toEqual(ofJob.map(({ name }) => name).filter((name) => all.has(name)))
      }),
    )
  })
})
