import { describe, expect, test } from 'vitest'
import { type KeptUntilProps, keptUntilText } from '../../views/partials/kept-until.ts'
import type { Reader } from '../../views/reader.ts'

const dayMs = 86_400_000
const reader: Reader = { locale: 'en-GB', timeZone: 'UTC', nowMs: Date.UTC(2026, 2, 26, 18, 20) }
const midnight = (text: string) => Date.parse(`${text}T00:00:00Z`)
const newestOf = (unit: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly', name: string) =>
  ({ kind: 'newest-of', unit, name, count: 12, untilMs: 0 }) as const

const cases: readonly { readonly expect: string; readonly given: KeptUntilProps }[] = [
  { expect: 'Kept for good (pinned)', given: { kind: 'for-good' } },
  { expect: 'Goes with the next tidying', given: { kind: 'going' } },
  {
    expect: 'Kept as the last of March 2026, until about 31 March 2027',
    given: { kind: 'until', atMs: midnight('2027-04-01'), isBound: false, reason: newestOf('monthly', '2026-03') },
  },
  {
    expect: 'Kept as the last of March 2026, at least until 31 March 2027',
    given: { kind: 'until', atMs: midnight('2027-04-01'), isBound: true, reason: newestOf('monthly', '2026-03') },
  },
  {
    expect: 'Kept as the last of the week from 9 March 2026, until about 19 April 2026',
    given: { kind: 'until', atMs: midnight('2026-04-20'), isBound: false, reason: newestOf('weekly', '2026-W11') },
  },
  // The first week of 2026 begins in 2025.
  {
    expect: 'Kept as the last of the week from 29 December 2025, until about 19 April 2026',
    given: { kind: 'until', atMs: midnight('2026-04-20'), isBound: false, reason: newestOf('weekly', '2026-W01') },
  },
  {
    expect: 'Kept as the last of 14 March 2026, until about 13 May 2026',
    given: { kind: 'until', atMs: midnight('2026-05-14'), isBound: false, reason: newestOf('daily', '2026-03-14') },
  },
  {
    expect: 'Kept as the last of 2026, at least until 31 December 2027',
    given: { kind: 'until', atMs: midnight('2028-01-01'), isBound: true, reason: newestOf('yearly', '2026') },
  },
  {
    expect: 'Kept until it is older than 30\u00a0days, on 12 April 2026',
    given: { kind: 'until', atMs: midnight('2026-04-12') + 7, isBound: false, reason: { kind: 'within', days: 30, untilMs: 0 } },
  },
  {
    expect: 'Kept as one of the last 30\u00a0days, at least until 12 April 2026',
    given: { kind: 'until', atMs: midnight('2026-04-12') + 7, isBound: true, reason: { kind: 'within', days: 30, untilMs: 0 } },
  },
  {
    expect: 'Kept while a link shares it, until 1 April 2026',
    given: { kind: 'until', atMs: midnight('2026-04-02'), isBound: false, reason: { kind: 'shared', untilMs: 0 } },
  },
  { expect: 'Kept as long as it is the newest good one', given: { kind: 'while', reason: { kind: 'newest-good' } } },
  {
    expect: 'Kept as long as it is one of the newest 7\u00a0versions',
    given: { kind: 'while', reason: { kind: 'last', count: 7 } },
  },
  { expect: 'Kept while a backup or a restore needs it', given: { kind: 'while', reason: { kind: 'in-use' } } },
  { expect: 'Kept until a backup is finished', given: { kind: 'while', reason: { kind: 'unfinished' } } },
  {
    expect: 'Kept while a change of rules can be undone, until 1 April 2026',
    given: { kind: 'undo', atMs: midnight('2026-04-01') + dayMs / 2 },
  },
  { expect: 'In the bin, until 2 April 2026 at the earliest', given: { kind: 'in-bin', goesAtMs: midnight('2026-04-02') + 1 } },
]

describe('until when a version is kept, in words', () => {
  test.each(cases)('$expect', ({ given, expect: words }) => {
    expect(keptUntilText(reader, given)).toBe(words)
  })

  test('a unit is one of the box’s calendar, wherever the reader is', () => {
    const far = { ...reader, timeZone: 'Pacific/Kiritimati' }
    const given = { kind: 'while', reason: newestOf('monthly', '2026-03') } as const
    expect(keptUntilText(far, given)).toBe('Kept as long as it is the last of March 2026')
  })
})
