import { describe, expect, test } from 'vitest'
import { noRules } from '../../../engine/index.ts'
import { type Computer, computerState } from '../../../server/devices/computer.ts'
import { currentSubscription, standingOf } from '../../../server/home/home.ts'
import { keptForText } from '../../../server/home/kept-for.ts'
import { silentAfterMs } from '../../../server/standings/standing.ts'
import type { Subscription } from '../../../server/subscriptions/subscription.ts'
import { dayMs, hourMs, nowMs, sampleComputer, sampleDevice, sampleVersion } from '../../support/computers.ts'

const good = sampleVersion(nowMs - hourMs)
const old = sampleVersion(nowMs - silentAfterMs - 1)
const partly = sampleVersion(nowMs - hourMs, { verdict: 'partial', skipped: 12 })
const failedRun = { verdict: 'failed', endedAt: nowMs - 60_000, code: 'HF-QUOTA-EXCEEDED', detail: 'The plan is full.' } as const
const never = { newest: undefined, lastGood: undefined } as const

const fine = sampleComputer('FINE')
const computers = {
  fine,
  partly: sampleComputer('PARTLY', { newest: partly, lastGood: partly }),
  silent: sampleComputer('SILENT', { newest: old, lastGood: old }),
  never: sampleComputer('NEVER', never),
  failed: sampleComputer('FAILED', { latestRun: failedRun }),
  failedVersion: sampleComputer('FAILED', { newest: sampleVersion(nowMs - hourMs, { verdict: 'failed' }), lastGood: old }),
  mended: sampleComputer('MENDED', { latestRun: { ...failedRun, endedAt: nowMs - 2 * hourMs } }),
} as const satisfies Record<string, Computer>

const pausedOf = (name: string, untilMs?: number, props: Parameters<typeof sampleComputer>[1] = {}): Computer => {
  const computer = sampleComputer(name, props)
  return { ...computer, standing: { ...computer.standing, pause: { of: 'computer', untilMs } } }
}
const inAWeek = nowMs + 7 * dayMs

describe('how a computer stands', () => {
  test.each([
    { title: 'backed up an hour ago', given: computers.fine, expect: { kind: 'ok' } },
    { title: 'with files left out', given: computers.partly, expect: { kind: 'partial', skipped: 12 } },
    { title: 'not heard of for a week', given: computers.silent, expect: { kind: 'silent', sinceMs: old.receivedAt } },
    { title: 'connected, never backed up', given: computers.never, expect: { kind: 'none' } },
    { title: 'whose last run failed', given: computers.failed, expect: { kind: 'failed' } },
    { title: 'whose last version says it failed', given: computers.failedVersion, expect: { kind: 'failed' } },
    { title: 'whose failure was made good', given: computers.mended, expect: { kind: 'ok' } },
    { title: 'at work', given: sampleComputer('X', { isRunning: true }), expect: { kind: 'running', isSafe: true } },
    {
      title: 'at work for the first time',
      given: sampleComputer('X', { ...never, isRunning: true }),
      expect: { kind: 'running', isSafe: false },
    },
    {
      title: 'said to be at work, and not heard from',
      given: sampleComputer('X', { isRunning: true, device: sampleDevice('X', { lastSeenAt: nowMs - hourMs }) }),
      expect: { kind: 'ok' },
    },
  ])('$title', ({ given, expect: state }) => {
    expect(computerState(given, nowMs)).toEqual(state)
  })
})

const paused = { kind: 'paused', of: 'computer', lastGoodAtMs: good.receivedAt } as const

