/** Breaking the glass: what it opens, for whom, how long, and what it leaves behind. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessOf } from '../../../server/http/access.ts'
import { permissions } from '../../../server/http/permissions.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let cookie: string
beforeEach(async () => {
  box = await twoCustomers()
  cookie = await cookieOf(box, box.users.administrator)
})
afterEach(() => box[Symbol.asyncDispose]())

const reason = 'The owner asked on the telephone to look for a letter.'
const path = () => `/customers/${box.own.customer.customerId}/break-glass`
const breakIt = (as = cookie, fields: Readonly<Record<string, string>> = { reason }) =>
  box.app.request(path(), formRequest(fields, { cookie: as, referer: `http://localhost${path()}` }))
const get = (where: string, as = cookie) => box.app.request(where, { headers: { accept: 'text/html', cookie: as } })
const files = (as = cookie) => get(`/versions/${box.version.id}/skipped`, as)
const audit = async () =>
  box.database.kysely
    .selectFrom('audit')
    .select(['action', 'object_id', 'detail'])
    .where('action', 'like', 'break-glass.%')
    .orderBy('id')
    .execute()

test('opens names and contents, in this session and this customer, for an hour', async () => {
  expect((await files()).status).toBe(403)
  const answer = await breakIt()
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/computers'])
  expect((await files()).status).not.toBe(403)
  expect((await files(await cookieOf(box, box.users.administrator))).status).toBe(403)
  const secret = await box.people.sessions.find(cookie.split('=')[1] ?? '')
  if (secret === undefined) throw new Error('no session')
  const access = accessOf({ kind: 'session', signedIn: secret })
  const without = accessOf({ kind: 'session', signedIn: { ...secret, glass: undefined } })
  const gained = permissions.filter(
    (permission) => access.may(permission, box.own.customer.customerId) && !without.may(permission, box.own.customer.customerId),
  )
  expect(gained).toEqual(['files:read'])
  expect(access.may('files:read', box.other.customer.customerId)).toBe(false)
  box.clock.advance(60 * 60_000)
  expect((await files()).status).toBe(403)
})

test('tells all owners at once, and says so on every page', async () => {
  await breakIt()
  const letters = await box.database.kysely.selectFrom('outbox').select(['recipient', 'title', 'customer_id']).execute()
  expect(letters).toEqual([
    {
      recipient: 'owner@office.example',
      title: 'administrator looks into files of Harbour Street Dental',
      customer_id: box.own.customer.customerId,
    },
  ])
  for (const where of ['/computers', '/people', '/me'])
    expect(await (await get(where)).text()).toContain('action="/break-glass/end"')
  await box.app.request('/break-glass/end', formRequest({}, { cookie }))
  expect(await (await get('/people')).text()).not.toContain('action="/break-glass/end"')
  expect((await files()).status).toBe(403)
})

test('lets an administrator search, and find the place in the menu; the question is written down', async () => {
  expect((await get('/restore?q=letter')).status).toBe(403)
  await breakIt()
  const page = await get('/restore?q=letter')
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<a href="/restore" aria-current="page">')
  const opened = (await audit()).find(({ action }) => action === 'break-glass.opened')
  expect(JSON.stringify(opened?.detail)).toContain('restore')
})

test('is written down: beginning, each thing once, end; names are for the owners alone', async () => {
  await breakIt()
  await files()
  await files()
  await get(`/versions/${box.version.id}/browse/Payroll/Smith%20divorce.docx`)
  // Of another customer it opens nothing, and says nothing.
  await get(`/versions/snap_${'a'.repeat(20)}/browse`)
  await box.app.request('/break-glass/end', formRequest({}, { cookie }))
  const rows = await audit()
  expect(rows.map(({ action }) => action)).toEqual([
    'break-glass.began',
    'break-glass.opened',
    'break-glass.opened',
    'break-glass.ended',
  ])
  expect(rows[0]?.detail).toContain(reason)
  expect(rows[1]?.object_id).toBe(box.version.id)
  expect(JSON.stringify(rows)).not.toContain('Smith')
  const owners = await (await get('/account/people', await cookieOf(box, box.users.owner))).text()
  expect(owners).toContain('Payroll/Smith divorce.docx')
  expect(owners).toContain(reason)
  const staff = await (await get('/account/people', `${cookie}; holdfast_account_box_test=${box.own.customer.customerId}`)).text()
  expect(staff).toMatch(/2\sthings were opened/)
  expect(staff).not.toContain('Smith')
})

test('what ran out, or whose session ended, is noted as ended', async () => {
  await breakIt()
  box.clock.advance(60 * 60_000)
  expect(await box.people.glass.endRunOut()).toBe(1)
  expect(await box.people.glass.endRunOut()).toBe(0)
  await breakIt(await cookieOf(box, box.users.administrator))
  await box.database.kysely.deleteFrom('sessions').execute()
  expect(await box.people.glass.endRunOut()).toBe(1)
  expect((await audit()).filter(({ action }) => action === 'break-glass.ended')).toHaveLength(2)
})

describe('asks for', () => {
  test.each(['', 'too short', `${'x'.repeat(501)}`, '  a  b    '])('a reason: %s is none', async (typed) => {
    expect((await breakIt(cookie, { reason: typed })).status).toBe(422)
    expect((await files()).status).toBe(403)
  })
  test('the password once more', async () => {
    box.clock.advance(10 * 60_000)
    const page = await get(path())
    expect(page.headers.get('location')).toBe(`/me/prove?next=${encodeURIComponent(path())}`)
    expect((await breakIt()).headers.get('location')).toBe(`/me/prove?next=${encodeURIComponent(path())}`)
    expect(await audit()).toEqual([])
  })
})

test.each(['implementor', 'owner', 'member', 'viewer', 'foreign'] as const)('%s has no glass to break', async (caller) => {
  expect((await breakIt(await cookieOf(box, box.users[caller]))).status).toBe(403)
})

test('a token of the administrator gains nothing by it', async () => {
  await breakIt()
  const authorization = await tokenOf(box, box.users.administrator, ['read', 'files', 'write'])
  const answer = await box.app.request(`/versions/${box.version.id}/skipped`, { headers: { authorization } })
  expect(answer.status).toBe(403)
})

test('whoever stops being an administrator reads nothing more', async () => {
  await breakIt()
  const { userId } = box.users.administrator
  await box.people.members.changeStaff(box.user, { userId, role: 'implementor' }, 'x')
  expect((await files()).status).toBe(403)
})

test('of a suspended customer too, for that is when somebody asks; of none that is not there', async () => {
  await box.database.kysely
    .updateTable('customers')
    .set({ state: 'suspended' })
    .where('id', '=', box.own.customer.customerId)
    .execute()
  expect((await get(path())).status).toBe(200)
  expect((await get(`/customers/cus_${'a'.repeat(20)}/break-glass`)).status).toBe(404)
})
