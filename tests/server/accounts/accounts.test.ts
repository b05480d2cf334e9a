/** In whose account one stands: entered, remembered by the browser, and never a right of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserIdentity } from '../../../server/users/user.ts'
import { bodyOf } from '../../support/test-app.ts'
import { cookieOf, newUser, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let both: UserIdentity

beforeAll(async () => {
  box = await twoCustomers()
  const memberships = [box.own, box.other].map(({ customer: { customerId } }) => ({ customerId, role: 'viewer' as const }))
  both = await newUser(box, 'both', { staffRole: undefined, memberships })
})
afterAll(() => box[Symbol.asyncDispose]())

async function page(user: UserIdentity, path: string, entered?: string) {
  const account = entered === undefined ? '' : `; holdfast_account_box_test=${entered}`
  const answer = await box.app.request(path, { headers: { cookie: `${await cookieOf(box, user)}${account}` } })
  return { status: answer.status, html: await answer.text() }
}

async function enter(user: UserIdentity, customer: string) {
  return box.app.request('/accounts/enter', {
    method: 'POST',
    headers: { cookie: await cookieOf(box, user), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ customer }),
  })
}

const whose = (html: string) => /class="whose"[^>]*><span><b>([^<]*)/.exec(html)?.[1]
const bodyClass = (html: string) => /<body class="([^"]*)"/.exec(html)?.[1]

describe('somebody of two customers', () => {
  test('stands in the older account until another one is entered', async () => {
    expect(whose((await page(both, '/')).html)).toBe('Harbour Street Dental')
    const answer = await enter(both, box.other.customer.customerId)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/')
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toContain(`holdfast_account_box_test=${box.other.customer.customerId}`)
    expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/i)
    expect(whose((await page(both, '/', box.other.customer.customerId)).html)).toBe('Northquay IT')
  })

  test('finds both in the list, and the way to it in the rail', async () => {
    expect((await page(both, '/')).html).toContain('<a class="whose" href="/accounts">')
    const { html } = await page(both, '/accounts')
    expect(html).toContain('Harbour Street Dental')
    expect(html).toContain('Northquay IT')
    expect(html).not.toContain('You look after')
  })
})

describe('staff who look for an account', () => {
  test('finds an account by a part of its name or by its number, and keeps the way it is for', async () => {
    const user = box.users.implementor
    const found = await page(user, '/accounts?to=add-computer&q=northq')
    expect(found.html).toContain('Northquay IT')
    expect(found.html).not.toContain('Harbour Street Dental')
    expect(found.html).toContain('name="to" value="add-computer"')
    const { number } = box.other.customer
    expect((await page(user, `/accounts?q=${number}`)).html).toContain('Northquay IT')
    expect((await page(user, '/accounts?q=<b>nobody')).html).toContain('Nobody was found for “<bdi>&lt;b&gt;nobody</bdi>”')
  })

  test('whoever is of customers only finds nobody else by it', async () => {
    const { html } = await page(box.users.owner, '/accounts?q=northq')
    expect(html).not.toContain('Northquay IT')
  })
})

describe('somebody of one customer', () => {
  test('cannot enter another one', async () => {
    const answer = await enter(box.users.owner, box.other.customer.customerId)
    expect(answer.status).toBe(404)
    expect((await bodyOf<{ code: string }>(answer)).code).toBe('HF-NOT-FOUND')
  })

  test.each(['cus_none2222222222222222', 'nonsense', ''])('a planted cookie (%s) changes nothing', async (planted) => {
    expect(whose((await page(box.users.owner, '/', planted)).html)).toBe('Harbour Street Dental')
  })

  test('nor does the cookie of a neighbour', async () => {
    expect(whose((await page(box.users.owner, '/', box.other.customer.customerId)).html)).toBe('Harbour Street Dental')
  })

  test('sees no switch', async () => {
    expect((await page(box.users.owner, '/')).html).not.toContain('href="/accounts"')
  })
})

describe('staff', () => {
  test('without an account begin before the box, until they enter one', async () => {
    const cookie = await cookieOf(box, box.users.implementor)
    const answer = await box.app.request('/', { headers: { cookie } })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/overview'])
    expect((await page(box.users.implementor, '/', box.own.customer.customerId)).status).toBe(200)
  })

  test('wear the dark rail in an account that is not theirs', async () => {
    const { html } = await page(box.users.implementor, '/computers', box.other.customer.customerId)
    expect(whose(html)).toBe('Northquay IT')
    expect(bodyClass(html)).toBe('app staff')
    expect(html).not.toContain('href="/storage"')
    expect((await page(box.users.administrator, '/computers')).html).toContain('href="/storage"')
  })

  test('members wear the pale one', async () => {
    expect(bodyClass((await page(box.users.owner, '/computers')).html)).toBe('app')
  })

  test('find every account in the list', async () => {
    const { html } = await page(box.users.implementor, '/accounts')
    expect(html).toContain('You look after')
    expect(html).toContain('Northquay IT')
  })

  test('an id that is none is a mistake in the form', async () => {
    expect((await enter(box.users.implementor, 'dev_x')).status).toBe(422)
  })
})
