import { describe, expect, test } from 'vitest'
import { parseSchedule } from '../../../selection/schedule.ts'
import { shrinkingOf } from '../../../server/watch/shrink.ts'
import { silentFrom } from '../../../server/watch/silence.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { twoCustomers } from '../../support/two-customers.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const friday = Date.UTC(2026, 2, 13, 18)
const MiB = 1024 ** 2

describe('a computer is silent', () => {
  test.each([
    { title: 'after the account’s days, without a schedule', schedules: [], days: 3, afterMs: 3 * dayMs },
    { title: 'after three days with a daily one: a weekend is none', schedules: ['daily 18:00'], days: 3, afterMs: 3 * dayMs },
    {
      title: 'not each night with one of every quarter of an hour',
      schedules: ['every 15 minutes'],
      days: 3,
      afterMs: 3 * dayMs,
    },
    {
      title: 'when a weekly one was missed twice: Mondays at 20:00',
      schedules: ['weekly mon 20:00'],
      days: 3,
      afterMs: 10 * dayMs + 2 * hourMs + 6 * hourMs,
    },
    { title: 'by the quicker of two', schedules: ['weekly mon 20:00', 'daily 18:00'], days: 1, afterMs: 2 * dayMs + 6 * hourMs },
  ])('$title', ({ schedules, days, afterMs }) => {
    const from = silentFrom({
      sinceMs: friday,
      silenceDays: days,
      schedules: schedules.map((text) => parseSchedule(text)),
      timeZone: 'UTC',
    })
    expect(from - friday).toBe(afterMs)
  })
})

describe('a version holds suspiciously little', () => {
  const usual = { files: 1000, bytes: 500 * MiB }
  test.each([
    { title: 'no file at all', sizes: [{ files: 0, bytes: 0 }], kind: 'empty' },
    { title: 'less than half of the files', sizes: [{ files: 499, bytes: 500 * MiB }, usual, usual, usual], kind: 'shrunk' },
    { title: 'less than half of the bytes', sizes: [{ files: 1000, bytes: 249 * MiB }, usual, usual, usual], kind: 'shrunk' },
    { title: 'half is not less than half', sizes: [{ files: 500, bytes: 250 * MiB }, usual, usual, usual], kind: undefined },
    { title: 'two before it say nothing', sizes: [{ files: 1, bytes: 1 }, usual, usual], kind: undefined },
    {
      title: 'of a handful half is quickly gone',
      sizes: [{ files: 3, bytes: 1 }, ...Array(3).fill({ files: 10, bytes: 9 })],
      kind: undefined,
    },
    {
      title: 'one odd version before does not make it usual',
      sizes: [{ files: 1000, bytes: 500 * MiB }, { files: 9000, bytes: 9000 * MiB }, usual, usual],
      kind: undefined,
    },
    { title: 'nothing yet', sizes: [], kind: undefined },
  ])('$title', ({ sizes, kind }) => {
    expect(shrinkingOf(sizes)?.kind).toBe(kind)
  })
})

test('the watch raises what it finds, and settles what is over', async () => {
  await using box = await twoCustomers()
  const { watch } = box.lettersSide
  const { customerId } = box.own.customer
  const codes = async () => {
    await watch.look()
    return (await box.care.alarms.list({ reach: [customerId], after: 0, limit: 50 })).map(({ code }) => code).toSorted()
  }
  // The sample version of the box holds no file.
  expect(await codes()).toEqual(['HF-BACKUP-EMPTY'])
  const counts = { files: 100, directories: 1, symlinks: 0, others: 0, bytes: 100 * MiB, skipped: 0 }
  const full = { ...counts, newFiles: 0, changedFiles: 0, unchangedFiles: 100, addedBytes: 0, addedStoredBytes: 0 }
  await insertVersion(box, box.device, { seq: 2, body: { counts: full } })
  expect(await codes()).toEqual([])
  box.clock.advance(4 * dayMs)
  expect(await codes()).toEqual(['HF-BACKUP-SILENT'])
  await box.database.kysely
    .insertInto('customer_watch')
    .values({ customer_id: customerId, silence_days: 30, changed_at: 0 })
    .execute()
  expect(await codes()).toEqual([])
  // Office plans are valid for a year: the last month, the last week, the last day, the days of grace, the end.
  const steps = [
    { atDay: 340, code: 'HF-LICENCE-ENDS-SOON' },
    { atDay: 360, code: 'HF-LICENCE-LAST-WEEK' },
    { atDay: 365, code: 'HF-LICENCE-LAST-DAY' },
    { atDay: 370, code: 'HF-LICENCE-ENDED' },
    { atDay: 400, code: 'HF-LICENCE-ENDED' },
  ]
  let day = 4
  for (const { atDay, code } of steps) {
    box.clock.advance((atDay - day) * dayMs)
    day = atDay
    expect((await codes()).filter((one) => one.startsWith('HF-LICENCE'))).toEqual([code])
  }
  // After its end nothing is expected of a computer.
  expect(await codes()).toEqual(['HF-LICENCE-ENDED'])
})

test('space that is used up is three steps, each in the place of the one before', async () => {
  await using box = await twoCustomers()
  const { watch } = box.lettersSide
  const { customerId } = box.own.customer
  const { subscriptionId, quotaBytes } = box.own.subscription
  const codes: (readonly string[])[] = []
  for (const share of [0.5, 0.8, 0.96, 1.2, 0.1]) {
    const row = { subscription_id: subscriptionId, reachable_bytes: Math.ceil(quotaBytes * share), marked_at: 0 }
    await box.database.kysely.insertInto('subscription_usage').values(row).onDuplicateKeyUpdate(row).execute()
    await watch.look()
    const open = await box.care.alarms.list({ reach: [customerId], after: 0, limit: 50 })
    codes.push(open.map(({ code }) => code).filter((code) => code.startsWith('HF-QUOTA')))
  }
  expect(codes).toEqual([[], ['HF-QUOTA-NEARLY-FULL'], ['HF-QUOTA-ALMOST-FULL'], ['HF-QUOTA-FULL'], []])
})