describe('how an account stands: as the worst of its computers', () => {
  test('none yet', () => {
    expect(standingOf([], nowMs)).toBeUndefined()
  })

  test.each([
    {
      title: 'all well',
      given: [fine, computers.mended],
      expect: { kind: 'ok', names: ['FINE', 'MENDED'], lastAtMs: good.receivedAt, files: 2000, sinceMs: nowMs - 90 * dayMs },
    },
    {
      title: 'files left out',
      given: [fine, computers.partly],
      expect: { kind: 'partial', names: ['PARTLY'], others: 1, skipped: 12, lastAtMs: good.receivedAt },
    },
    {
      title: 'one silent, worse than files left out',
      given: [computers.partly, computers.silent],
      expect: { kind: 'silent', names: ['SILENT'], others: 1, lastGoodAtMs: old.receivedAt },
    },
    {
      title: 'one never backed up',
      given: [fine, computers.never, computers.silent],
      expect: { kind: 'missing', names: ['NEVER'], others: 2 },
    },
    {
      title: 'only such that were never backed up',
      given: [computers.never],
      expect: { kind: 'waiting', names: ['NEVER'], running: [] },
    },
    {
      title: 'the first backup under way',
      given: [sampleComputer('FIRST', { ...never, isRunning: true })],
      expect: { kind: 'waiting', names: ['FIRST'], running: ['FIRST'] },
    },
    {
      title: 'a failure, worst of all',
      given: [computers.failed, computers.never, fine],
      expect: { kind: 'failed', names: ['FAILED'], others: 2, failedAtMs: failedRun.endedAt, lastGoodAtMs: good.receivedAt },
    },
    {
      title: 'a failure of one that has nothing to fall back on',
      given: [sampleComputer('FAILED', { ...never, latestRun: failedRun })],
      expect: { kind: 'failed', names: ['FAILED'], others: 0, failedAtMs: failedRun.endedAt, lastGoodAtMs: undefined },
    },
    {
      title: 'everything paused: never that all is well',
      given: [pausedOf('ONE', inAWeek), pausedOf('TWO', inAWeek)],
      expect: { ...paused, names: ['ONE', 'TWO'], others: 0, untilMs: inAWeek },
    },
    {
      title: 'paused until different days, and one that has no backup',
      given: [pausedOf('ONE', inAWeek), pausedOf('NEVER', undefined, never)],
      expect: { ...paused, names: ['ONE', 'NEVER'], others: 0, untilMs: undefined, lastGoodAtMs: undefined },
    },
    {
      title: 'one paused, the others well',
      given: [fine, pausedOf('ONE', undefined)],
      expect: { ...paused, names: ['ONE'], others: 1, untilMs: undefined },
    },
    {
      title: 'one paused, another with files left out, which is worse',
      given: [computers.partly, pausedOf('ONE', undefined)],
      expect: { kind: 'partial', names: ['PARTLY'], others: 1, skipped: 12, lastAtMs: good.receivedAt },
    },
  ])('$title', ({ given, expect: standing }) => {
    expect(standingOf(given, nowMs)).toEqual(standing)
  })
})

describe('the plan on Home', () => {
  const licence = (validFrom: number, validUntil: number | undefined) => ({ validFrom, validUntil }) as Subscription

  test('is the oldest that runs, else the last that did', () => {
    const ended = licence(0, nowMs - 1)
    const running = licence(nowMs - dayMs, undefined)
    const another = licence(nowMs - hourMs, undefined)
    expect(currentSubscription([ended, running, another], nowMs)).toBe(running)
    expect(currentSubscription([ended], nowMs)).toBe(ended)
    expect(currentSubscription([], nowMs)).toBeUndefined()
  })

  test.each([
    {
      given: { hourly: 168, daily: 90, weekly: 52, monthly: 18, yearly: 7 },
      expect:
        'At least one an hour for 7 days, one a day for 90 days, one a week for 1 year, one a month for 18 months, one a year for 7 years',
    },
    {
      given: { hourly: 0, daily: 30, weekly: 0, monthly: 24, yearly: 0 },
      expect: 'At least one a day for 30 days, one a month for 2 years',
    },
    { given: { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 }, expect: 'The newest version' },
  ])('$expect', ({ given, expect: words }) => {
    expect(keptForText({ ...noRules, ...given }).replaceAll('\u00a0', ' ')).toBe(words)
  })
})
