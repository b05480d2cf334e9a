/** Letting computers in by a link or a code: over HTTP, as programs and scripts do it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatDeviceNumber } from '../../../server/devices/device.ts'
import { actingAs, connectByLink, fingerprintOf, makeEnrolment, postConnect } from '../../support/enrolled.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

const dayMs = 24 * 60 * 60 * 1000
let box: Awaited<ReturnType<typeof twoCustomers>>
beforeEach(async () => {
  box = await twoCustomers()
})
afterEach(() => box[Symbol.asyncDispose]())

async function codeOf(response: Response): Promise<string> {
  return response.status === 201 ? 'connected' : (await bodyOf<{ code: string }>(response)).code
}

describe('a link', () => {
  test('lets a computer in without a login, once, and tells nobody else its secret', async () => {
    const { enrolment, secret, code } = await makeEnrolment(box)
    const answer = await connectByLink(box, secret, 'LAB-1')
    expect(answer.status, await answer.clone().text()).toBe(201)
    const connected = await bodyOf<{ device: { id: string; number: string }; plan: string; customer: { id: string } }>(answer)
    expect(connected).toMatchObject({
      device: { number: 'D-000002' },
      plan: 'Silver',
      customer: { id: box.own.customer.customerId },
    })
    expect(await codeOf(await connectByLink(box, secret, 'LAB-2'))).toBe('HF-ENROLMENT-USED')
    const [use] = await box.devicesSide.enrolments.listUses(enrolment.enrolmentId)
    expect(use?.device?.name).toBe('LAB-1')
    const rows = JSON.stringify(await box.database.kysely.selectFrom('enrolments').selectAll().execute())
    expect(rows).not.toContain(secret)
    expect(rows).not.toContain(code.replaceAll('-', ''))
    const audit = await box.database.kysely.selectFrom('audit').selectAll().where('action', '=', 'device.connected').execute()
    expect(audit.at(-1)).toMatchObject({ actor_kind: 'enrolment', actor_name: 'enrolment link of owner@office.example' })
  })

  test('is as good by its code, however that is typed', async () => {
    const { code } = await makeEnrolment(box)
    const answer = await postConnect(box, {
      enrolment: { code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` },
      name: 'TYPED',
      agentVersion: '0.1.0',
      fingerprint: fingerprintOf('TYPED'),
    })
    expect(answer.status, await answer.clone().text()).toBe(201)
  })

  test('runs out by the clock of the box', async () => {
    const { secret } = await makeEnrolment(box, { days: 2 })
    box.clock.advance(2 * dayMs - 1)
    expect(await codeOf(await connectByLink(box, secret, 'LATE', { fingerprint: undefined }))).toBe('HF-VALIDATION')
    box.clock.advance(1)
    expect(await codeOf(await connectByLink(box, secret, 'LATE'))).toBe('HF-ENROLMENT-EXPIRED')
  })

  test('that was withdrawn lets nobody in, and what came by it stays', async () => {
    const { enrolment, secret } = await makeEnrolment(box, { usesMax: 2 })
    const first = await bodyOf<{ token: string }>(await connectByLink(box, secret, 'LAB-1'))
    await box.devicesSide.enrolments.revoke(enrolment, actingAs(box.users.owner))
    expect(await codeOf(await connectByLink(box, secret, 'LAB-2'))).toBe('HF-ENROLMENT-REVOKED')
    const headers = { authorization: `Bearer ${first.token}`, 'holdfast-protocol': '1' }
    expect((await box.app.request('/api/agent/v1/policy', { headers })).status).toBe(200)
  })

  test('gives its last use to one computer, however many want it at once', async () => {
    const { enrolment, secret } = await makeEnrolment(box, { usesMax: 3 })
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => connectByLink(box, secret, `RACE-${index}`)))
    const codes = await Promise.all(answers.map(codeOf))
    expect(codes.filter((code) => code === 'connected')).toHaveLength(3)
    expect(codes.filter((code) => code === 'HF-ENROLMENT-USED')).toHaveLength(5)
    expect(await box.devicesSide.enrolments.listUses(enrolment.enrolmentId)).toHaveLength(3)
    const slots = await box.database.kysely.selectFrom('key_slots').select('slot_id').where('kind', '=', 'device').execute()
    expect(slots).toHaveLength(4)
  })

  test('is not used up where the plan is full', async () => {
    const { enrolment, secret } = await makeEnrolment(box)
    const { subscriptionId } = box.own.subscription
    const limitTo = (devices: number) =>
      box.database.kysely.updateTable('subscriptions').set({ devices_max: devices }).where('id', '=', subscriptionId).execute()
    await limitTo(1)
    expect(await codeOf(await connectByLink(box, secret, 'FULL'))).toBe('HF-PLAN-DEVICES-EXCEEDED')
    expect((await box.devicesSide.enrolments.find(enrolment.enrolmentId))?.uses).toBe(0)
    await limitTo(2)
    expect(await codeOf(await connectByLink(box, secret, 'FULL'))).toBe('connected')
  })

  test('of a plan that has run out lets nobody in', async () => {
    const { secret } = await makeEnrolment(box)
    await box.database.kysely
      .updateTable('subscriptions')
      .set({ valid_until: box.clock.now() - 1, grace_days: 0 })
      .where('id', '=', box.own.subscription.subscriptionId)
      .execute()
    expect(await codeOf(await connectByLink(box, secret, 'LATE'))).toBe('HF-LICENCE-EXPIRED')
  })

  test('made for a computer puts the new one in its place', async () => {
    const { deviceId, number } = box.device.device
    const { enrolment, secret } = await makeEnrolment(box, { deviceId, usesMax: 20 })
    expect(enrolment.usesMax).toBe(1)
    const answer = await connectByLink(box, secret, 'NEW-PC')
    expect(await bodyOf(answer)).toMatchObject({ device: { id: deviceId, number: formatDeviceNumber(number), name: 'NEW-PC' } })
  })

  test('made for one computer does not take the place of another', async () => {
    const other = await makeEnrolment(box)
    const second = await bodyOf<{ device: { number: string } }>(await connectByLink(box, other.secret, 'SECOND'))
    const { secret } = await makeEnrolment(box, { deviceId: box.device.device.deviceId })
    expect(await codeOf(await connectByLink(box, secret, 'NEW-PC', { replace: second.device.number }))).toBe('HF-NOT-FOUND')
  })
})

describe('a forged one', () => {
  const forged = [
    { title: 'a link of another box', enrolment: { link: `hfe_${'a'.repeat(52)}` }, expect: 'HF-ENROLMENT-UNKNOWN' },
    { title: 'no link at all', enrolment: { link: "' OR 1=1 --" }, expect: 'HF-ENROLMENT-UNKNOWN' },
    { title: 'an empty link', enrolment: { link: '' }, expect: 'HF-ENROLMENT-UNKNOWN' },
    { title: 'an unknown code', enrolment: { code: '0000-0000-0000' }, expect: 'HF-ENROLMENT-UNKNOWN' },
    { title: 'a token in its place', enrolment: { link: `hft_${'a'.repeat(52)}` }, expect: 'HF-ENROLMENT-UNKNOWN' },
    { title: 'both at once', enrolment: { link: 'hfe_a', code: 'K7QF-2M9X-4TRA' }, expect: 'HF-VALIDATION' },
    { title: 'neither', enrolment: {}, expect: 'HF-VALIDATION' },
    { title: 'an endless one', enrolment: { code: 'A'.repeat(5000) }, expect: 'HF-VALIDATION' },
    { title: 'nobody', enrolment: undefined, expect: 'HF-VALIDATION' },
  ]
  test.each(forged)('$title: $expect', async ({ enrolment, expect: code }) => {
    const body = { enrolment, name: 'X', agentVersion: '0', fingerprint: fingerprintOf('X') }
    expect(await codeOf(await postConnect(box, body))).toBe(code)
  })

  test('guessing is slowed down, and a good one is no guess', async () => {
    const guess = (code: string) =>
      postConnect(box, { enrolment: { code }, name: 'X', agentVersion: '0', fingerprint: fingerprintOf('X') })
    const codes: string[] = []
    for (let attempt = 0; attempt < 22; attempt += 1) codes.push(await codeOf(await guess('0000-0000-0000')))
    expect(codes[0]).toBe('HF-ENROLMENT-UNKNOWN')
    const last = await guess('0000-0000-0000')
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    box.clock.advance(60 * 60 * 1000)
    const { secret } = await makeEnrolment(box, { usesMax: 30 })
    for (let index = 0; index < 5; index += 1)
      expect(await codeOf(await connectByLink(box, secret, `OK-${index}`))).toBe('connected')
  })
})

describe('the API', () => {
  const request = async (who: 'owner' | 'foreign' | 'viewer' | 'implementor', method: string, path: string, body?: object) =>
    box.app.request(path, {
      method,
      headers: { authorization: await tokenOf(box, box.users[who], ['read', 'write']), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const wish = () => ({ customerId: box.own.customer.customerId, subscriptionId: box.own.subscription.subscriptionId })

  test('makes, lists and withdraws them', async () => {
    const made = await request('owner', 'POST', '/api/v1/enrolments', { ...wish(), usesMax: 5 })
    expect(made.status).toBe(201)
    const { id, link, code } = await bodyOf<{ id: string; link: string; code: string }>(made)
    expect(link).toMatch(/^http:\/\/localhost\/enrol#hfe_[a-z2-7]{52}$/)
    expect(code).toMatch(/^.{4}-.{4}-.{4}$/)
    const list = async () => (await bodyOf<{ items: object[] }>(await request('implementor', 'GET', '/api/v1/enrolments'))).items
    expect(await list()).toEqual([expect.objectContaining({ id, state: 'open', uses: 0, usesMax: 5 })])
    expect(JSON.stringify(await list())).not.toContain('hfe_')
    expect((await request('foreign', 'DELETE', `/api/v1/enrolments/${id}`)).status).toBe(404)
    expect((await request('owner', 'DELETE', `/api/v1/enrolments/${id}`)).status).toBe(204)
    expect(await list()).toEqual([expect.objectContaining({ id, state: 'revoked' })])
  })

  test('makes none for others, by viewers, or beyond the limits', async () => {
    const post = (who: 'owner' | 'foreign' | 'viewer', body: object) => request(who, 'POST', '/api/v1/enrolments', body)
    expect((await post('foreign', wish())).status).toBe(404)
    expect((await post('viewer', wish())).status).toBe(403)
    expect((await post('owner', { ...wish(), subscriptionId: box.other.subscription.subscriptionId })).status).toBe(404)
    expect((await post('owner', { ...wish(), usesMax: 101 })).status).toBe(422)
    expect((await post('owner', { ...wish(), days: 0 })).status).toBe(422)
    expect((await post('owner', { ...wish(), replaces: `dev_${'a'.repeat(20)}` })).status).toBe(403)
  })

  test('a link that takes a computer’s place reads its versions: the customer’s own people make it, never staff', async () => {
    const { deviceId } = box.device.device
    const replace = async (who: 'owner' | 'member' | 'implementor' | 'administrator') => {
      const form = formRequest({ days: '7' }, { cookie: await cookieOf(box, box.users[who]) })
      return (await box.app.request(`/computers/${deviceId}/replace`, form)).status
    }
    expect(await replace('implementor')).toBe(403)
    expect(await replace('administrator')).toBe(403)
    expect(await replace('member')).toBe(201)
    expect((await request('implementor', 'POST', '/api/v1/enrolments', { ...wish(), replaces: deviceId })).status).toBe(403)
    expect((await request('owner', 'POST', '/api/v1/enrolments', { ...wish(), replaces: deviceId })).status).toBe(403)
  })

  test('an account has at most a hundred open ones', async () => {
    for (let index = 0; index < 100; index += 1) await makeEnrolment(box)
    const answer = await request('owner', 'POST', '/api/v1/enrolments', wish())
    expect(await codeOf(answer)).toBe('HF-ENROLMENTS-EXCEEDED')
    expect(await cookieOf(box, box.users.owner)).toBeDefined()
  })
})
