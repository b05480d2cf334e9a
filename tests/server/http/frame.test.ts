import { describe, expect, test } from 'vitest'
import type { Log } from '../../../server/runtime/log.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { cookiesOf, formRequest, goodPassword, helen, setUpApp, testApp } from '../../support/test-app.ts'

const json = (value: unknown) => ({
  method: 'POST',
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
})

describe('every answer', () => {
  const paths = [
    '/healthz',
    '/signin',
    '/no/such/page',
    '/api/v1/me',
    '/api/v1/openapi.json',
    '/docs/errors/HF-BUSY',
    '/api/docs',
  ]
  test.each(paths)('%s carries a strict policy, an id of its own and no trace of the program', async (path) => {
    await using box = await testApp()
    const answer = await box.app.request(path, { headers: { accept: 'text/html', 'x-request-id': 'mine<script>' } })
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[\w-]{12}$/)
    expect(answer.headers.get('x-powered-by')).toBeNull()
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(answer.headers.get('cache-control')).not.toBeNull()
  })

  test.each(paths)('%s holds nothing that the policy would block', async (path) => {
    await using box = await testApp()
    const page = await (await box.app.request(path, { headers: { accept: 'text/html' } })).text()
    expect(page).not.toMatch(/ style="|<style|<script(?![^>]* src=)| on[a-z]+="|javascript:/i)
  })
})

