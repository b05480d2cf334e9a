/** What people order the box to do about itself stands in the audit log, whichever page they order it on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { orderedActs } from '../../../server/audit/ordered-acts.ts'
import { type RouteKey, type RouteRule, routeRules } from '../../../server/http/route-rules.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

/** They write their row where they act, or change nothing: why is said beside each. */
const elsewhere: Readonly<Partial<Record<RouteKey, string>>> = {
  'POST /storage/recovery/kit': 'server-kit.printed, in its own transaction',
  'POST /storage/copies': 'copy.added, in its own transaction',
  'POST /api/v1/copies': 'copy.added, in its own transaction',
  'POST /storage/copies/test': 'looks at a folder and changes nothing',
  'POST /api/v1/copies/test': 'looks at a folder and changes nothing',
  'POST /storage/copies/:copyId': 'copy.changed, in its own transaction',
  'PATCH /api/v1/copies/:copyId': 'copy.changed, in its own transaction',
  'POST /storage/copies/:copyId/remove': 'copy.removed, in its own transaction',
  'DELETE /api/v1/copies/:copyId': 'copy.removed, in its own transaction',
  'POST /storage/clock/confirm': 'clock.confirmed, in its own transaction',
  'POST /storage/rebuild/confirm': 'box.rebuild-confirmed, in its own transaction',
  'POST /storage/prune/plan': 'counts, and changes nothing',
  'POST /storage/prune/now': 'prune.now, in its own transaction',
  'POST /storage/prune/allow': 'prune.allowed, in its own transaction',
  'POST /storage/keys/box': 'keys.box-key-ordered, in its own transaction',
  'POST /api/v1/box/keys': 'keys.box-key-ordered, in its own transaction',
  'POST /storage/keys/customers/:customerId': 'keys.epoch-rotated, in its own transaction',
  'POST /api/v1/customers/:customerId/keys': 'keys.epoch-rotated, in its own transaction',
}

const isOrder = ([key, { permission }]: [string, RouteRule]) => permission === 'box:care' && !key.startsWith('GET ')
const orders = Object.entries(routeRules)
  .filter(isOrder)
  .map(([key]) => key)

let box: Awaited<ReturnType<typeof twoCustomers>>
beforeAll(async () => {
  box = await twoCustomers()
})
afterAll(() => box[Symbol.asyncDispose]())

const rowsOf = (action: string) =>
  box.database.kysely.selectFrom('audit').selectAll().where('action', '=', action).orderBy('id').execute()

async function order(path: string): Promise<number> {
  const form = formRequest({}, { cookie: await cookieOf(box, box.users.administrator) })
  return (await box.app.request(path, form)).status
}

describe('every changing address of the box’s care', () => {
  test('is written down by its table, or says where', () => {
    expect(orders.length).toBeGreaterThan(20)
    expect(orders.filter((key) => !Object.hasOwn(orderedActs, key) && !Object.hasOwn(elsewhere, key))).toEqual([])
    expect(Object.keys({ ...orderedActs, ...elsewhere }).filter((key) => !orders.includes(key))).toEqual([])
  })
})

describe('an order', () => {
  test('is told with who gave it and what it was', async () => {
    expect(await order('/storage/chores/retention/run')).toBe(303)
    await box.care.chores.settled('retention')
    expect(await order('/jobs/retention/run')).toBe(303)
    await box.care.chores.settled('retention')
    const rows = await rowsOf('chore.ordered')
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ actor_name: box.users.administrator.email, detail: '{"chore":"retention"}' })
  })

  test('that the box refused is none', async () => {
    expect(await order('/storage/chores/none-of-these/run')).toBe(404)
    expect(await rowsOf('chore.ordered')).toHaveLength(2)
  })

  test('is no order of somebody who may not give it', async () => {
    const form = formRequest({}, { cookie: await cookieOf(box, box.users.implementor) })
    expect((await box.app.request('/storage/check/repair', form)).status).toBe(403)
    expect(await rowsOf('repair.ordered')).toHaveLength(0)
  })
})
