/** Invitations through the pages: sent, opened, accepted, ended. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { invitationLastsMs } from '../../../server/invitations/invitation.ts'
import { cookiesOf, formRequest, goodPassword } from '../../support/test-app.ts'
import { cookieOf, newCustomer, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
beforeEach(async () => {
  box = await twoCustomers()
})
afterEach(() => box[Symbol.asyncDispose]())

type Caller = keyof typeof box.users
const post = async (path: string, fields: Readonly<Record<string, string>>, as?: Caller, cookies = '') =>
  box.app.request(
    path,
    formRequest(fields, { cookie: [as === undefined ? '' : await cookieOf(box, box.users[as]), cookies].join('; ') }),
  )
const get = async (path: string, as?: Caller) =>
  box.app.request(path, {
    headers: { accept: 'text/html', ...(as === undefined ? {} : { cookie: await cookieOf(box, box.users[as]) }) },
  })
const linkIn = async (answer: Response) =>
  new URL(/http:\/\/localhost\/invitation\?token=[a-z2-7]{52}/.exec(await answer.text())?.[0] ?? 'http://none')
const pathOf = (link: URL) => link.pathname + link.search
const tokenIn = (link: URL) => link.searchParams.get('token') ?? ''
const own = () => box.own.customer.customerId

/** The owner asks somebody in; without a mail server the link is shown. */
const invite = async (email: string, role = 'viewer') =>
  linkIn(await post('/account/people/invite', { customer: own(), email, role }, 'owner'))
const accept = (link: URL, fields: Readonly<Record<string, string>> = {}) =>
  post('/invitation', { token: tokenIn(link), name: 'Nina New', password: goodPassword, ...fields })

describe('somebody new', () => {
  test('gets a login with the promised right, and is in', async () => {
    const link = await invite('nina@office.example', 'member')
    const page = await (await get(pathOf(link))).text()
    expect(page).toContain('owner invites you.')
    expect(page).toContain('a member of Harbour Street Dental')
    const answer = await accept(link)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    const me = await (await box.app.request('/api/v1/me', { headers: { cookie: cookiesOf(answer) } })).json()
    expect(me).toMatchObject({
      email: 'nina@office.example',
      name: 'Nina New',
      customers: [{ id: own(), role: 'member' }],
      staffRole: null,
    })
  })

  test.each([
    { title: 'a weak password', fields: { password: 'short' }, says: 'at least 12' },
    { title: 'a name that breaks lines', fields: { name: 'a\r\nBcc: x' }, says: 'all on one line' },
    { title: 'a name of nothing', fields: { name: ' ' }, says: '1 to 200' },
  ])('with $title is asked again, and the link still works', async ({ fields, says }) => {
    const link = await invite('nina@office.example')
    const answer = await accept(link, fields)
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain(says)
    expect((await accept(link)).status).toBe(303)
  })

  test('with a megabyte of password is not even read', async () => {
    const link = await invite('nina@office.example')
    expect((await accept(link, { password: 'x'.repeat(1024 ** 2) })).status).toBe(413)
  })
})

describe('somebody with a login', () => {
  test('signs in and comes back, then accepts', async () => {
    const link = await invite('foreign@office.example')
    expect(await (await get(pathOf(link))).text()).toContain(`name="next" value="/invitation?token=${tokenIn(link)}"`)
    expect(await (await get(pathOf(link), 'foreign')).text()).toContain('You are signed in as')
    expect((await post('/invitation', { token: tokenIn(link) }, 'foreign')).status).toBe(303)
    const user = await box.people.users.find(box.users.foreign.userId)
    expect(user?.memberships).toContainEqual({ customerId: own(), role: 'viewer' })
    // A password of a stranger does not make a second login of the same address.
    expect((await accept(link)).status).toBe(410)
  })
  test('but another one is not let in by it', async () => {
    const link = await invite('nina@office.example')
    const page = await get(pathOf(link), 'viewer')
    expect(await page.text()).toContain('Sign out, then open the link again.')
    await post('/invitation', { token: tokenIn(link), name: 'X', password: goodPassword }, 'viewer')
    expect(await box.people.users.findByEmail('nina@office.example')).toBeUndefined()
  })
})

