/** Who may call what: every route of the app against every kind of caller, and every object of a customer against its neighbours. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { handlerRoutes } from '../../../server/http/authorisation.ts'
import { type Permission, permissions, permissionTable, type Role, roles } from '../../../server/http/permissions.ts'
import { findRouteRule, routeRules } from '../../../server/http/route-rules.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { makeEnrolment } from '../../support/enrolled.ts'
import { makeUploadLink } from '../../support/made-share.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

/** Written down once more on purpose: a right that is given or taken by mistake has to be mistaken twice. */
const rights: Readonly<Record<Permission, string>> = {
  'me:read': 'administrator implementor owner member viewer',
  'customers:read': 'administrator implementor owner member viewer',
  'plans:read': 'administrator implementor owner member viewer',
  'subscriptions:read': 'administrator implementor owner member viewer',
  'users:read': 'administrator owner',
  'devices:read': 'administrator implementor owner member viewer',
  'versions:read': 'administrator implementor owner member viewer',
  'files:read': 'owner member viewer',
  'baskets:use': 'owner member viewer',
  'restores:read': 'owner member viewer',
  'restores:write': 'owner member',
  'versions:keep': 'administrator implementor owner member',
  'versions:name': 'owner member',
  'retention:write': 'administrator implementor owner',
  'versions:delete': 'owner',
  'recovery-kit:print': 'owner',
  'alarms:read': 'administrator implementor owner member viewer',
  'box:care': 'administrator',
  'box:settings': 'administrator',
  'me:write': 'administrator implementor owner member viewer',
  'accounts:enter': 'administrator implementor owner member viewer',
  'staff:write': 'administrator',
  'members:read': 'administrator implementor owner',
  'members:write': 'administrator implementor owner',
  'break-glass:use': 'administrator',
  'customers:write': 'administrator implementor',
  'customers:end': 'administrator',
  'account:write': 'administrator implementor owner',
  'account:keep': 'administrator owner',
  'account:export': 'administrator owner',
  'plans:write': 'administrator',
  'subscriptions:write': 'administrator implementor',
  'subscriptions:rehearse': 'administrator implementor owner',
  'backups:switch': 'administrator implementor owner member',
  'devices:write': 'administrator implementor owner member',
  'devices:add': 'administrator implementor owner member',
  'devices:take-over': 'owner member',
  'devices:end': 'administrator implementor owner',
  'drills:read': 'administrator implementor owner member viewer',
  'drills:order': 'administrator implementor owner member',
  'runs:read': 'administrator implementor owner member viewer',
  'runs:accept': 'owner member',
  'shares:read': 'owner member viewer',
  'shares:write': 'owner member',
  'fleet:read': 'administrator implementor',
  'fleet:write': 'administrator implementor',
  'audit:box': 'administrator',
  'audit:read': 'administrator owner',
  'agent:use': 'device',
}

let box: Awaited<ReturnType<typeof twoCustomers>>
let enrolmentId: string
let shareId: string

beforeAll(async () => {
  box = await twoCustomers()
  enrolmentId = (await makeEnrolment(box)).enrolment.enrolmentId
  shareId = (await makeUploadLink(box, box.users.owner, box.own.customer.customerId)).share.shareId
})
afterAll(() => box[Symbol.asyncDispose]())

