/** Roles and removals through the pages, and who always stays. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, newUser, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
beforeEach(async () => {
  box = await twoCustomers()
})
afterEach(() => box[Symbol.asyncDispose]())

type Caller = keyof typeof box.users
const post = async (path: string, fields: Readonly<Record<string, string>>, as: Caller) =>
  box.app.request(path, formRequest(fields, { cookie: await cookieOf(box, box.users[as]) }))
const get = async (path: string, as: Caller) =>
  (await box.app.request(path, { headers: { accept: 'text/html', cookie: await cookieOf(box, box.users[as]) } })).text()
const own = () => box.own.customer.customerId
const rolesIn = async () => Object.fromEntries((await box.people.members.list(own())).map(({ name, role }) => [name, role]))
const change = (who: Caller, role: string, as: Caller = 'owner') =>
  post(`/account/people/${box.users[who].userId}/role`, { customer: own(), role }, as)
const remove = (who: Caller, as: Caller = 'owner') =>
  post(`/account/people/${box.users[who].userId}/remove`, { customer: own() }, as)

describe('in an account', () => {
  test('its owner changes roles and removes; who is removed is out at once', async () => {
    const viewers = await cookieOf(box, box.users.viewer)
    expect((await change('member', 'viewer')).status).toBe(303)
    expect((await remove('viewer')).status).toBe(303)
    expect(await rolesIn()).toEqual({ owner: 'owner', member: 'viewer' })
    expect((await box.app.request('/computers', { headers: { cookie: viewers } })).status).toBe(403)
    const titles = await box.database.kysely.selectFrom('outbox').select('title').execute()
    expect(titles).toHaveLength(2)
  })
  test('the last owner stays', async () => {
    for (const answer of [await change('owner', 'viewer'), await remove('owner')]) {
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('is the last owner')
    }
    await change('member', 'owner')
    expect((await remove('owner')).status).toBe(303)
    expect(await rolesIn()).toEqual({ member: 'owner', viewer: 'viewer' })
  })
  test('two owners who remove each other at the same moment leave one', async () => {
    await change('member', 'owner')
    const [asOwner, asMember] = [await cookieOf(box, box.users.owner), await cookieOf(box, box.users.member)]
    const request = (who: Caller, cookie: string) =>
      box.app.request(`/account/people/${box.users[who].userId}/remove`, formRequest({ customer: own() }, { cookie }))
    await Promise.all([request('member', asOwner), request('owner', asMember)])
    expect(Object.values(await rolesIn()).filter((role) => role === 'owner')).toHaveLength(1)
  })
  test.each(['administrator', 'implementor', 'member', 'viewer', 'foreign'] as const)('%s changes nothing', async (caller) => {
    for (const answer of [await change('viewer', 'owner', caller), await remove('viewer', caller)])
      expect([403, 404]).toContain(answer.status)
    expect(await rolesIn()).toEqual({ owner: 'owner', member: 'member', viewer: 'viewer' })
  })
  test('staff see who is there, and no buttons', async () => {
    const cookie = `${await cookieOf(box, box.users.implementor)}; holdfast_account_box_test=${own()}`
    const page = await (await box.app.request('/account/people', { headers: { accept: 'text/html', cookie } })).text()
    expect(page).toContain('viewer@office.example')
    expect(page).not.toMatch(/action="\/account\/people\/usr_/)
    expect(page).not.toContain('action="/account/people/invite"')
  })
  test('an unknown role is none', async () => {
    expect((await change('viewer', 'administrator')).status).toBe(422)
  })
})

describe('the staff', () => {
  test('administrators change and remove', async () => {
    const { userId } = box.users.implementor
    expect((await post(`/people/${userId}/role`, { role: 'administrator' }, 'administrator')).status).toBe(303)
    expect((await post(`/people/${userId}/remove`, {}, 'administrator')).status).toBe(303)
    expect((await box.people.users.find(userId))?.staffRole).toBeUndefined()
    expect(await get('/people', 'administrator')).toContain('administrator@office.example')
  })
  test('the last administrator stays, also when two go at once', async () => {
    const { userId } = box.users.administrator
    // Helen set the box up, so there are two.
    const helens = await cookieOf(box, box.user)
    const otto = await cookieOf(box, box.users.administrator)
    const request = (id: string, cookie: string) => box.app.request(`/people/${id}/remove`, formRequest({}, { cookie }))
    await Promise.all([request(userId, helens), request(box.user.userId, otto)])
    const left = (await box.people.members.listStaff()).filter(({ role }) => role === 'administrator')
    expect(left).toHaveLength(1)
    const [last] = left
    const cookie = last?.userId === userId ? otto : helens
    const answer = await request(last?.userId ?? '', cookie)
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('is the last administrator')
  })
  test('a member of a customer is nobody there', async () => {
    const { userId } = await newUser(box, 'nobody', { staffRole: undefined, memberships: [] })
    expect((await post(`/people/${userId}/role`, { role: 'administrator' }, 'administrator')).status).toBe(404)
  })
})
