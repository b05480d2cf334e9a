import fc from 'fast-check'
import type { Decision, RetainedVersion } from '../../../engine/retention/decision.ts'
import type { RetentionRules } from '../../../engine/retention/retention-rules.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** Zones whose clocks change at midnight, by half an hour, twice a year, or never. */
export const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Kolkata',
] as const

export interface SampleVersion extends RetainedVersion {
  readonly name: string
}

export function sampleVersion(receivedMs: number, more: Partial<SampleVersion> = {}): SampleVersion {
  return {
    name: new Date(receivedMs).toISOString(),
    device: 'pc',
    job: 'documents',
    seq: 1,
    takenMs: receivedMs,
    receivedMs,
    isGood: true,
    isCheckpoint: false,
    isPinned: false,
    isInUse: false,
    ...more,
  }
}

export function keptNames(decisions: readonly Decision<SampleVersion>[]): readonly string[] {
  return decisions.filter(({ kind }) => kind === 'keep').map(({ version }) => version.name)
}

/** Small numbers, so that rules run out within a short history. */
export const arbitraryRules: fc.Arbitrary<RetentionRules> = fc.record({
  keepLast: fc.nat(4),
  hourly: fc.nat(30),
  daily: fc.nat(8),
  weekly: fc.nat(4),
  monthly: fc.nat(3),
  yearly: fc.nat(2),
  allWithinDays: fc.nat(5),
})

/** Some weeks of backups around a change of clocks: gaps of minutes and of days, two jobs, some failed, some cut off, some pinned. */
export function arbitraryHistory(firstMs = Date.UTC(2026, 9, 10)): fc.Arbitrary<readonly SampleVersion[]> {
  const step = fc.record({
    gapMs: fc.oneof(
      fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * minuteMs),
      fc.integer({ min: 1, max: 80 }).map((hours) => hours * hourMs),
    ),
    job: fc.constantFrom('documents', 'pictures'),
    kind: fc.constantFrom('good', 'good', 'good', 'good', 'failed', 'checkpoint'),
    isPinned: fc.integer({ min: 0, max: 14 }).map((value) => value === 0),
  })
  return fc.array(step, { maxLength: 60 }).map((steps) => {
    let atMs = firstMs
    return steps.map(({ gapMs, job, kind, isPinned }, index) => {
      atMs += gapMs
      return sampleVersion(atMs, {
        name: String(index),
        seq: index,
        job,
        isGood: kind === 'good',
        isCheckpoint: kind === 'checkpoint',
        isPinned: isPinned && kind !== 'checkpoint',
      })
    })
  })
}