/** For each id in a path: one of customer `own`. A new kind of id in a path needs a row here. */
function sampleIds(): Readonly<Record<string, string>> {
  return {
    customerId: box.own.customer.customerId,
    subscriptionId: box.own.subscription.subscriptionId,
    userId: box.users.member.userId,
    planId: box.own.subscription.planId,
    deviceId: box.device.device.deviceId,
    snapshotId: box.version.id,
    enrolmentId,
    questionId: `ask_${'q'.repeat(20)}`,
    // Backup sessions and packs belong to one device; tests/server/agent-api/ shows them to its neighbours.
    sessionId: `bks_${'b'.repeat(20)}`,
    packId: 'ab'.repeat(32),
    skipId: `skp_${'f'.repeat(20)}`,
    runId: `run_${'e'.repeat(20)}`,
    // Of nobody here: tests/server/drills/ shows one to a neighbour.
    drillId: `drl_${'d'.repeat(20)}`,
    // tests/server/restore-orders/ shows one to its neighbours.
    restoreId: `rst_${'d'.repeat(20)}`,
    rehearsalId: `rst_${'d'.repeat(20)}`,
    orderId: `ord_${'d'.repeat(20)}`,
    runKey: 'ab'.repeat(16),
    ticket: 'ab'.repeat(20),
    code: 'HF-BUSY',
    chore: 'none-of-these',
    copyId: `cpy_${'c'.repeat(20)}`,
    changeId: `chg_${'c'.repeat(20)}`,
    editId: `ple_${'e'.repeat(20)}`,
    // Of nobody here: one's own sessions and tokens answer to their user alone (tests/server/me/).
    signInId: `ses_${'d'.repeat(20)}`,
    tokenId: `tok_${'d'.repeat(20)}`,
    invitationId: `inv_${'d'.repeat(20)}`,
    letterId: `ltr_${'c'.repeat(20)}`,
    shareId,
    // Of nothing: tests/server/shares/ opens real ones.
    token: 't'.repeat(43),
    // Of nobody here: tests/server/webhooks/ shows one to a neighbour.
    webhookId: `whk_${'c'.repeat(20)}`,
    version: '0123456789abcdef',
    file: 'holdfast.css',
    path: 'home',
  }
}

/** Whose object an id in a path is; a path with one of these must answer strangers to the customer as if it were absent. */
const ownedParameters: readonly string[] = [
  'customerId',
  'subscriptionId',
  'userId',
  'deviceId',
  'snapshotId',
  'enrolmentId',
  'questionId',
  'shareId',
]

function routeTable() {
  const routes = handlerRoutes(box.app.routes).map(({ method, path }) => ({ method, path, key: `${method} ${path}` }))
  return [...new Map(routes.map((route) => [route.key, route])).values()]
}

function concretePath(path: string): string {
  return path.replaceAll(/:(\w+)(\{[^}]*\})?/g, (_all, name: string) => {
    const sample = sampleIds()[name]
    if (sample === undefined) throw new Error(`${path}: give a sample of :${name} in sampleIds()`)
    return sample
  })
}

/** What a caller needs; undefined where everybody may. */
function neededFor(method: string, path: string): Permission | undefined {
  const permission = findRouteRule(method, path)?.permission
  return permission === 'public' || permission === 'anyone' ? undefined : permission
}

async function codeOf(response: Response): Promise<string> {
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  return isProblem ? (await bodyOf<{ code: string }>(response)).code : String(response.status)
}

const refusals = ['HF-SIGN-IN-NEEDED', 'HF-FORBIDDEN', 'HF-SCOPE-MISSING', 'HF-TOKEN-INVALID']

describe('the table of routes', () => {
  test('has a row for every route of the app, and none too many', () => {
    const mounted = routeTable().map(({ key }) => key)
    expect(mounted.length).toBeGreaterThan(15)
    expect(mounted.filter((key) => !Object.hasOwn(routeRules, key))).toEqual([])
    expect(Object.keys(routeRules).filter((key) => !mounted.includes(key))).toEqual([])
  })

  test('a path that only middleware matches is as absent as any other', async () => {
    const answer = await box.app.request('/api/v1/', {
      headers: { authorization: await tokenOf(box, box.users.administrator, ['read']) },
    })
    expect(await codeOf(answer)).toBe('HF-NOT-FOUND')
  })
})

describe('the table of rights', () => {
  test.each(permissions)('%s: exactly the roles that were meant', (permission) => {
    const held = roles.filter((role) => (permissionTable[permission].roles as readonly Role[]).includes(role))
    expect(held.join(' ')).toBe(rights[permission])
  })

  test('no staff role reaches names or contents of files, and no token what belongs to a computer', () => {
    expect(rights['files:read']).not.toMatch(/administrator|implementor/)
    expect(permissionTable['agent:use']).not.toHaveProperty('scope')
  })
})

