/** Signing in with a second factor: in the browser, over the API, and as an agent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sampleFingerprint } from '../../support/connect-device.ts'
import { type TurnedOnFactor, turnOnSecondFactor } from '../../support/second-factor.ts'
import { bodyOf, cookiesOf, formRequest, goodPassword, helen, setUpApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
let factor: TurnedOnFactor

beforeAll(async () => {
  box = await setUpApp()
  factor = await turnOnSecondFactor(box, box.user)
})
afterAll(() => box[Symbol.asyncDispose]())
// A time step opens once.
beforeEach(() => box.clock.advance(30 * 60_000))

const credentials = { email: helen.email, password: goodPassword }
const firstStep = (fields = {}) => box.app.request('/signin', formRequest({ ...credentials, ...fields }))
const secondStep = (ticket: string, otp: string, fields = {}) =>
  box.app.request('/signin/code', formRequest({ ticket, otp, ...fields }))
const overApi = (body: object) =>
  box.app.request('/api/v1/sessions', {
    method: 'POST',
    body: JSON.stringify({ ...credentials, ...body }),
    headers: { 'content-type': 'application/json' },
  })
const codeOf = async (answer: Response) => (await bodyOf<{ code: string }>(answer)).code

async function ticketOf(answer: Response): Promise<string> {
  expect(answer.headers.getSetCookie()).toEqual([])
  return /name="ticket" value="([a-z2-7]{52})"/.exec(await answer.text())?.[1] ?? ''
}

describe('in the browser', () => {
  test('the password alone gives no session, the code after it does, once', async () => {
    const ticket = await ticketOf(await firstStep({ next: '/computers', stay: 'yes' }))
    const wrong = await secondStep(ticket, '000000', { next: '/computers' })
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).toContain('This code is not right')
    const code = factor.codeNow()
    const answer = await secondStep(ticket, code, { next: '/computers' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/computers'])
    expect(answer.headers.getSetCookie()[0]).toContain('Max-Age=2592000')
    const me = await box.app.request('/api/v1/me', { headers: { cookie: cookiesOf(answer) } })
    expect(me.status).toBe(200)
    // Neither the ticket nor the code opens again.
    expect((await secondStep(ticket, factor.codeNow(1))).status).toBe(401)
    const another = await ticketOf(await firstStep())
    expect((await secondStep(another, code)).status).toBe(401)
  })

  test('a recovery code signs in once, and its owner hears of it', async () => {
    const [code = ''] = factor.recoveryCodes
    const answer = await secondStep(await ticketOf(await firstStep()), code.toUpperCase().replaceAll('-', ' '))
    expect(answer.status).toBe(303)
    expect((await secondStep(await ticketOf(await firstStep()), code)).status).toBe(401)
    const letters = await box.database.kysely.selectFrom('outbox').select('title').execute()
    expect(letters.map(({ title }) => title)).toContain('A recovery code was used')
  })

  test('a first step that is too long ago begins again', async () => {
    const ticket = await ticketOf(await firstStep())
    box.clock.advance(10 * 60_000)
    const answer = await secondStep(ticket, factor.codeNow())
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('Please begin again.')
  })

  test('a wrong password is not told from a wrong login, code or not', async () => {
    const wrong = await firstStep({ password: 'not the password' })
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).not.toContain('ticket')
  })
})

describe('over the API', () => {
  test('says that a code is needed, and takes one', async () => {
    const needed = await overApi({})
    expect([needed.status, await codeOf(needed)]).toEqual([401, 'HF-OTP-NEEDED'])
    const wrong = await overApi({ otp: '12345' })
    expect([wrong.status, await codeOf(wrong)]).toEqual([401, 'HF-OTP-WRONG'])
    const otp = factor.codeNow()
    expect((await overApi({ otp })).status).toBe(201)
    expect(await codeOf(await overApi({ otp }))).toBe('HF-OTP-WRONG')
    expect(await codeOf(await overApi({ password: 'not the password', otp: factor.codeNow(1) }))).toBe('HF-WRONG-PASSWORD')
  })

  test('two at the same moment with one code: one of them', async () => {
    const otp = factor.codeNow()
    const answers = await Promise.all([overApi({ otp }), overApi({ otp })])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401])
  })

  test('guessing is slowed down, wherever it comes from', async () => {
    for (let tries = 0; tries < 5; tries += 1) expect(await codeOf(await overApi({ otp: '000000' }))).toBe('HF-OTP-WRONG')
    const answer = await overApi({ otp: factor.codeNow() })
    expect([answer.status, await codeOf(answer)]).toEqual([429, 'HF-RATE-LIMITED'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(60)
  })
})

test('an agent connects with --otp', async () => {
  const request = (otp?: string) =>
    box.app.request('/api/agent/v1/connect', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'holdfast-protocol': '1' },
      body: JSON.stringify({
        ...{ user: helen.email, password: goodPassword, otp, name: 'XRAY-PC', agentVersion: '1.0.0' },
        fingerprint: sampleFingerprint,
      }),
    })
  const codes = [await codeOf(await request()), await codeOf(await request('1'))]
  expect(codes).toEqual(['HF-OTP-NEEDED', 'HF-OTP-WRONG'])
  expect((await request(factor.codeNow())).status).toBe(201)
})

test('the secret lies in no table', async () => {
  const { kysely } = box.database
  const stored = JSON.stringify([
    await kysely.selectFrom('second_factors').selectAll().execute(),
    await kysely.selectFrom('recovery_codes').selectAll().execute(),
  ])
  for (const code of factor.recoveryCodes) expect(stored).not.toContain(code)
})
