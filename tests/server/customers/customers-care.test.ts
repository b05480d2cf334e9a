/** Customers founded, changed, suspended, deleted and kept, through the front door. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let cookies: Record<'administrator' | 'implementor' | 'owner' | 'member', string>

beforeAll(async () => {
  box = await twoCustomers()
  const { administrator, implementor, owner, member } = box.users
  cookies = {
    administrator: await cookieOf(box, administrator),
    implementor: await cookieOf(box, implementor),
    owner: await cookieOf(box, owner),
    member: await cookieOf(box, member),
  }
})
afterAll(() => box[Symbol.asyncDispose]())

const get = async (path: string, cookie: string) => {
  const answer = await box.app.request(path, { headers: { cookie, accept: 'text/html' } })
  return { status: answer.status, text: await answer.text() }
}
const post = (path: string, fields: Readonly<Record<string, string>>, cookie: string) =>
  box.app.request(path, formRequest(fields, { cookie }))

const actionsOf = async (customerId: string) =>
  (
    await box.database.kysely.selectFrom('audit').select('action').where('object_id', '=', customerId).orderBy('id').execute()
  ).map(({ action }) => action)

describe('the list', () => {
  const searches = [
    { title: 'number', q: 'c-000002', found: 'Harbour Street Dental' },
    { title: 'digits', q: '3', found: 'Northquay IT' },
    { title: 'a part of the name, whatever its case', q: 'HARBOUR str', found: 'Harbour Street Dental' },
  ]
  test.each(searches)('is searched by $title', async ({ q, found }) => {
    const { status, text } = await get(`/customers?q=${encodeURIComponent(q)}`, cookies.implementor)
    expect(status).toBe(200)
    expect(text).toContain(found)
    expect([...text.matchAll(/<th scope="row">/g)]).toHaveLength(1)
  })

  test.each(['%', '_', '\\', "' OR 1=1 --", 'ß'.repeat(200)])('a search for %s finds nobody and breaks nothing', async (q) => {
    const { status, text } = await get(`/customers?q=${encodeURIComponent(q)}`, cookies.administrator)
    expect(status).toBe(200)
    expect(text).toContain('Nobody was found')
  })

  test('is not for a customer’s own people', async () => {
    expect((await get('/customers', cookies.owner)).status).toBe(403)
  })
})

describe('a new customer', () => {
  test('is founded with its details and plan, and found by contact and city', async () => {
    const gold = await box.people.plans.findNamed('gold')
    const form = {
      name: '<i>Calder</i> & Rowe',
      contact: 'Mina Ödegård',
      city: 'Aarhus',
      country: 'DK',
      timeZone: 'Europe/Copenhagen',
      notes: 'Pays late.\nKind people.',
      plan: gold!.planId,
    }
    const answer = await post('/customers/new', form, cookies.implementor)
    expect(answer.status).toBe(303)
    const { text } = await get(answer.headers.get('location')!, cookies.implementor)
    expect(text).toContain('&lt;i&gt;Calder&lt;/i&gt; &amp; Rowe')
    expect(text).toContain('Aarhus, Denmark')
    expect(text).toContain('Pays late.')
    expect(text).toContain('Gold')
    for (const q of ['ödeg', 'aarhus']) expect((await get(`/customers?q=${q}`, cookies.implementor)).text).toContain('Calder')
  })

  test('what is not right is said beside it, and nothing is founded', async () => {
    const before = await box.people.customersOverview.counts()
    const answer = await post('/customers/new', { name: ' ', country: 'XX', email: 'x\r\nBcc: y' }, cookies.implementor)
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('aria-invalid')
    expect(await box.people.customersOverview.counts()).toEqual(before)
  })

  test('many at once are many customers, each with its own number', async () => {
    const authorization = await tokenOf(box, box.users.implementor, ['write', 'read'])
    const made = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        box.app.request('/api/v1/customers', {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ name: `Twin ${index}`, plan: 'Bronze', details: { city: 'Ghent' }, notes: 'n' }),
        }),
      ),
    )
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    const bodies = await Promise.all(made.map((answer) => bodyOf<{ number: string; name: string; notes: string }>(answer)))
    expect(new Set(bodies.map(({ number }) => number)).size).toBe(5)
    expect(new Set(bodies.map(({ name }) => name)).size).toBe(5)
    expect(bodies[0]).toMatchObject({ state: 'active', notes: 'n', details: { city: 'Ghent' } })
  })
})

describe('what is written down', () => {
  test('is changed by an owner, who neither sees nor writes notes', async () => {
    const { customerId } = box.own.customer
    await post(`/customers/${customerId}/edit`, { name: 'Harbour Street Dental', notes: 'secret' }, cookies.administrator)
    const form = { name: 'Harbour Street Dental', street: '1 Quay', notes: 'overwritten' }
    expect((await post('/account/edit', form, cookies.owner)).status).toBe(303)
    const page = await get('/account', cookies.owner)
    expect(page.text).toContain('1 Quay')
    expect(page.text).not.toContain('secret')
    expect((await box.people.customers.find(customerId))?.details).toMatchObject({ street: '1 Quay', notes: 'secret' })
    const api = await box.app.request(`/api/v1/customers/${customerId}`, { headers: { cookie: cookies.owner } })
    expect(await bodyOf(api)).not.toHaveProperty('notes')
  })

  test('a member may look and not write', async () => {
    expect((await get('/account', cookies.member)).status).toBe(200)
    expect((await get('/account', cookies.member)).text).not.toContain('/account/edit')
    expect((await post('/account/edit', { name: 'Mine' }, cookies.member)).status).toBe(403)
  })

  test('a change that changes nothing is no row of the log', async () => {
    const { customerId } = box.other.customer
    const before = await actionsOf(customerId)
    await post(`/customers/${customerId}/edit`, { name: 'Northquay IT' }, cookies.implementor)
    expect(await actionsOf(customerId)).toEqual(before)
  })
})

describe('suspending and deleting', () => {
  beforeEach(async () => {
    await box.database.kysely.deleteFrom('outbox').execute()
  })
  const policy = async () =>
    bodyOf<{ refusal: { code: string; detail: string } | null; code?: string }>(
      await box.app.request('/api/agent/v1/policy', {
        headers: { authorization: `Bearer ${box.device.token}`, 'holdfast-protocol': '1' },
      }),
    )
  const letters = async () =>
    (await box.database.kysely.selectFrom('outbox').select(['recipient', 'title']).orderBy('title').execute()).map(
      ({ recipient, title }) => ({
        recipient,
        title,
      }),
    )

  test('a suspended customer is told why, and comes back', async () => {
    const { customerId } = box.own.customer
    const path = `/customers/${customerId}`
    expect((await post(`${path}/suspend`, { reason: 'Invoices of March are open' }, cookies.implementor)).status).toBe(403)
    expect((await post(`${path}/suspend`, { reason: ' ' }, cookies.administrator)).status).toBe(422)
    expect((await post(`${path}/suspend`, { reason: 'Invoices of March are open' }, cookies.administrator)).status).toBe(303)
    expect(JSON.stringify(await policy())).toContain('Invoices of March are open')
    expect((await get('/', cookies.owner)).text).toContain('Invoices of March are open')
    expect(await letters()).toEqual([
      { recipient: 'owner@office.example', title: 'Harbour Street Dental is suspended: no backups are taken' },
    ])
    expect((await post(`${path}/resume`, {}, cookies.administrator)).status).toBe(303)
    expect(JSON.stringify(await policy())).not.toContain('HF-CUSTOMER-SUSPENDED')
    expect((await post(`${path}/resume`, {}, cookies.administrator)).status).toBe(409)
  })

  test('deleting asks for the number, and an owner takes it back', async () => {
    const { customerId } = box.own.customer
    const path = `/customers/${customerId}`
    expect((await get(`${path}/delete`, cookies.administrator)).text).toContain('A printed recovery kit together with a copy')
    expect((await post(`${path}/delete`, { number: 'C-000003' }, cookies.administrator)).status).toBe(422)
    expect((await post(`${path}/delete`, { number: 'C-000002' }, cookies.owner)).status).toBe(403)
    expect((await post(`${path}/delete`, { number: 'c-2' }, cookies.administrator)).status).toBe(303)
    expect(JSON.stringify(await policy())).toContain('HF-CUSTOMER-LEAVING')
    expect((await get('/account', cookies.owner)).text).toContain('Keep this account')
    expect((await get('/account', cookies.member)).text).not.toContain('Keep this account')
    expect((await post('/account/keep', {}, cookies.member)).status).toBe(403)
    expect((await post('/account/keep', {}, cookies.owner)).status).toBe(303)
    expect(JSON.stringify(await policy())).not.toContain('HF-CUSTOMER-LEAVING')
    expect((await letters()).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Harbour Street Dental was deleted and ends on 13 April 2026/),
      'Harbour Street Dental was kept',
    ])
    expect((await actionsOf(customerId)).slice(-2)).toEqual(['customer.deleted', 'customer.kept'])
  })

  test('one that was suspended before is suspended after', async () => {
    const { customerId } = box.other.customer
    const { administrator } = box.users
    const actingAs = {
      actor: { kind: 'user', userId: administrator.userId, email: administrator.email },
      address: 'test',
    } as const
    await box.people.customerStandings.suspend(customerId, 'why', actingAs)
    await box.people.customerStandings.leave(customerId, '3', actingAs)
    expect(await box.people.customerStandings.stay(customerId, actingAs)).toMatchObject({
      state: 'suspended',
      suspended: { reason: 'why' },
    })
    await box.people.customerStandings.resume(customerId, actingAs)
  })
})
