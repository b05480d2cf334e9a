/** The page My sign-in, through its forms. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { turnOnSecondFactor } from '../../support/second-factor.ts'
import { cookiesOf, formRequest, goodPassword, helen, setUpApp } from '../../support/test-app.ts'
import { cookieOf, newUser } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
let cookie: string
beforeEach(async () => {
  box = await setUpApp()
  cookie = await cookieOf(box, box.user)
})
afterEach(() => box[Symbol.asyncDispose]())

const get = (path: string, as = cookie) => box.app.request(path, { headers: { accept: 'text/html', cookie: as } })
const post = (path: string, fields: Readonly<Record<string, string>> = {}, as = cookie) =>
  box.app.request(path, formRequest(fields, { cookie: as, referer: 'http://localhost/me' }))
const signIn = (password: string, email: string = helen.email) => box.app.request('/signin', formRequest({ email, password }))
const isSignedIn = async (as: string) => (await box.app.request('/api/v1/me', { headers: { cookie: as } })).status === 200
const lettersTitled = async () =>
  (await box.database.kysely.selectFrom('outbox').select('title').execute()).map(({ title }) => title)
const actions = async () =>
  (await box.database.kysely.selectFrom('audit').select('action').orderBy('id').execute()).map(({ action }) => action)

test('the name is changed, and a bad one is explained', async () => {
  expect((await post('/me/name', { name: 'Helen Rowe' })).headers.get('location')).toBe('/me?said=name')
  expect(await (await get('/me?said=name')).text()).toContain('Your name is changed.')
  const refused = await post('/me/name', { name: 'a\nb' })
  expect(refused.status).toBe(422)
  expect(await (await get('/me?said=<script>')).text()).not.toContain('script>alert')
  expect(await actions()).toContain('user.renamed')
})

describe('the password', () => {
  const next = 'five sober herons wade'
  test('is changed with the one before; all other sessions end, and a letter goes out', async () => {
    const other = await cookieOf(box, box.user)
    expect((await post('/me/password', { current: goodPassword, next })).headers.get('location')).toBe('/me?said=password')
    expect([await isSignedIn(cookie), await isSignedIn(other)]).toEqual([true, false])
    expect((await signIn(goodPassword)).status).toBe(401)
    expect((await signIn(next)).status).toBe(303)
    expect(await lettersTitled()).toEqual(['Your password was changed'])
  })
  test.each([
    { title: 'a wrong one before', fields: { current: 'wrong', next }, says: 'This is not your password.' },
    { title: 'one of the name', fields: { current: goodPassword, next: helen.name }, says: 'made of the name' },
    { title: 'a short one', fields: { current: goodPassword, next: 'short' }, says: 'at least 12' },
    { title: 'a long one', fields: { current: goodPassword, next: 'x'.repeat(5000) }, says: 'at most 256' },
  ])('$title changes nothing', async ({ fields, says }) => {
    const answer = await post('/me/password', fields)
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain(says)
    expect((await signIn(goodPassword)).status).toBe(303)
  })
  test('of a megabyte is not even read', async () => {
    const answer = await post('/me/password', { current: goodPassword, next: 'x'.repeat(1024 ** 2) })
    expect(answer.status).toBe(413)
  })
  test('is changed by its owner alone who has a second factor too', async () => {
    await turnOnSecondFactor(box, box.user)
    expect((await post('/me/password', { current: goodPassword, next })).status).toBe(303)
  })
})

describe('what opens much asks once more', () => {
  test('after ten minutes the way leads over the page that asks, and back', async () => {
    box.clock.advance(10 * 60_000)
    const asked = await post('/me/email', { email: 'other@office.example' })
    expect(asked.headers.get('location')).toBe('/me/prove?next=%2Fme')
    expect(await (await get('/me/prove?next=%2Fme')).text()).toContain('Is it still you?')
    expect((await post('/me/prove', { proof: 'wrong', next: '/me' })).status).toBe(401)
    const proved = await post('/me/prove', { proof: goodPassword, next: '//evil.example' })
    expect(proved.headers.get('location')).toBe('/')
    expect((await post('/me/email', { email: 'other@office.example' })).headers.get('location')).toBe('/me?said=address')
  })
  test('programs are told, and tokens cannot', async () => {
    box.clock.advance(10 * 60_000)
    const answer = await box.app.request('/me/two-factor/begin', { method: 'POST', headers: { cookie } })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'HF-PROOF-NEEDED' })
  })
  test('with a second factor it is the code', async () => {
    const factor = await turnOnSecondFactor(box, box.user)
    expect((await post('/me/prove', { proof: goodPassword })).status).toBe(401)
    expect((await post('/me/prove', { proof: factor.codeNow() })).status).toBe(303)
  })
})

describe('the mail address', () => {
  test('without letters it is changed at once, and the old one hears of it', async () => {
    await post('/me/email', { email: 'Helen.Rowe@office.example' })
    expect((await signIn(goodPassword, 'helen.rowe@office.example')).status).toBe(303)
    expect((await signIn(goodPassword)).status).toBe(401)
    expect(await lettersTitled()).toEqual(['Your mail address was changed'])
  })
  test('of somebody else is refused', async () => {
    await newUser(box, 'otto', { staffRole: undefined, memberships: [] })
    const answer = await post('/me/email', { email: 'OTTO@office.example' })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('already a login')
  })
  test.each(['', 'no address', 'a@b\r\nBcc: c@d.example', `${'x'.repeat(300)}@office.example`])('%j is none', async (email) => {
    expect((await post('/me/email', { email })).status).toBe(422)
  })
})

describe('sessions', () => {
  test('are listed with browser and place, and end one by one', async () => {
    const signedIn = await box.app.request(
      '/signin',
      formRequest(
        { email: helen.email, password: goodPassword },
        { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0' },
      ),
    )
    const other = cookiesOf(signedIn)
    const page = await (await get('/me')).text()
    expect(page).toContain('Firefox on Windows')
    expect(page.match(/this one/g)).toHaveLength(1)
    const path = /action="(\/me\/sessions\/ses_[a-z2-7]+\/end)"/.exec(page)?.[1] ?? ''
    expect((await post(path)).status).toBe(303)
    expect(await isSignedIn(other)).toBe(false)
    expect((await post(path)).status).toBe(404)
  })
  test('of somebody else are not there', async () => {
    const otto = await newUser(box, 'otto', { staffRole: 'implementor', memberships: [] })
    const ottos = await cookieOf(box, otto)
    const [session] = await box.people.sessions.list(otto.userId)
    expect((await post(`/me/sessions/${session?.sessionId}/end`)).status).toBe(404)
    expect(await isSignedIn(ottos)).toBe(true)
  })
  test('all others end at once', async () => {
    const others = [await cookieOf(box, box.user), await cookieOf(box, box.user)]
    await post('/me/sessions/end-others')
    expect(await Promise.all([cookie, ...others].map(isSignedIn))).toEqual([true, false, false])
  })
})

describe('tokens', () => {
  const wish = { token: 'Report on Mondays', scope: 'read', expires: '30d' }
  test('are shown once, work, and are withdrawn', async () => {
    const made = await post('/me/tokens', wish)
    expect(made.status).toBe(201)
    const token = /hft_[a-z2-7]{52}/.exec(await made.text())?.[0] ?? ''
    const use = () => box.app.request('/api/v1/me', { headers: { authorization: `Bearer ${token}` } })
    expect((await use()).status).toBe(200)
    const page = await (await get('/me')).text()
    expect(page).toContain('Report on Mondays')
    expect(page).not.toContain(token)
    const path = /action="(\/me\/tokens\/tok_[a-z2-7]+\/withdraw)"/.exec(page)?.[1] ?? ''
    expect((await post(path)).status).toBe(303)
    expect((await use()).status).toBe(401)
    expect(await actions()).toEqual(expect.arrayContaining(['token.created', 'token.revoked']))
  })
  test.each([
    { title: 'no name', fields: { ...wish, token: ' ' } },
    { title: 'no scope', fields: { ...wish, scope: '' } },
    { title: 'an unknown scope', fields: { ...wish, scope: 'everything' } },
    { title: 'a strange end', fields: { ...wish, expires: '1000000d' } },
  ])('$title is refused', async ({ fields }) => {
    expect((await post('/me/tokens', fields)).status).toBe(422)
  })
})

test('two-factor sign-in goes on and off by its page', async () => {
  await post('/me/two-factor/begin')
  const page = await (await get('/me/two-factor')).text()
  expect(page).toContain('role="img"')
  expect((await post('/me/two-factor/confirm', { otp: '000000' })).status).toBe(422)
  const { pendingSecret } = await box.people.secondFactors.state(box.user.userId)
  const { totpCode, totpStepAt } = await import('../../../server/second-factors/totp.ts')
  const answer = await post('/me/two-factor/confirm', { otp: totpCode(pendingSecret!, totpStepAt(box.clock.now())) })
  expect((await answer.text()).match(/<li class="code">/g)).toHaveLength(10)
  expect(await (await get('/me/two-factor')).text()).toContain('10 recovery codes are left.')
  expect(await (await post('/me/two-factor/codes')).text()).toContain('New recovery codes')
  expect((await post('/me/two-factor/off')).headers.get('location')).toBe('/me?said=off')
  expect(await box.people.secondFactors.isOn(box.user.userId)).toBe(false)
  expect((await lettersTitled()).toSorted()).toEqual(['Two-factor sign-in is off', 'Two-factor sign-in is on'])
})
