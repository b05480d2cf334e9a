import { describe, expect, test } from 'vitest'
import { longLifetimeMs, shortLifetimeMs } from '../../../server/sessions/session.ts'
import { cookiesOf, formRequest, goodPassword, helen, setUpApp, type TestApp } from '../../support/test-app.ts'

const credentials = { email: helen.email, password: goodPassword }

async function signIn(box: TestApp, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
  return box.app.request('/signin', formRequest({ ...credentials, ...fields }))
}

async function whoIs(box: TestApp, cookie: string): Promise<number> {
  return (await box.app.request('/api/v1/me', { headers: { cookie } })).status
}

describe('signing in', () => {
  test('sets a cookie of this box that scripts cannot read and other sites do not send', async () => {
    await using box = await setUpApp()
    const answer = await signIn(box)
    expect(answer.status).toBe(303)
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^holdfast_session_box_test=[a-z2-7]{52}; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(await whoIs(box, cookiesOf(answer))).toBe(200)
  })

  test('behind TLS the cookie is Secure and bound to the host', async () => {
    await using box = await setUpApp({ trustedProxy: ['192.0.2.0/24'] })
    const incoming = { socket: { remoteAddress: '192.0.2.7' } }
    const request = formRequest(credentials, { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.4' })
    const answer = await box.app.request('/signin', request, { incoming })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-holdfast_session_box_test=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  test('only the hash of the secret is stored', async () => {
    await using box = await setUpApp()
    const secret = cookiesOf(await signIn(box)).split('=')[1] ?? ''
    const rows = await box.database.kysely.selectFrom('sessions').selectAll().execute()
    const stored = rows.map((row) => Object.values(row).map(String).join(' ')).join('\n')
    expect(rows).toHaveLength(1)
    expect(stored).not.toContain(secret)
  })

  test('goes on to the page that was wanted, but never to another site', async () => {
    await using box = await setUpApp()
    const table = [
      ['/computers?page=2', '/computers?page=2'],
      ['//evil.example/', '/'],
      ['/\\evil.example', '/'],
      ['https://evil.example/', '/'],
      ['/a\r\nset-cookie: x=1', '/'],
      ['javascript:alert(1)', '/'],
      ['', '/'],
    ] as const
    for (const [next, expected] of table) {
      const answer = await signIn(box, { next })
      expect(answer.headers.get('location'), next).toBe(expected)
    }
  })

  test('the session that was there before ends', async () => {
    await using box = await setUpApp()
    const before = cookiesOf(await signIn(box))
    const answer = await box.app.request('/signin', formRequest(credentials, { cookie: before }))
    expect(await whoIs(box, before)).toBe(401)
    expect(await whoIs(box, cookiesOf(answer))).toBe(200)
  })

  test('works for programs as JSON', async () => {
    await using box = await setUpApp()
    const request = { method: 'POST', body: JSON.stringify(credentials), headers: { 'content-type': 'application/json' } }
    const answer = await box.app.request('/api/v1/sessions', request)
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({
      userId: box.user.userId,
      expiresAt: new Date(box.clock.now() + shortLifetimeMs).toISOString(),
    })
    expect(await whoIs(box, cookiesOf(answer))).toBe(200)
    const wrong = { ...request, body: JSON.stringify({ ...credentials, password: 'not the password' }) }
    const refused = await box.app.request('/api/v1/sessions', wrong)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ code: 'HF-WRONG-PASSWORD', who: 'you' })
  })
})

describe('what is wrong answers the same', () => {
  test('an unknown login and a wrong password: same status, same words', async () => {
    await using box = await setUpApp()
    const pages: string[] = []
    for (const email of [helen.email, 'nobody@calder-rowe.example']) {
      const answer = await signIn(box, { email, password: 'not the password' })
      expect(answer.status).toBe(401)
      expect(answer.headers.getSetCookie()).toEqual([])
      pages.push((await answer.text()).replaceAll(email, 'EMAIL'))
    }
    expect(pages[0]).toContain('do not match')
    expect(pages[1]).toBe(pages[0])
  })

  test('an unknown login takes a hash’s time too', async () => {
    await using box = await setUpApp()
    const timeOf = async (email: string) => {
      const startedAt = performance.now()
      await box.people.users.authenticate({ email, password: 'not the password', address: '192.0.2.1' })
      return performance.now() - startedAt
    }
    await timeOf(helen.email)
    const known = [await timeOf(helen.email), await timeOf(helen.email), await timeOf(helen.email)].sort((a, b) => a - b)
    const unknown = [await timeOf('a@b.example'), await timeOf('a@b.example'), await timeOf('a@b.example')].sort((a, b) => a - b)
    // The fastest of each: a look-up without the hash would be more than ten times faster.
    expect(unknown[0]).toBeGreaterThan(known[0]! / 3)
  })

  test('the mail address is found whatever its case; the password is not', async () => {
    await using box = await setUpApp()
    expect((await signIn(box, { email: ' HELEN@Calder-Rowe.Example ' })).status).toBe(303)
    expect((await signIn(box, { password: goodPassword.toUpperCase() })).status).toBe(401)
  })

  test('a password typed in another Unicode form is the same password', async () => {
    await using box = await setUpApp()
    const composed = 'caf\u00e9 au quai 1890'
    await box.people.users.resetPassword(
      { email: helen.email, password: composed },
      { actor: { kind: 'command' }, address: 'the box' },
    )
    expect((await signIn(box, { password: composed.normalize('NFD') })).status).toBe(303)
  })
})

describe('guessing', () => {
  test('after five wrong tries even the right password waits; then it works again', async () => {
    await using box = await setUpApp()
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await signIn(box, { password: 'not the password' })).status).toBe(401)
    }
    const throttled = await signIn(box)
    expect(throttled.status).toBe(429)
    expect(throttled.headers.get('retry-after')).toBe('60')
    expect(await throttled.text()).toContain('60 seconds')
    box.clock.advance(60_000)
    expect((await signIn(box)).status).toBe(303)
  })

  test('a right password does not use the allowance up', async () => {
    await using box = await setUpApp()
    for (let attempt = 0; attempt < 12; attempt += 1) expect((await signIn(box)).status).toBe(303)
  })

  test('an attacker elsewhere does not lock the owner out', async () => {
    await using box = await setUpApp()
    const attempt = (password: string, address: string) =>
      box.people.users.authenticate({ email: helen.email, password, address })
    for (let count = 0; count < 6; count += 1) await attempt('not the password', '203.0.113.9')
    expect(await attempt('not the password', '203.0.113.9')).toMatchObject({ kind: 'throttled' })
    expect(await attempt(goodPassword, '192.0.2.1')).toMatchObject({ kind: 'signed-in' })
  })

  test('a whole /64 is one place', async () => {
    await using box = await setUpApp()
    const attempt = (address: string) => box.people.users.authenticate({ email: helen.email, password: 'not it', address })
    for (let host = 1; host <= 5; host += 1) await attempt(`2001:db8:1:2::${host}`)
    expect(await attempt('2001:db8:1:2:ffff::1')).toMatchObject({ kind: 'throttled' })
    expect(await attempt('2001:db8:1:3::1')).toMatchObject({ kind: 'wrong-password' })
  })

  test('a client cannot choose its address by a header', async () => {
    await using box = await setUpApp()
    const incoming = { socket: { remoteAddress: '203.0.113.9' } }
    const attempt = (index: number) =>
      box.app.request('/signin', formRequest({ ...credentials, password: 'no' }, { 'x-forwarded-for': `192.0.2.${index}` }), {
        incoming,
      })
    for (let index = 0; index < 5; index += 1) await attempt(index)
    expect((await attempt(99)).status).toBe(429)
  })

  test('a flood is told that the box is busy, and the rest is answered', async () => {
    await using box = await setUpApp()
    const flood = Array.from({ length: 60 }, (_, index) =>
      box.people.users.authenticate({
        email: `guess${index}@x.example`,
        password: 'not the password',
        address: `192.0.2.${index}`,
      }),
    )
    const results = await Promise.allSettled(flood)
    const outcomes = results.map((result) => (result.status === 'rejected' ? result.reason.fault : result.value.kind))
    expect(new Set(outcomes)).toEqual(new Set(['busy', 'wrong-password']))
    expect((await signIn(box)).status).toBe(303)
  })
})

