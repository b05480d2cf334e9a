import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { bodyOf, setUpApp } from '../../support/test-app.ts'
import { cookieOf, tokenOf } from '../../support/two-customers.ts'

interface CustomerPage {
  readonly items: readonly { readonly number: string; readonly name: string }[]
  readonly nextCursor: string | null
}

async function boxWithCustomers(count: number) {
  const box = await setUpApp()
  const rows = Array.from({ length: count }, (_, index) => ({
    id: newId('cus', systemRandomness),
    number: index + 2,
    name: `Customer ${index + 2}`,
    state: 'active' as const,
    kit_printed_at: null,
    created_at: 0,
  }))
  await box.database.kysely.insertInto('customers').values(rows).execute()
  return box
}

describe('the list of customers', () => {
  test('comes in pages by cursor, each customer once, in order of their numbers', async () => {
    await using box = await boxWithCustomers(24)
    const cookie = await cookieOf(box, box.user)
    const numbers: string[] = []
    const sizes: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? 'limit=10' : `limit=10&cursor=${cursor}`
      const page: CustomerPage = await bodyOf(await box.app.request(`/api/v1/customers?${query}`, { headers: { cookie } }))
      numbers.push(...page.items.map(({ number }) => number))
      sizes.push(page.items.length)
      cursor = page.nextCursor
    }
    expect(sizes).toEqual([10, 10, 5])
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, index) => `C-${String(index + 1).padStart(6, '0')}`))
  })

  test('a page that is just full is the last one', async () => {
    await using box = await boxWithCustomers(9)
    const cookie = await cookieOf(box, box.user)
    const page = await bodyOf<CustomerPage>(await box.app.request('/api/v1/customers?limit=10', { headers: { cookie } }))
    expect(page.items).toHaveLength(10)
    expect(page.nextCursor).toBeNull()
  })

  const badQueries = [
    'limit=0',
    'limit=201',
    'limit=x',
    'cursor=',
    'cursor=!!',
    'cursor=eA',
    'cursor=MQ%3D%3D',
    'cursor=JTAw',
    `cursor=${'A'.repeat(300)}`,
  ]
  test.each(badQueries)('?%s is refused', async (query) => {
    await using box = await setUpApp()
    const answer = await box.app.request(`/api/v1/customers?${query}`, { headers: { cookie: await cookieOf(box, box.user) } })
    expect(answer.status).toBe(422)
    expect(await bodyOf(answer)).toMatchObject({ code: 'HF-VALIDATION' })
  })

  test('shows no customer that is still being founded', async () => {
    await using box = await setUpApp()
    await box.people.customers.found('Not yet')
    const cookie = await cookieOf(box, box.user)
    const page = await bodyOf<CustomerPage>(await box.app.request('/api/v1/customers', { headers: { cookie } }))
    expect(page.items.map(({ name }) => name)).toEqual(['Office'])
  })

  test('names are given as they were typed', async () => {
    await using box = await setUpApp()
    const name = '<img src=x onerror=alert(1)> "&\' =1+1'
    await box.database.kysely.updateTable('customers').set({ name }).execute()
    const answer = await box.app.request('/api/v1/customers', {
      headers: { authorization: await tokenOf(box, box.user, ['read']) },
    })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect((await bodyOf<CustomerPage>(answer)).items[0]?.name).toBe(name)
  })
})

describe('plans out of the box', () => {
  test('are Bronze, Silver and Gold as they are sold', async () => {
    await using box = await setUpApp()
    const GiB = 1024 ** 3
    const answer = await box.app.request('/api/v1/plans', { headers: { cookie: await cookieOf(box, box.user) } })
    expect(await bodyOf(answer)).toMatchObject({
      items: [
        { name: 'Bronze', quotaBytes: 100 * GiB, devicesMax: 3 },
        { name: 'Silver', quotaBytes: 500 * GiB, devicesMax: 10 },
        { name: 'Gold', quotaBytes: 2048 * GiB, devicesMax: 50 },
      ],
      nextCursor: null,
    })
  })

  test('are paged too', async () => {
    await using box = await setUpApp()
    const cookie = await cookieOf(box, box.user)
    const first = await bodyOf<CustomerPage>(await box.app.request('/api/v1/plans?limit=1', { headers: { cookie } }))
    const rest = await box.app.request(`/api/v1/plans?cursor=${first.nextCursor}`, { headers: { cookie } })
    expect(first.items.map(({ name }) => name)).toEqual(['Bronze'])
    expect((await bodyOf<CustomerPage>(rest)).items.map(({ name }) => name)).toEqual(['Silver', 'Gold'])
  })
})

describe('deleting one', () => {
  test('asks anew who it is, and for the number; no token does it', async () => {
    await using box = await boxWithCustomers(1)
    const session = { cookie: await cookieOf(box, box.user) }
    const { items } = await bodyOf<{ items: readonly { id: string; number: string }[] }>(
      await box.app.request('/api/v1/customers', { headers: session }),
    )
    const { id, number } = items.at(-1)!
    const ask = async (named: string, headers: Record<string, string>) => {
      const answer = await box.app.request(`/api/v1/customers/${id}?number=${named}`, { method: 'DELETE', headers })
      return { status: answer.status, ...(await bodyOf<object>(answer)) }
    }
    const { proved_at } = await box.database.kysely.selectFrom('sessions').select('proved_at').executeTakeFirstOrThrow()
    const proved = (at: number) => box.database.kysely.updateTable('sessions').set({ proved_at: at }).execute()

    // As one that was left open: it began longer ago than a proof is good for.
    await proved(0)
    expect(await ask(number, session)).toMatchObject({ status: 403, code: 'HF-PROOF-NEEDED' })
    const authorization = await tokenOf(box, box.user, ['read', 'files', 'write'])
    expect(await ask(number, { authorization })).toMatchObject({ status: 403 })
    await proved(proved_at)
    expect(await ask('C-000099', session)).toMatchObject({ status: 422 })
    expect(await ask(number, session)).toMatchObject({ status: 200, state: 'leaving' })
  })
})