describe('a link that works no more says so kindly', () => {
  const ended = async (link: URL, says: string) => {
    const opened = await get(pathOf(link))
    expect(opened.status).toBe(410)
    expect(await opened.text()).toContain(says)
    expect((await accept(link)).status).toBe(410)
  }
  test('used', async () => {
    const link = await invite('nina@office.example')
    await accept(link)
    await ended(link, 'This invitation was accepted.')
  })
  test('used by two at the same moment: by one of them', async () => {
    const link = await invite('nina@office.example')
    const statuses = (await Promise.all([accept(link), accept(link)])).map(({ status }) => status).toSorted()
    expect(statuses[0]).toBe(303)
    expect(statuses[1]).toBeGreaterThanOrEqual(400)
  })
  test('too old', async () => {
    const link = await invite('nina@office.example')
    box.clock.advance(invitationLastsMs)
    await ended(link, 'This invitation is too old.')
  })
  test('withdrawn, sent again, and asked for anew', async () => {
    const first = await invite('nina@office.example')
    const second = await invite('nina@office.example', 'member')
    await ended(first, 'does not work any more')
    const page = await (await get('/account/people', 'owner')).text()
    const path = /action="(\/account\/people\/invitations\/inv_[a-z2-7]+)\/again"/.exec(page)?.[1] ?? ''
    const third = await linkIn(await post(`${path}/again`, { customer: own() }, 'owner'))
    await ended(second, 'This link leads nowhere.')
    expect((await post(`${path}/withdraw`, { customer: own() }, 'owner')).status).toBe(303)
    await ended(third, 'does not work any more')
    expect((await post(`${path}/again`, { customer: own() }, 'owner')).status).toBe(404)
  })
  test.each(['', 'x', 'a'.repeat(52), '%00', '<script>alert(1)</script>'])('unknown: %s', async (token) => {
    const answer = await get(`/invitation?token=${encodeURIComponent(token)}`)
    expect(answer.status).toBe(410)
    expect(await answer.text()).not.toContain('<script>alert')
  })
})

describe('staff and the owners of a customer', () => {
  test('staff ask in the first owner, and nobody after that', async () => {
    const { customer } = await newCustomer(box, 'New & Co')
    const customerId = customer.customerId
    const enter = `holdfast_account_box_test=${customerId}`
    const ask = (email: string, role: string, by: Caller = 'implementor') =>
      post('/account/people/invite', { customer: customerId, email, role }, by, enter)
    expect((await ask('impl@box.example', 'viewer')).status).toBe(403)
    const first = await linkIn(await ask('boss@new.example', 'owner'))
    const second = await linkIn(await ask('implementor@office.example', 'owner', 'administrator'))
    expect((await accept(first)).status).toBe(303)
    // The administrator’s own way in is closed by the owner who came first.
    const late = await post('/invitation', { token: tokenIn(second) }, 'implementor')
    expect(late.status).toBe(410)
    expect((await box.people.users.find(box.users.implementor.userId))?.memberships).toEqual([])
    expect((await ask('third@new.example', 'owner')).status).toBe(422)
  })
  test('members and viewers ask nobody in', async () => {
    for (const caller of ['member', 'viewer'] as const)
      expect(
        (await post('/account/people/invite', { customer: own(), email: 'a@b.example', role: 'owner' }, caller)).status,
      ).toBe(403)
  })
  test('an owner does so in the account they stand in, and in no other', async () => {
    const other = await post(
      '/account/people/invite',
      { customer: box.other.customer.customerId, email: 'a@b.example', role: 'owner' },
      'owner',
    )
    expect(other.status).toBe(409)
  })
})

test('who is there already is not invited again', async () => {
  const answer = await post('/account/people/invite', { customer: own(), email: 'MEMBER@office.example', role: 'owner' }, 'owner')
  expect(answer.status).toBe(422)
  expect(await answer.text()).toContain('is there already')
})

test('a mail address that would break a letter’s head is none', async () => {
  for (const email of ['a@b.example\r\nBcc: c@d.example', 'a b@c.example', '"a"@b', ''])
    expect((await post('/account/people/invite', { customer: own(), email, role: 'viewer' }, 'owner')).status, email).toBe(422)
})

test('only the hash of a link is stored', async () => {
  const link = await invite('nina@office.example')
  const rows = await box.database.kysely.selectFrom('invitations').selectAll().execute()
  expect(rows.map((row) => Object.values(row).map(String).join(' ')).join('\n')).not.toContain(tokenIn(link))
})

test('the staff of the box comes in the same way', async () => {
  const link = await linkIn(await post('/people/invite', { email: 'ida@box.example', role: 'implementor' }, 'administrator'))
  expect(await (await get(pathOf(link))).text()).toContain('an implementor of this box')
  expect((await accept(link)).status).toBe(303)
  expect((await box.people.users.findByEmail('ida@box.example'))?.staffRole).toBe('implementor')
})

test('each step is in the log of the box', async () => {
  await accept(await invite('nina@office.example'))
  const rows = await box.database.kysely
    .selectFrom('audit')
    .select(['action', 'customer_id'])
    .where('action', 'like', 'invitation.%')
    .orderBy('id')
    .execute()
  expect(rows).toEqual([
    { action: 'invitation.sent', customer_id: own() },
    { action: 'invitation.accepted', customer_id: own() },
  ])
})
