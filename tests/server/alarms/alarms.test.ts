/** Alarms: raised once however often, seen by whom they concern, settled and shown for a while. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alarmCatalogue, alarmCodes } from '../../../server/alarms/alarm-catalogue.ts'
import { bodyOf } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>

beforeAll(async () => {
  box = await twoCustomers()
})
afterAll(() => box[Symbol.asyncDispose]())
beforeEach(async () => {
  await box.database.kysely.deleteFrom('alarms').execute()
})

const clock = { code: 'HF-CLOCK-JUMPED', subject: 'clock' } as const
const all = { reach: 'all', after: 0, limit: 10 } as const

describe('an alarm', () => {
  test('that is raised again is the same one, with a new last time and detail', async () => {
    const { alarms } = box.care
    const firstAt = box.clock.now()
    await alarms.raise({ ...clock, detail: 'first' })
    box.clock.advance(60_000)
    await alarms.raise({ ...clock, detail: 'second' })
    await alarms.raise({ ...clock, subject: 'another clock', detail: 'third' })
    const found = await alarms.list(all)
    expect(found).toMatchObject([
      { subject: 'clock', detail: 'second', times: 2, firstAt, lastAt: firstAt + 60_000 },
      { subject: 'another clock', times: 1 },
    ])
  })

  test('that was settled is over, and begins anew when it comes back', async () => {
    const { alarms } = box.care
    await alarms.raise({ ...clock, detail: 'first' })
    await alarms.settle(clock)
    expect(await alarms.list(all)).toEqual([])
    expect(await alarms.listSettled('all')).toMatchObject([{ subject: 'clock', settledAt: box.clock.now() }])
    box.clock.advance(60_000)
    await alarms.raise({ ...clock, detail: 'again' })
    expect(await alarms.list(all)).toMatchObject([{ detail: 'again', times: 1, firstAt: box.clock.now() }])
    expect(await alarms.listSettled('all')).toEqual([])
  })

  test('that is not there can be settled, and one that is reported away goes', async () => {
    const { alarms } = box.care
    await alarms.settle(clock)
    await alarms.report(clock, { detail: 'there' })
    await alarms.report(clock, undefined)
    expect(await alarms.list(all)).toEqual([])
  })

  test('has a detail of any length cut, not refused', async () => {
    await box.care.alarms.raise({ ...clock, detail: 'ü'.repeat(5000) })
    expect((await box.care.alarms.list(all))[0]?.detail).toHaveLength(1000)
  })
})

describe('who sees it', () => {
  async function subjectsFor(who: keyof typeof box.users): Promise<readonly string[]> {
    const answer = await box.app.request('/api/v1/alarms', { headers: { cookie: await cookieOf(box, box.users[who]) } })
    expect(answer.status).toBe(200)
    return (await bodyOf<{ items: { subject: string }[] }>(answer)).items.map(({ subject }) => subject)
  }

  test('staff all, a customer its own, nobody else’s', async () => {
    const { alarms } = box.care
    await alarms.raise({ ...clock, detail: 'the box’s' })
    await alarms.raise({ ...clock, subject: 'own', customerId: box.own.customer.customerId, detail: 'a customer’s' })
    await alarms.raise({ ...clock, subject: 'other', customerId: box.other.customer.customerId, detail: 'another’s' })
    expect(await subjectsFor('administrator')).toEqual(['clock', 'own', 'other'])
    expect(await subjectsFor('implementor')).toEqual(['clock', 'own', 'other'])
    expect(await subjectsFor('viewer')).toEqual(['own'])
    expect(await subjectsFor('foreign')).toEqual(['other'])
  })

  test('by pages', async () => {
    for (const subject of ['a', 'b', 'c']) await box.care.alarms.raise({ ...clock, subject, detail: 'one of three' })
    const headers = { cookie: await cookieOf(box, box.users.administrator) }
    const first = await bodyOf<{ items: unknown[]; nextCursor: string }>(
      await box.app.request('/api/v1/alarms?limit=2', { headers }),
    )
    expect(first.items).toHaveLength(2)
    const rest = await box.app.request(`/api/v1/alarms?limit=2&cursor=${first.nextCursor}`, { headers })
    expect(await bodyOf(rest)).toMatchObject({ items: [{ subject: 'c' }], nextCursor: null })
  })

  test('on its page, with what to do', async () => {
    await box.care.alarms.raise({ ...clock, detail: 'It showed <b>1970</b>.' })
    await box.care.alarms.raise({ code: 'HF-BACKUP-SILENT', subject: 'silent', detail: 'Nothing came.' })
    const headers = { cookie: await cookieOf(box, box.users.administrator) }
    const text = await (await box.app.request('/alerts', { headers })).text()
    expect(text).toContain(alarmCatalogue['HF-CLOCK-JUMPED'].hint)
    expect(text).toContain('It showed &lt;b&gt;1970&lt;/b&gt;.')
    expect(text).toContain('reaches the box: <code>holdfast-agent status</code> on it says')
  })
})

test('every code has its part in the operator’s page, and nothing else has', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/operator/alerts.md'), 'utf8')
  const described = Array.from(text.matchAll(/^## `(HF-[A-Z-]+)`$/gm), (match) => match[1])
  expect(described.toSorted()).toEqual(alarmCodes.toSorted())
})
