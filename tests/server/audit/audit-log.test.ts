/** The audit log as people search it, and that nothing can change it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditActions } from '../../../server/audit/audit.ts'
import { auditTitle } from '../../../server/audit/audit-words.ts'
import { readSourceFiles } from '../../support/source-files.ts'
import { bodyOf } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let cookies: Record<'administrator' | 'implementor' | 'owner' | 'foreign' | 'member', string>

beforeAll(async () => {
  box = await twoCustomers()
  const { administrator, implementor, owner, foreign, member } = box.users
  cookies = {
    administrator: await cookieOf(box, administrator),
    implementor: await cookieOf(box, implementor),
    owner: await cookieOf(box, owner),
    foreign: await cookieOf(box, foreign),
    member: await cookieOf(box, member),
  }
})
afterAll(() => box[Symbol.asyncDispose]())

interface AuditPage {
  readonly items: readonly {
    readonly id: number
    readonly action: string
    readonly sentence: string
    readonly customerId: string
  }[]
  readonly nextCursor: string | null
}
const listed = async (query: string, cookie: string) => {
  const answer = await box.app.request(`/api/v1/audit?${query}`, { headers: { cookie } })
  return { status: answer.status, ...(await bodyOf<AuditPage>(answer)) }
}

describe('searching', () => {
  const questions = [
    { title: 'what was done', query: 'action=device.connected', finds: ['device.connected'] },
    { title: 'a computer’s number', query: 'object=D-000001', finds: ['device.connected'] },
    { title: 'a computer’s name', query: 'object=XRAY-PC', finds: ['device.connected'] },
    { title: 'a customer’s number', query: 'object=C-000003', finds: ['customer.created'] },
    { title: 'who', query: 'person=owner%40&action=device.connected', finds: ['device.connected'] },
    { title: 'who and which object', query: 'person=owner&object=XRAY-PC', finds: ['device.connected'] },
    { title: 'the customer it concerns', query: 'customer=C-000003', finds: ['subscription.created', 'customer.created'] },
    { title: 'a day', query: 'from=2026-03-14&until=2026-03-14&action=device.connected', finds: ['device.connected'] },
    { title: 'a day on which nothing was done', query: 'from=2026-03-15', finds: [] },
    { title: 'nobody', query: 'person=%25', finds: [] },
  ]
  test.each(questions)('by $title', async ({ query, finds }) => {
    const page = await listed(query, cookies.administrator)
    expect(page.items.map(({ action }) => action)).toEqual(finds)
  })

  test('comes in pages, each row once, newest first', async () => {
    const ids: number[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: AuditPage = await listed(`limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`, cookies.administrator)
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(ids.length).toBeGreaterThan(10)
    expect(ids).toEqual(ids.toSorted((one, other) => other - one))
  })

  test.each([
    'from=14.3.2026',
    'until=2026-02-30',
    'action=box.burnt',
    'customer=C-999999',
    'cursor=eA',
    `person=${'x'.repeat(201)}`,
  ])('%s is refused', async (query) => {
    expect((await listed(query, cookies.administrator)).status).toBe(422)
  })

  test('an owner reads their own customer’s rows, and no other', async () => {
    const page = await listed('', cookies.owner)
    expect(page.items.length).toBeGreaterThan(1)
    expect(new Set(page.items.map(({ customerId }) => customerId))).toEqual(new Set([box.own.customer.customerId]))
    expect((await listed(`customer=${box.own.customer.customerId}`, cookies.foreign)).status).toBe(422)
    expect((await listed('object=XRAY-PC', cookies.foreign)).items).toEqual([])
  })

  test('the pages: the box’s for administrators, one account’s for its owner', async () => {
    const statusOf = async (path: string, cookie: string) => (await box.app.request(path, { headers: { cookie } })).status
    expect(await statusOf('/audit', cookies.administrator)).toBe(200)
    expect(await statusOf('/audit', cookies.implementor)).toBe(403)
    expect(await statusOf('/audit', cookies.owner)).toBe(403)
    expect(await statusOf('/account/audit', cookies.owner)).toBe(200)
    expect(await statusOf('/account/audit', cookies.member)).toBe(403)
    const text = await (await box.app.request('/account/audit', { headers: { cookie: cookies.owner } })).text()
    expect(text).toContain('connected the computer XRAY-PC (D-000001).')
    expect(text).not.toContain('Northquay IT')
    const token = await tokenOf(box, box.users.owner, ['read'])
    expect((await box.app.request('/api/v1/audit', { headers: { authorization: token } })).status).toBe(200)
  })
})

describe('the rows', () => {
  test('have words for every action', () => {
    for (const action of auditActions) expect(auditTitle(action)).toMatch(/^[A-Z]/)
  })

  test('are changed and removed by no statement', () => {
    const files = readSourceFiles(['server', 'migrations'])
    expect(files.length).toBeGreaterThan(100)
    const changing =
      /(updateTable|deleteFrom|replaceInto|mergeInto|truncate)\(\s*['"`]audit['"`]|\b(UPDATE|DELETE FROM|TRUNCATE( TABLE)?|REPLACE INTO)\s+`?audit`?\b/i
    expect(files.filter(({ code }) => changing.test(code)).map(({ path }) => path)).toEqual([])
    // The guard itself can find something.
    expect(changing.test("db.deleteFrom('audit')")).toBe(true)
    expect(changing.test('sql`UPDATE audit SET detail = 1`')).toBe(true)
  })
})