describe('every route, called by everybody', () => {
  const callers = ['stranger', 'administrator', 'implementor', 'owner', 'member', 'viewer', 'device'] as const

  async function headersOf(caller: (typeof callers)[number]): Promise<Record<string, string>> {
    if (caller === 'stranger') return {}
    if (caller === 'device') return { authorization: `Bearer ${box.device.token}` }
    return { cookie: await cookieOf(box, box.users[caller]) }
  }

  const letDeviceIn = () =>
    box.database.kysely.updateTable('devices').set({ state: 'active' }).where('id', '=', box.device.device.deviceId).execute()

  test.each(callers)('%s', async (caller) => {
    const headers = await headersOf(caller)
    for (const { method, path, key } of routeTable()) {
      const permission = neededFor(method, path)
      const isAllowed = permission === undefined || rights[permission].split(' ').includes(caller)
      const code = await codeOf(await box.app.request(concretePath(path), { method, headers }))
      if (isAllowed) expect(refusals, `${caller}: ${key} answers ${code}`).not.toContain(code)
      else expect(code, `${caller}: ${key}`).toBe(caller === 'stranger' ? 'HF-SIGN-IN-NEEDED' : 'HF-FORBIDDEN')
      // Signing out is one of the routes.
      if (path.includes('sign') || path.includes('sessions')) Object.assign(headers, await headersOf(caller))
      // So is withdrawing the access of the computer that calls.
      if (path.endsWith('/revoke')) await letDeviceIn()
    }
  })

  test('a token without the scope', async () => {
    // A login has so many tokens and no more: one for each set of scopes.
    const made = new Map<string, string>()
    const ownersToken = async (scopes: Parameters<typeof tokenOf>[2]) => {
      const key = scopes.join(' ')
      const token = made.get(key) ?? (await tokenOf(box, box.users.owner, scopes))
      made.set(key, token)
      return token
    }
    for (const { method, path, key } of routeTable()) {
      const permission = neededFor(method, path)
      if (permission === undefined || !rights[permission].includes('owner')) continue
      const { scope } = permissionTable[permission] as { readonly scope?: string }
      const others = (['read', 'files'] as const).filter((other) => other !== scope)
      const wrong = { authorization: await ownersToken(others) }
      const refusal = scope === undefined ? 'HF-FORBIDDEN' : 'HF-SCOPE-MISSING'
      expect(await codeOf(await box.app.request(concretePath(path), { method, headers: wrong })), key).toBe(refusal)
      // What no scope stands for, no token can.
      if (scope === undefined) continue
      const right = { authorization: await ownersToken([scope as 'read']) }
      const code = await codeOf(await box.app.request(concretePath(path), { method, headers: right }))
      expect(refusals, `${key} answers ${code}`).not.toContain(code)
    }
  })

  test('a token with every scope still is only its user', async () => {
    const headers = { authorization: await tokenOf(box, box.users.viewer, ['read', 'files']) }
    const answer = await box.app.request('/api/v1/users', { headers })
    expect(await codeOf(answer)).toBe('HF-FORBIDDEN')
  })

  const badBearers = [
    { title: 'unknown token', value: `Bearer hft_${'a'.repeat(52)}` },
    { title: 'unknown device', value: `Bearer hfd_${'a'.repeat(52)}` },
    { title: 'no prefix', value: 'Bearer abc' },
    { title: 'basic', value: 'Basic aGVsZW46cGFzc3dvcmQ=' },
    { title: 'nothing', value: 'Bearer' },
    { title: 'very long', value: `Bearer hft_${'a'.repeat(4000)}` },
  ]
  test.each(badBearers)('a bad Authorization header ($title) is refused even where anyone may come', async ({ value }) => {
    for (const path of ['/api/v1/me', '/signin']) {
      const answer = await box.app.request(path, { headers: { authorization: value } })
      expect(answer.status).toBe(401)
      expect(await codeOf(answer)).toBe('HF-TOKEN-INVALID')
    }
  })

  test('the header counts, not the cookie beside it', async () => {
    const headers = {
      cookie: await cookieOf(box, box.users.administrator),
      authorization: await tokenOf(box, box.users.viewer, ['read']),
    }
    const me = await (await box.app.request('/api/v1/me', { headers })).json()
    expect(me).toMatchObject({ name: 'viewer', staffRole: null, scopes: ['read'] })
  })
})

