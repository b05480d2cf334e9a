/** The accepts-backups switch through the front door: who may turn it, what a computer is told, what is written down. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseId } from '../../../server/runtime/ids.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

const dayMs = 24 * 60 * 60 * 1000
type Box = Awaited<ReturnType<typeof twoCustomers>>
type Person = keyof Box['users']

let box: Box
beforeEach(async () => {
  box = await twoCustomers()
})
afterEach(() => box[Symbol.asyncDispose]())

const deviceId = () => box.device.device.deviceId
const put = async (path: string, body: object, who: Person = 'owner') =>
  box.app.request(path, {
    method: 'PUT',
    headers: {
      cookie: await cookieOf(box, box.users[who]),
      'content-type': 'application/json',
      origin: 'http://localhost',
      host: 'localhost',
      'sec-fetch-site': 'same-origin',
    },
    body: JSON.stringify(body),
  })
const policy = async (query = '') => {
  const headers = { authorization: `Bearer ${box.device.token}`, 'holdfast-protocol': '1' }
  return bodyOf<{ acceptsBackups: boolean; refusal?: { code: string; detail: string } }>(
    await box.app.request(`/api/agent/v1/policy${query}`, { headers }),
  )
}
const runs = () => box.database.kysely.selectFrom('runs').selectAll().where('verdict', '=', 'refused').execute()
const computerSwitch = () => `/api/v1/devices/${deviceId()}/accepts-backups`

describe('a computer whose switch is off', () => {
  test('is told why, and the run that was refused is written down once a day', async () => {
    const off = await put(computerSwitch(), { acceptsBackups: false, reason: 'Repair' }, 'member')
    expect(off.status).toBe(200)
    expect(await policy()).toMatchObject({ acceptsBackups: false })
    expect(await runs()).toEqual([])
    const told = await policy('?job=office')
    expect(told.refusal).toMatchObject({
      code: 'HF-BACKUPS-SWITCHED-OFF',
      detail: 'Backups of this computer are switched off: Repair',
    })
    await policy('?job=office&start=schedule')
    expect(await runs()).toMatchObject([{ code: 'HF-BACKUPS-SWITCHED-OFF', snapshot: null, added_bytes: 0 }])
    box.clock.advance(dayMs)
    await policy('?job=office')
    expect(await runs()).toHaveLength(2)
  })

  test('is shown as paused, not as failed', async () => {
    await put(computerSwitch(), { acceptsBackups: false, reason: 'Repair' })
    await policy('?job=office')
    const page = await box.app.request(`/computers/${deviceId()}`, { headers: { cookie: await cookieOf(box, box.users.owner) } })
    const text = await page.text()
    expect(text).toContain('Backups of XRAY-PC are paused')
    expect(text).not.toContain('The backup today')
  })

  test('comes on by itself when its time has come', async () => {
    const until = new Date(box.clock.now() + dayMs).toISOString()
    await put(computerSwitch(), { acceptsBackups: false, reason: 'Repair', until })
    expect(await policy()).toMatchObject({ acceptsBackups: false })
    box.clock.advance(dayMs)
    expect(await policy()).toMatchObject({ acceptsBackups: true })
  })
})

test('the switch of the plan stops all its computers, and is staff’s and the owner’s', async () => {
  const path = `/api/v1/subscriptions/${box.own.subscription.subscriptionId}/accepts-backups`
  const body = { acceptsBackups: false, reason: 'Unpaid' }
  expect((await put(path, body, 'member')).status).toBe(403)
  expect((await put(path, body, 'foreign')).status).toBe(404)
  expect((await put(path, body, 'implementor')).status).toBe(200)
  expect((await policy()).refusal?.detail).toBe('Backups are switched off: Unpaid')
  expect((await put(path, { acceptsBackups: true }, 'owner')).status).toBe(200)
  expect(await policy()).toMatchObject({ acceptsBackups: true })
})

const refused = [
  { title: 'no reason', body: { acceptsBackups: false } },
  { title: 'an empty reason', body: { acceptsBackups: false, reason: '  ' } },
  { title: 'a reason of two lines', body: { acceptsBackups: false, reason: 'a\nb' } },
  { title: 'a reason without end', body: { acceptsBackups: false, reason: 'a'.repeat(201) } },
  { title: 'a time that has passed', body: { acceptsBackups: false, reason: 'a', until: '2020-01-01T00:00:00Z' } },
  { title: 'no time at all', body: { acceptsBackups: false, reason: 'a', until: 'tomorrow' } },
]
test.each(refused)('refused: $title', async ({ body }) => {
  expect((await put(computerSwitch(), body)).status).toBe(422)
})

test('the page says what is wrong beside the field, and switches back on', async () => {
  const path = `/computers/${deviceId()}/switch`
  const cookie = await cookieOf(box, box.users.owner)
  const send = (fields: Record<string, string>) => box.app.request(path, formRequest(fields, { cookie }))
  const wrong = await send({ step: 'off', reason: '', until: '2020-01-01' })
  expect(wrong.status).toBe(422)
  expect(await wrong.text()).toContain('id="reason-problem"')
  const late = await send({ step: 'off', reason: '<b>Repair</b>', until: '2020-01-01' })
  expect(await late.text()).toContain('id="until-problem"')
  expect((await send({ step: 'off', reason: '<b>Repair</b>', until: '' })).status).toBe(303)
  const page = await (await box.app.request(path, { headers: { cookie } })).text()
  expect(page).toContain('&lt;b&gt;Repair&lt;/b&gt;')
  expect((await send({ step: 'on' })).status).toBe(303)
  expect(await policy()).toMatchObject({ acceptsBackups: true })
})

describe('a plan with a shortest interval', () => {
  beforeEach(async () => {
    await box.database.kysely.updateTable('subscriptions').set({ min_interval_minutes: 240 }).execute()
    const row = await box.database.kysely
      .selectFrom('jobs')
      .selectAll()
      .where('device_id', '=', deviceId())
      .executeTakeFirstOrThrow()
    job = row.name
    const { customer_id, device_id, job_id, files, source_bytes } = {
      customer_id: box.own.customer.customerId,
      device_id: deviceId(),
      job_id: row.id,
      files: 0,
      source_bytes: 0,
    }
    await box.database.kysely
      .insertInto('runs')
      .values({
        ...{ id: parseId('run', `run_${'a'.repeat(20)}`), customer_id, device_id, job_id, files, source_bytes },
        ...{ verdict: 'ok', snapshot: null, code: null, detail: null, skipped: 0, added_bytes: 0, added_stored_bytes: 0 },
        ...{ started_at: box.clock.now(), ended_at: box.clock.now() },
      })
      .execute()
  })
  let job = ''

  test('refuses a schedule that comes earlier, never a person', async () => {
    box.clock.advance(dayMs / 12)
    const told = await policy(`?job=${job}&start=schedule`)
    expect(told.refusal).toMatchObject({ code: 'HF-TOO-SOON' })
    expect(told.refusal?.detail).toContain('once in 4\u00a0hours')
    expect(await policy(`?job=${job}&start=hand`)).toMatchObject({ acceptsBackups: true })
    expect(await policy(`?job=another&start=schedule`)).toMatchObject({ acceptsBackups: true })
    box.clock.advance(dayMs / 12)
    expect(await policy(`?job=${job}&start=schedule`)).toMatchObject({ acceptsBackups: true })
  })
})