describe('sessions', () => {
  test('end half a day after their last use, and slide while they are used', async () => {
    await using box = await setUpApp()
    const cookie = cookiesOf(await signIn(box))
    box.clock.advance(shortLifetimeMs - 1000)
    expect(await whoIs(box, cookie)).toBe(200)
    box.clock.advance(shortLifetimeMs - 1000)
    expect(await whoIs(box, cookie)).toBe(200)
    box.clock.advance(shortLifetimeMs)
    expect(await whoIs(box, cookie)).toBe(401)
    expect(await box.database.kysely.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  test('stay for 30 days when asked, with a cookie that is sent anew in their second half', async () => {
    await using box = await setUpApp()
    const answer = await signIn(box, { stay: 'yes' })
    expect(answer.headers.getSetCookie()[0]).toContain(`Max-Age=${longLifetimeMs / 1000}`)
    const cookie = cookiesOf(answer)
    const request = () => box.app.request('/api/v1/me', { headers: { cookie } })
    expect((await request()).headers.getSetCookie()).toEqual([])
    box.clock.advance(longLifetimeMs * 0.6)
    expect(cookiesOf(await request())).toBe(cookie)
    box.clock.advance(longLifetimeMs * 0.9)
    expect((await request()).status).toBe(200)
  })

  test('end by signing out', async () => {
    await using box = await setUpApp()
    const cookie = cookiesOf(await signIn(box))
    const answer = await box.app.request('/signout', formRequest({}, { cookie }))
    expect(answer.headers.get('location')).toBe('/signin')
    expect(answer.headers.getSetCookie()[0]).toContain('Max-Age=0')
    expect(await whoIs(box, cookie)).toBe(401)
  })

  test('end with a new password', async () => {
    await using box = await setUpApp()
    const cookie = cookiesOf(await signIn(box))
    await box.people.users.resetPassword(
      { email: helen.email, password: 'another four words here' },
      { actor: { kind: 'command' }, address: 'the box' },
    )
    expect(await whoIs(box, cookie)).toBe(401)
    expect((await signIn(box)).status).toBe(401)
    expect((await signIn(box, { password: 'another four words here' })).status).toBe(303)
  })

  test('are at most fifty for one user; the oldest end', async () => {
    await using box = await setUpApp()
    const browser = { address: '192.0.2.1', userAgent: 'test', isLasting: false }
    const first = await box.people.sessions.open(box.user, browser)
    for (let count = 0; count < 50; count += 1) {
      box.clock.advance(1000)
      await box.people.sessions.open(box.user, browser)
    }
    expect(await box.people.sessions.find(first.secret)).toBeUndefined()
    expect(await box.database.kysely.selectFrom('sessions').select('id').execute()).toHaveLength(50)
  })

  const strangeCookies = [
    'holdfast_session_box_test=',
    'holdfast_session_box_test=x',
    `holdfast_session_box_test=${'a'.repeat(52)}`,
    `holdfast_session_box_test=${'a'.repeat(8000)}`,
    'holdfast_session_box_test=%00%ff',
    "holdfast_session_box_test=' OR 1=1 --",
    'holdfast_session_other_box=whatever; theme=dark; ;;;==',
    `__Host-holdfast_session_box_test=${'a'.repeat(52)}`,
  ]
  test('a strange cookie makes a stranger', async () => {
    await using box = await setUpApp()
    for (const cookie of strangeCookies) {
      expect(await whoIs(box, cookie), cookie.slice(0, 60)).toBe(401)
      const page = await box.app.request('/signin', { headers: { cookie, accept: 'text/html' } })
      expect(page.status, cookie.slice(0, 60)).toBe(200)
    }
  })
})