describe('errors', () => {
  test('are problem+json for programs and a page for browsers, with the same request id as the header', async () => {
    await using box = await testApp()
    const forPrograms = await box.app.request('/no/such/page', { headers: { 'x-request-id': 'req_of-the-client' } })
    expect(forPrograms.headers.get('content-type')).toBe('application/problem+json')
    expect(await forPrograms.json()).toMatchObject({
      status: 404,
      code: 'HF-NOT-FOUND',
      requestId: forPrograms.headers.get('x-request-id'),
    })
    const forBrowsers = await box.app.request('/no/such/page', { headers: { accept: 'text/html,*/*' } })
    expect(forBrowsers.status).toBe(404)
    expect(forBrowsers.headers.get('content-type')).toContain('text/html')
    expect(await forBrowsers.text()).toContain(forBrowsers.headers.get('x-request-id') ?? '-')
    const api = await box.app.request('/api/v1/nothing', { headers: { accept: 'text/html' } })
    expect(api.headers.get('content-type')).toBe('application/problem+json')
  })

  test('of a wrong method name the right ones', async () => {
    await using box = await testApp()
    const answer = await box.app.request('/api/v1/me', { method: 'PUT' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
    expect(await answer.json()).toMatchObject({ code: 'HF-METHOD-NOT-ALLOWED' })
  })

  test('the API says that a sign-in is needed; a part of a page makes htmx load the whole again', async () => {
    await using box = await setUpApp()
    const refused = await box.app.request('/api/v1/me', { headers: { accept: 'text/html' } })
    expect(await refused.json()).toMatchObject({ code: 'HF-SIGN-IN-NEEDED' })
    const part = await box.app.request('/api/v1/me', { headers: { 'hx-request': 'true' } })
    expect(part.status).toBe(401)
    expect(part.headers.get('hx-refresh')).toBe('true')
  })

  test('that nobody foresaw are logged once with the request id, and tell the client nothing', async () => {
    const lines: { fields: Record<string, unknown>; message: string }[] = []
    const log: Log = {
      ...silentLog,
      error: (fields: object, message?: string) => lines.push({ fields: { ...fields }, message: message ?? '' }),
    }
    await using box = await setUpApp({ log })
    await box.database.kysely.schema.dropTable('tokens').execute()
    const answer = await box.app.request('/api/v1/me', { headers: { authorization: `Bearer hft_${'a'.repeat(52)}` } })
    const body = await answer.text()
    expect(answer.status).toBe(500)
    expect(JSON.parse(body)).toMatchObject({ code: 'HF-INTERNAL', who: 'administrator' })
    expect(body).not.toMatch(/tokens|select|mysql|node_modules|hft_/i)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.fields).toMatchObject({ requestId: answer.headers.get('x-request-id'), route: '/api/v1/me', method: 'GET' })
    expect(JSON.stringify(lines[0]?.fields)).not.toContain('hft_')
  })
})

describe('what needs no caller', () => {
  test('answers without the database: health, files, the manual', async () => {
    await using box = await setUpApp()
    const cookie = cookiesOf(await box.app.request('/signin', formRequest({ email: helen.email, password: goodPassword })))
    await box.database.kysely.schema.dropTable('sessions').execute()
    for (const path of ['/healthz', '/docs/errors/HF-DATABASE-DOWN', '/api/v1/openapi.json']) {
      expect((await box.app.request(path, { headers: { cookie } })).status, path).toBe(200)
    }
    expect((await box.app.request('/api/v1/me', { headers: { cookie } })).status).toBe(500)
  })
})

describe('posts from elsewhere', () => {
  const table = [
    { title: 'own page', headers: { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }, refused: false },
    { title: 'address bar or bookmark', headers: { 'sec-fetch-site': 'none' }, refused: false },
    { title: 'a program without a browser’s headers', headers: {}, refused: false },
    { title: 'old browser, own page', headers: { origin: 'http://localhost' }, refused: false },
    { title: 'another site', headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, refused: true },
    {
      title: 'another port of this host',
      headers: { origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' },
      refused: true,
    },
    { title: 'old browser, another port', headers: { origin: 'http://localhost:9999' }, refused: true },
    { title: 'a sandboxed frame', headers: { origin: 'null' }, refused: true },
    { title: 'an origin that is no URL', headers: { origin: '<script>' }, refused: true },
    { title: 'a host that only begins the same', headers: { origin: 'http://localhost.evil.example' }, refused: true },
  ]
  test.each(table)('$title: refused $refused', async ({ headers, refused }) => {
    await using box = await setUpApp()
    const body = new URLSearchParams({ email: helen.email, password: goodPassword })
    const answer = await box.app.request('/signin', { method: 'POST', body, headers: { host: 'localhost', ...headers } })
    expect(answer.status).toBe(refused ? 403 : 303)
    if (refused) expect(await answer.json()).toMatchObject({ code: 'HF-CROSS-SITE' })
  })

  test('the public address counts as the box’s own, behind a proxy that rewrites Host', async () => {
    await using box = await setUpApp({ publicUrl: 'https://backup.office.example' })
    const request = formRequest(
      { email: helen.email, password: goodPassword },
      { host: '10.0.0.5:8080', origin: 'https://backup.office.example', 'sec-fetch-site': 'same-origin' },
    )
    expect((await box.app.request('/signin', request)).status).toBe(303)
  })

  test('a forged sign-out changes nothing', async () => {
    await using box = await setUpApp()
    const cookie = cookiesOf(await box.app.request('/signin', formRequest({ email: helen.email, password: goodPassword })))
    const forged = formRequest({}, { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
    expect((await box.app.request('/signout', forged)).status).toBe(403)
    expect((await box.app.request('/api/v1/me', { headers: { cookie } })).status).toBe(200)
  })
})

describe('bodies', () => {
  const table = [
    { title: 'not JSON', request: { ...json(0), body: '{"email": ' }, code: 'HF-MALFORMED', status: 400 },
    {
      title: 'no body',
      request: { method: 'POST', headers: { 'content-type': 'application/json' } },
      code: 'HF-MALFORMED',
      status: 400,
    },
    {
      title: 'another kind',
      request: { ...json({}), headers: { 'content-type': 'text/xml' } },
      code: 'HF-UNSUPPORTED-TYPE',
      status: 415,
    },
    { title: 'a field of another type', request: json({ email: 7, password: {} }), code: 'HF-VALIDATION', status: 422 },
    { title: 'a missing field', request: json({ email: 'a@b.example' }), code: 'HF-VALIDATION', status: 422 },
    { title: 'null', request: json(null), code: 'HF-VALIDATION', status: 422 },
    { title: 'a list', request: json([1, 2]), code: 'HF-VALIDATION', status: 422 },
    {
      title: '1 MiB',
      request: json({ email: 'a@b.example', password: 'x'.repeat(1024 ** 2) }),
      code: 'HF-BODY-TOO-LARGE',
      status: 413,
    },
    {
      title: 'a password just within the body’s limit',
      request: json({ email: helen.email, password: 'x'.repeat(60_000) }),
      code: 'HF-WRONG-PASSWORD',
      status: 401,
    },
    {
      title: 'deep nesting',
      request: json({ email: 'a@b.example', password: 'x', a: JSON.parse('['.repeat(9000) + ']'.repeat(9000)) }),
      code: 'HF-WRONG-PASSWORD',
      status: 401,
    },
  ]
  test.each(table)('$title: $code', async ({ request, code, status }) => {
    await using box = await setUpApp()
    const answer = await box.app.request('/api/v1/sessions', request)
    expect(await answer.json()).toMatchObject({ code, status })
    expect(answer.status).toBe(status)
  })

  test('what was sent is not repeated in the answer', async () => {
    await using box = await setUpApp()
    const answer = await box.app.request('/api/v1/sessions', json({ email: 7, password: ['my secret password'] }))
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ errors: [{ field: 'json.email' }, { field: 'json.password' }] })
    expect(text).not.toContain('my secret password')
  })

  test('a form of 1 MiB is a page that says so', async () => {
    await using box = await setUpApp()
    const answer = await box.app.request('/signin', formRequest({ email: helen.email, password: 'x'.repeat(1024 ** 2) }))
    expect(answer.status).toBe(413)
    expect(await answer.text()).toContain('HF-BODY-TOO-LARGE')
  })

  test('a form sent as JSON is refused', async () => {
    await using box = await setUpApp()
    const answer = await box.app.request('/signin', json({ email: helen.email, password: goodPassword }))
    expect(answer.status).toBe(415)
  })
})
