import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quotaOutlook } from '../../../server/usage/quota-outlook.ts'
import { createUsageService } from '../../../server/usage/usage-service.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

const nowMs = Date.UTC(2026, 2, 14, 12)
const today = Math.floor(nowMs / 86_400_000)
const days = (...bytes: readonly number[]) =>
  bytes.map((usedBytes, index) => ({ day: today - bytes.length + 1 + index, usedBytes }))

describe('when a plan will be full', () => {
  test.each([
    { title: 'too few days', given: days(1, 2), used: 2, quota: 100, expect: { kind: 'unknown' } },
    { title: 'no space left', given: days(90, 95, 99, 100, 100), used: 100, quota: 100, expect: { kind: 'full' } },
    { title: 'shrinking', given: days(50, 40, 30, 20, 10), used: 10, quota: 100, expect: { kind: 'never' } },
    {
      title: 'ten a day, thirty left',
      given: days(30, 40, 50, 60, 70),
      used: 70,
      quota: 100,
      expect: { kind: 'at', atMs: nowMs + 3 * 86_400_000 },
    },
    {
      title: 'one leap among quiet days',
      given: days(10, 11, 12, 90, 91, 92, 93, 94),
      used: 94,
      quota: 100_000,
      expect: { kind: 'far' },
    },
  ])('$title', ({ given, used, quota, expect: outlook }) => {
    expect(quotaOutlook(given, { usedBytes: used, quotaBytes: quota, nowMs })).toEqual(outlook)
  })
})

describe('in the database', () => {
  let box: Awaited<ReturnType<typeof twoCustomers>>
  beforeAll(async () => {
    box = await twoCustomers()
  })
  afterAll(() => box[Symbol.asyncDispose]())

  test('the last reading of a day counts, and people of the account see it', async () => {
    const usage = createUsageService(box)
    const { deviceId } = box.device.device
    const store = (bytes: number) =>
      box.database.kysely.updateTable('devices').set({ stored_bytes: bytes }).where('id', '=', deviceId).execute()
    await store(1000)
    await usage.read()
    await store(3 * 1024 ** 3)
    await usage.read()
    const { subscriptionId } = box.own.subscription
    expect(await usage.listDays(subscriptionId, 60)).toMatchObject([{ usedBytes: 3 * 1024 ** 3 }])
    const headers = { accept: 'text/html', cookie: await cookieOf(box, box.users.viewer) }
    const html = await (await box.app.request('/account/usage', { headers })).text()
    expect(html).toContain('3\u00a0GiB')
    expect(html).toContain('can be said after a few days')
  })
})
