import { describe, expect, test } from 'vitest'
import { bodyOf, cookiesOf, formRequest, goodPassword, helen, setUpApp, testApp } from '../../support/test-app.ts'

const request = { ...helen, customer: 'Calder & Rowe' }

async function openedBox(options: Parameters<typeof testApp>[0] = {}) {
  const box = await testApp(options)
  const door = await box.people.setup.openDoor(undefined)
  if (door.kind !== 'open') throw new Error('the box is set up already')
  return { ...box, token: door.token }
}

describe('first set-up by the one-time link', () => {
  test('makes an administrator who owns the first customer on Gold, signs them in, and works once', async () => {
    await using box = await openedBox()
    const page = await box.app.request(`/setup?token=${box.token}`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain(box.token)

    const answer = await box.app.request('/setup', formRequest({ token: box.token, ...request }))
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toMatch(/^\/customers\/cus_[a-z2-7]+\/recovery-kit\?first=yes$/)

    const cookie = cookiesOf(answer)
    const me = await bodyOf<{ customers: { id: string }[] }>(await box.app.request('/api/v1/me', { headers: { cookie } }))
    expect(me).toMatchObject({
      email: helen.email,
      name: helen.name,
      staffRole: 'administrator',
      customers: [{ number: 'C-000001', name: 'Calder & Rowe', role: 'owner' }],
      scopes: null,
    })
    const customerId = me.customers[0]?.id
    expect(box.askedRepositories).toEqual([customerId])
    const subscriptions = await bodyOf<{ items: unknown }>(
      await box.app.request('/api/v1/subscriptions', { headers: { cookie } }),
    )
    expect(subscriptions.items).toMatchObject([
      { customerId, plan: { name: 'Gold' }, state: 'live', validUntil: null, quotaBytes: 2 * 1024 ** 4, devicesMax: 50 },
    ])

    const again = await box.app.request('/setup', formRequest({ token: box.token, ...request }))
    expect(again.status).toBe(409)
    expect(await again.text()).toContain('HF-SETUP-DONE')
    expect((await box.app.request(`/setup?token=${box.token}`)).headers.get('location')).toBe('/')
  })

  test('stores no token, only its hash, and nothing once it is used', async () => {
    await using box = await openedBox()
    const stored = () => box.database.kysely.selectFrom('settings').selectAll().execute()
    expect(JSON.stringify(await stored())).not.toContain(box.token)
    await box.people.setup.setUpByLink(box.token, request, '192.0.2.1')
    expect((await stored()).map(({ name }) => name).filter((name) => name.startsWith('setup.'))).toEqual(['setup.done_at'])
  })

  test('a new start ends the earlier link', async () => {
    await using box = await openedBox()
    const next = await box.people.setup.openDoor(undefined)
    expect(next).toMatchObject({ kind: 'open' })
    const answer = await box.app.request(`/setup?token=${box.token}`, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('HF-SETUP-TOKEN-INVALID')
  })

  test('a configured token stays the same', async () => {
    await using box = await testApp()
    const first = await box.people.setup.openDoor('a-token-of-the-installer')
    const second = await box.people.setup.openDoor('a-token-of-the-installer')
    expect([first, second]).toEqual(Array(2).fill({ kind: 'open', token: 'a-token-of-the-installer' }))
  })

  const wrongTokens = ['', 'x', 'hft_aaaa', '%00', 'ä'.repeat(300)]
  test.each(wrongTokens)('the token %j opens nothing', async (token) => {
    await using box = await openedBox()
    const answer = await box.app.request('/setup', formRequest({ token, ...request }))
    expect(answer.status).toBe(403)
    expect(await box.people.setup.isDone()).toBe(false)
  })

  const badFields = [
    { title: 'a short password', change: { password: 'short' }, says: 'at least 12 characters' },
    { title: 'a common password', change: { password: 'Password123456' }, says: 'most common' },
    { title: 'no mail address', change: { email: 'helen' }, says: 'not a mail address' },
    { title: 'an empty name', change: { name: '   ' }, says: 'A name has' },
    { title: 'a customer of two lines', change: { customer: 'Calder\nRowe' }, says: 'A name has' },
  ]
  test.each(badFields)('$title is said beside its field, and nothing is made', async ({ change, says }) => {
    await using box = await openedBox()
    const answer = await box.app.request('/setup', formRequest({ token: box.token, ...request, ...change }))
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain(says)
    expect(page).not.toContain(goodPassword)
    expect(await box.people.setup.isDone()).toBe(false)
    expect(box.askedRepositories).toEqual([])
    expect((await box.app.request('/setup', formRequest({ token: box.token, ...request }))).status).toBe(303)
  })

  test('names are text: HTML in them stays text', async () => {
    await using box = await openedBox()
    const evil = '<script>alert(1)</script>"\'&'
    const answer = await box.app.request('/setup', formRequest({ token: box.token, ...request, name: evil, password: 'short' }))
    const page = await answer.text()
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script>alert')
  })
})

describe('set-up that is interrupted or raced', () => {
  test('a repository that cannot be made leaves nothing visible, and the next try takes the same customer', async () => {
    let isDiskFull = true
    await using box = await openedBox({
      createRepositoryForCustomer: async () => {
        if (isDiskFull) throw new Error('ENOSPC')
      },
    })
    await expect(box.people.setup.setUpByLink(box.token, request, '192.0.2.1')).rejects.toThrow('ENOSPC')
    expect(await box.people.setup.isDone()).toBe(false)
    expect(await box.people.customers.list({ reach: 'all', afterNumber: 0, limit: 10 })).toEqual([])
    isDiskFull = false
    const { customer } = await box.people.setup.setUpByLink(box.token, request, '192.0.2.1')
    expect(customer.number).toBe(1)
    expect(box.askedRepositories).toEqual([customer.customerId, customer.customerId])
  })

  test('of many at once exactly one wins', async () => {
    await using box = await testApp()
    const tries = Array.from({ length: 6 }, (_, index) =>
      box.people.setup.setUpByCommand({ ...request, email: `helen${index}@office.example` }),
    )
    const results = await Promise.allSettled(tries)
    const lost = results.filter((result) => result.status === 'rejected')
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(lost.map(({ reason }) => reason.fault)).toEqual(Array(5).fill('done'))
    expect(await box.people.users.list({ reach: 'all', after: undefined, limit: 10 })).toHaveLength(1)
    expect(await box.people.customers.list({ reach: 'all', afterNumber: 0, limit: 10 })).toHaveLength(1)
  })

  test('before it nobody can sign in, and the page says why', async () => {
    await using box = await testApp()
    const answer = await box.app.request('/signin', { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('HF-SETUP-NEEDED')
  })

  test('is written to the audit log in the same transaction', async () => {
    await using box = await setUpApp()
    const rows = await box.database.kysely.selectFrom('audit').selectAll().orderBy('id').execute()
    expect(rows.map(({ action }) => action)).toEqual(['customer.created', 'user.created', 'subscription.created', 'box.set-up'])
    expect(JSON.stringify(rows)).not.toContain(goodPassword)
  })
})
