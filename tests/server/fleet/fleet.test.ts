import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StandingKind, standingKind, standingKinds } from '../../../server/standings/standing.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { bodyOf, startOfTests } from '../../support/test-app.ts'
import { cookieOf, newUser, tokenOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Of each kind one, as its row says. */
const rows: readonly { name: string; kind: StandingKind; row: object; lastSeenAt?: number }[] = [
  {
    name: 'XRAY-PC',
    kind: 'failed',
    row: { verdict: 'failed', code: 'HF-QUOTA-EXCEEDED', detail: '/home/secret.txt', failures: 3, good_at: startOfTests - dayMs },
  },
  { name: 'JUDGE-LAPTOP', kind: 'silent', row: { verdict: 'ok', good_at: startOfTests - 9 * dayMs } },
  { name: 'STUDIO-MAC', kind: 'partial', row: { verdict: 'partial', skipped: 6, good_at: startOfTests - hourMs } },
  {
    name: 'SERVER-01',
    kind: 'running',
    row: { verdict: 'ok', good_at: startOfTests - dayMs, running_since: startOfTests - hourMs },
  },
  {
    name: 'GONE-QUIET',
    kind: 'ok',
    row: { verdict: 'ok', good_at: startOfTests - dayMs, running_since: startOfTests - dayMs },
    lastSeenAt: startOfTests - hourMs,
  },
  { name: 'NEW-PC', kind: 'none', row: { verdict: null, ended_at: null } },
  { name: '=HYPERLINK("x")', kind: 'ok', row: { verdict: 'ok', good_at: startOfTests - hourMs } },
]

beforeAll(async () => {
  box = await twoCustomers()
  for (const { name, row, lastSeenAt = startOfTests } of rows) {
    const device = name === 'XRAY-PC' ? box.device : await connectDevice(box, box.users.owner, { name })
    const nothing = {
      verdict: 'ok',
      ended_at: startOfTests - hourMs,
      code: null,
      detail: null,
      skipped: 0,
      failures: 0,
      good_at: null,
      running_since: null,
    }
    const { deviceId } = device.device
    await box.database.kysely
      .replaceInto('standings')
      .values({ device_id: deviceId, ...nothing, ...row } as never)
      .execute()
    await box.database.kysely.updateTable('devices').set({ last_seen_at: lastSeenAt }).where('id', '=', deviceId).execute()
  }
})
afterAll(() => box[Symbol.asyncDispose]())

async function open(path: string, user = box.users.implementor) {
  const response = await box.app.request(path, { headers: { accept: 'text/html', cookie: await cookieOf(box, user) } })
  const html = await response.text()
  const words = html
    .replace(/^[\s\S]*<main/, '<main')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ')
  const names = [...html.matchAll(/aria-label="Choose ([^"]*)"/g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'all on this page')
  return { status: response.status, headers: response.headers, html, words, names }
}

describe('all computers', () => {
  test('SQL calls them what the rules call them', async () => {
    const found = await box.devicesSide.fleet.list({
      filter: { kind: undefined, search: '', customerId: undefined, planId: undefined },
      order: { sort: 'state', isDescending: false },
      offset: 0,
      limit: 100,
    })
    expect(Object.fromEntries(found.map(({ name, kind }) => [name, kind]))).toEqual(
      Object.fromEntries(rows.map(({ name, kind }) => [name, kind])),
    )
    for (const { standing, lastSeenAt, kind } of found) expect(standingKind({ standing, lastSeenAt }, startOfTests)).toBe(kind)
    const places = found.map(({ kind }) => standingKinds.indexOf(kind))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
  })

  test('narrowed to a state, the list has those that it calls so', async () => {
    for (const kind of standingKinds) {
      const { names } = await open(`/fleet?state=${kind}`)
      expect(names.toSorted(), kind).toEqual(
        rows
          .filter((row) => row.kind === kind)
          .map(({ name }) => name.replaceAll('"', '&quot;'))
          .toSorted(),
      )
    }
  })

  test('can be narrowed to customers and plans that have computers, and to no others', async () => {
    const { customers, plans } = await box.devicesSide.fleet.listChoices()
    expect(customers).toEqual([{ customerId: box.own.customer.customerId, name: 'Harbour Street Dental' }])
    expect(plans.map(({ planId }) => planId)).toEqual([box.own.subscription.planId])
  })

  test('says what needs someone, the worst first, in no words that may name a file', async () => {
    const { words, names, html } = await open('/fleet')
    expect(words).toContain('3 of 7 computers are safe.')
    expect(words).toContain(
      '1 failed and 1 has gone silent; they need someone. 1 was backed up only partly and 1 has no backup yet.',
    )
    expect(words).toContain('Failed 3 times')
    expect(words).toContain('Silent 9 days')
    expect(html).not.toContain('secret.txt')
    expect(names[0]).toBe('XRAY-PC')
    expect(html).toContain('=HYPERLINK(&quot;x&quot;)')
  })

  test.each([
    { title: 'by state', query: 'state=failed', expect: ['XRAY-PC'] },
    { title: 'by part of a name, whatever the case', query: 'q=studio', expect: ['STUDIO-MAC'] },
    { title: 'by number', query: 'q=d-000001', expect: ['XRAY-PC'] },
    { title: 'with a sign that means anything to a database', query: 'q=%25', expect: [] },
    { title: 'of another customer', query: 'q=Northquay', expect: [] },
    { title: 'by a state that there is not', query: 'state=bored&q=xray', expect: ['XRAY-PC'] },
    { title: 'by a customer who is none', query: 'customer=cus_x&q=xray', expect: ['XRAY-PC'] },
    { title: 'in the order of names, backwards', query: 'q=S&sort=name&order=down&state=partial', expect: ['STUDIO-MAC'] },
    { title: 'a page beyond the last', query: 'page=99', expect: [] },
  ])('can be narrowed: $title', async ({ query, expect: names }) => {
    expect((await open(`/fleet?${query}`)).names).toEqual(names)
  })

  test('sorts by any column', async () => {
    const up = (await open('/fleet?sort=name')).names
    expect((await open('/fleet?sort=name&order=down')).names).toEqual(up.toReversed())
    for (const sort of ['customer', 'good', 'next', 'stored']) expect((await open(`/fleet?sort=${sort}`)).names).toHaveLength(7)
  })

  test('as a file, in which nothing is a formula', async () => {
    const { headers, html } = await open('/fleet/computers.csv')
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(headers.get('content-disposition')).toContain('computers.csv')
    expect(html).toContain(`"'=HYPERLINK(""x"")"`)
    expect(html).not.toContain('secret.txt')
    expect(html.trimEnd().split('\r\n')).toHaveLength(8)
  })

  test('through the API, page by page', async () => {
    const headers = { authorization: await tokenOf(box, box.users.implementor, ['read']) }
    type Page = { readonly items: readonly { readonly name: string }[]; readonly nextCursor: string | null }
    const first = await bodyOf<Page>(await box.app.request('/api/v1/fleet?limit=4', { headers }))
    const second = await bodyOf<Page>(await box.app.request(`/api/v1/fleet?limit=4&cursor=${first.nextCursor}`, { headers }))
    expect(first.items[0]).toMatchObject({ name: 'XRAY-PC', state: 'failed', code: 'HF-QUOTA-EXCEEDED', failures: 3 })
    expect([...first.items, ...second.items].map(({ name }) => name)).toHaveLength(7)
    expect(second.nextCursor).toBeNull()
  })

  async function post(path: string, fields: readonly (readonly [string, string])[], user = box.users.implementor) {
    const headers = { accept: 'text/html', origin: 'http://localhost', host: 'localhost', cookie: await cookieOf(box, user) }
    const body = new URLSearchParams(fields.map(([name, value]) => [name, value]))
    return box.app.request(path, { method: 'POST', body, headers })
  }
  const idOf = async (name: string) =>
    (await box.database.kysely.selectFrom('devices').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id

  test('are asked to back up, each with an answer, and the log knows who asked', async () => {
    const ids = [await idOf('XRAY-PC'), await idOf('SERVER-01'), `dev_${'a'.repeat(20)}`]
    const answer = await post('/fleet/act', [...ids.map((id) => ['computer', id] as const), ['act', 'run']])
    const html = await answer.text()
    expect(html).toContain('1 of 2\u00a0computers was asked to back up.')
    expect(html).toContain('It is being backed up already.')
    expect(await box.devicesSide.orders.listOpen(ids[0] as never)).toMatchObject([{ body: { kind: 'run-now' } }])
    const rows = await box.database.kysely
      .selectFrom('audit')
      .select(['action', 'object_id'])
      .where('action', '=', 'order.given')
      .execute()
    expect(rows).toEqual([{ action: 'order.given', object_id: ids[0] }])
  })

  test('an act asks first, and is refused for what is no computer, or for too many', async () => {
    const id = await idOf('XRAY-PC')
    expect((await open(`/fleet/act?act=pause&computer=${id}`)).words).toContain('Pause 1 computer')
    expect((await open('/fleet/act?act=pause')).status).toBe(303)
    expect(
      (
        await post('/fleet/act', [
          ['act', 'run'],
          ['computer', 'x'],
        ])
      ).status,
    ).toBe(422)
    const many = Array.from({ length: 201 }, () => ['computer', id] as const)
    expect((await post('/fleet/act', [['act', 'run'], ...many])).status).toBe(422)
    expect(
      (
        await post(
          '/fleet/act',
          [
            ['act', 'run'],
            ['computer', id],
          ],
          box.users.owner,
        )
      ).status,
    ).toBe(403)
  })

  test('the overview says the same, and links to what it counts', async () => {
    const { words, html } = await open('/overview')
    expect(words).toContain('3 of 7 computers are safe.')
    expect(words).toContain('1 computer has gone silent')
    expect(html).toContain('href="/fleet?state=silent"')
    expect(html).toContain('SERVER-01')
    expect(words).not.toContain('/alerts')
    expect((await open('/overview', box.users.administrator)).status).toBe(200)
    expect((await open('/overview', box.users.owner)).status).toBe(403)
  })

  test('is not for those who belong to a customer', async () => {
    expect((await open('/fleet', box.users.owner)).status).toBe(403)
    const both = await newUser(box, 'both', {
      staffRole: 'implementor',
      memberships: [{ customerId: box.own.customer.customerId, role: 'owner' }],
    })
    expect((await open('/fleet', both)).status).toBe(200)
  })
})