describe('tenants', () => {
  test('an object of another customer answers exactly as one that does not exist', async () => {
    const headers = { cookie: await cookieOf(box, box.users.foreign) }
    const owned = routeTable().filter(({ path }) => ownedParameters.some((name) => path.includes(`:${name}`)))
    expect(owned.length).toBeGreaterThanOrEqual(3)
    for (const { method, path, key } of owned) {
      const answerOf = async (concrete: string) => {
        const answer = await box.app.request(concrete, { method, headers })
        const { requestId, ...body } = await bodyOf<Record<string, unknown>>(answer)
        return { status: answer.status, body, hasRequestId: typeof requestId === 'string' }
      }
      const permission = neededFor(method, path)
      if (permission === undefined || !rights[permission].includes('owner')) continue
      const foreign = await answerOf(concretePath(path))
      const absent = await answerOf(concretePath(path).replaceAll(/_[a-z2-7]{20}/g, `_${'a'.repeat(20)}`))
      const malformed = await answerOf(concretePath(path).replaceAll(/_[a-z2-7]{20}/g, "_'%20OR%201=1"))
      expect(foreign, key).toMatchObject({ status: 404, body: { code: 'HF-NOT-FOUND' } })
      expect(foreign, key).toEqual(absent)
      expect(malformed, key).toEqual(absent)
    }
  })

  test('lists show what belongs to the caller’s customers, and staff everything', async () => {
    const idsIn = async (path: string, caller: keyof typeof box.users) => {
      const answer = await box.app.request(path, { headers: { cookie: await cookieOf(box, box.users[caller]) } })
      return (await bodyOf<{ items: { id: string }[] }>(answer)).items.map(({ id }) => id)
    }
    expect(await idsIn('/api/v1/customers', 'foreign')).toEqual([box.other.customer.customerId])
    expect(await idsIn('/api/v1/customers', 'viewer')).toEqual([box.own.customer.customerId])
    expect(await idsIn('/api/v1/customers', 'implementor')).toHaveLength(3)
    expect(await idsIn('/api/v1/subscriptions', 'foreign')).toEqual([box.other.subscription.subscriptionId])
    expect(await idsIn('/api/v1/users', 'foreign')).toEqual([box.users.foreign.userId])
    expect((await idsIn('/api/v1/users', 'owner')).sort()).toEqual(
      [box.users.owner.userId, box.users.member.userId, box.users.viewer.userId].sort(),
    )
    expect(await idsIn('/api/v1/users', 'administrator')).toHaveLength(7)
  })

  test('an owner does not learn in which other accounts a member is', async () => {
    await box.database.kysely
      .insertInto('memberships')
      .values({ user_id: box.users.member.userId, customer_id: box.other.customer.customerId, role: 'viewer', created_at: 0 })
      .execute()
    const headers = { cookie: await cookieOf(box, box.users.owner) }
    const answer = await box.app.request(`/api/v1/users/${box.users.member.userId}`, { headers })
    expect((await bodyOf<{ memberships: unknown }>(answer)).memberships).toEqual([
      { customerId: box.own.customer.customerId, role: 'member' },
    ])
  })

  test('a revoked computer is told so', async () => {
    const { device, token } = await connectDevice(box, box.users.owner, { name: 'OLD-PC' })
    await box.devicesSide.devices.revoke(device.deviceId, actingOnTheBox)
    const answer = await box.app.request('/api/v1/me', { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(403)
    expect(await codeOf(answer)).toBe('HF-DEVICE-REVOKED')
  })
})

describe('behind broken glass', () => {
  test('a session of an administrator holds what the table gives it, and nothing else', async () => {
    const cookie = await cookieOf(box, box.users.administrator)
    const { customerId } = box.own.customer
    const reason = 'The owner asked on the telephone.'
    const broken = await box.app.request(`/customers/${customerId}/break-glass`, formRequest({ reason }, { cookie }))
    expect(broken.status).toBe(303)
    for (const { method, path, key } of routeTable()) {
      const permission = neededFor(method, path)
      if (permission === undefined || path.includes('break-glass') || path.startsWith('/me')) continue
      const { isGivenByBreakGlass } = permissionTable[permission] as { readonly isGivenByBreakGlass?: true }
      const isAllowed = rights[permission].split(' ').includes('administrator') || isGivenByBreakGlass === true
      const code = await codeOf(await box.app.request(concretePath(path), { method, headers: { cookie } }))
      if (isAllowed) expect(refusals, `${key} answers ${code}`).not.toContain(code)
      else expect(code, key).toBe('HF-FORBIDDEN')
    }
    expect(permissions.filter((name) => 'isGivenByBreakGlass' in permissionTable[name])).toEqual(['files:read'])
    // Another customer’s version is as absent as one that never was.
    const foreign = await box.app.request(`/versions/snap_${'a'.repeat(20)}/browse`, { headers: { cookie } })
    expect(await codeOf(foreign)).toBe('HF-NOT-FOUND')
  })
})

describe('a request that another site made the browser send', () => {
  const forged = [
    { title: 'another site', headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } },
    { title: 'another port of this host', headers: { 'sec-fetch-site': 'same-site', origin: 'http://localhost:8081' } },
    { title: 'a page without an origin', headers: { origin: 'null' } },
    { title: 'an old browser', headers: { origin: 'https://evil.example' } },
    { title: 'a name that begins like ours', headers: { origin: 'http://localhost.evil.example' } },
  ] as const
  test.each(forged)('($title) is refused on every route that changes something', async ({ headers }) => {
    const cookie = await cookieOf(box, box.users.administrator)
    // A link for people from outside knows no session; its pages of old browsers have no origin.
    const isNameless = (path: string) => 'origin' in headers && headers.origin === 'null' && /^\/[su]\//.test(path)
    const changing = routeTable().filter(({ method, path }) => method !== 'GET' && !isNameless(path))
    expect(changing.length).toBeGreaterThan(40)
    for (const { method, path, key } of changing) {
      const answer = await box.app.request(concretePath(path), { method, headers: { ...headers, host: 'localhost', cookie } })
      expect(await codeOf(answer), key).toBe('HF-CROSS-SITE')
    }
  })
})

describe('a customer that is suspended, or gone', () => {
  const stateOf = (state: 'active' | 'suspended' | 'ended') =>
    box.database.kysely.updateTable('customers').set({ state }).where('id', '=', box.own.customer.customerId).execute()

  test('suspended: its people still see and restore', async () => {
    await stateOf('suspended')
    const headers = { cookie: await cookieOf(box, box.users.viewer) }
    expect((await box.app.request('/computers', { headers })).status).toBe(200)
    expect(refusals).not.toContain(await codeOf(await box.app.request(`/versions/${box.version.id}/browse`, { headers })))
    await stateOf('active')
  })

  test('gone: nothing of it answers its people any more', async () => {
    await stateOf('ended')
    const headers = { cookie: await cookieOf(box, box.users.owner) }
    for (const { method, path, key } of routeTable()) {
      if (method !== 'GET' || !ownedParameters.some((name) => path.includes(`:${name}`))) continue
      const code = await codeOf(await box.app.request(concretePath(path), { headers }))
      expect(['HF-FORBIDDEN', 'HF-NOT-FOUND'], `${key} answers ${code}`).toContain(code)
    }
    await stateOf('active')
  })
})
