/** A forgotten password, by a link out of a letter. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { turnOnSecondFactor } from '../../support/second-factor.ts'
import { formRequest, goodPassword, helen, setUpApp } from '../../support/test-app.ts'
import { cookieOf } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
beforeEach(async () => {
  box = await setUpApp()
})
afterEach(() => box[Symbol.asyncDispose]())

const next = 'five sober herons wade'
const post = (path: string, fields: Readonly<Record<string, string>>) => box.app.request(path, formRequest(fields))
const signIn = async (password: string) => (await post('/signin', { email: helen.email, password })).status

/** What the letter holds, by the service: letters are sealed in their queue. */
async function linkFor(email: string): Promise<string> {
  const posted: string[] = []
  const { createPasswordResets } = await import('../../../server/mailed-links/password-reset-service.ts')
  const { systemRandomness } = await import('../../../server/runtime/randomness.ts')
  const { createPasswordHasher } = await import('../../../server/users/password-hasher.ts')
  const resets = createPasswordResets({
    ...box,
    ...box.people,
    randomness: systemRandomness,
    hasher: await createPasswordHasher(systemRandomness),
    letters: { post: async (_, { letter }) => void posted.push(letter.action?.path ?? '') },
  })
  await resets.ask(email, '192.0.2.1')
  return posted.at(-1)?.split('token=')[1] ?? ''
}

test('sets a new one once, ends every session, and tells the owner', async () => {
  const session = await cookieOf(box, box.user)
  const token = await linkFor(helen.email.toUpperCase())
  expect(await (await box.app.request(`/reset/new?token=${token}`)).text()).toContain(helen.email)
  const answer = await post('/reset/new', { token, password: next })
  expect(answer.headers.get('location')).toBe('/signin?said=password')
  expect(await (await box.app.request('/signin?said=password')).text()).toContain('Your new password is set.')
  expect([await signIn(goodPassword), await signIn(next)]).toEqual([401, 303])
  expect((await box.app.request('/api/v1/me', { headers: { cookie: session } })).status).toBe(401)
  expect((await post('/reset/new', { token, password: `${next} again` })).status).toBe(410)
  const letters = await box.database.kysely.selectFrom('outbox').select('title').execute()
  expect(letters).toEqual([{ title: 'Your password was changed' }])
})

test('a second factor stays on', async () => {
  await turnOnSecondFactor(box, box.user)
  await post('/reset/new', { token: await linkFor(helen.email), password: next })
  expect(await signIn(next)).toBe(200)
})

describe('a link that works no more', () => {
  test('too old, and only the newest one works', async () => {
    const first = await linkFor(helen.email)
    const second = await linkFor(helen.email)
    expect((await box.app.request(`/reset/new?token=${first}`)).status).toBe(410)
    box.clock.advance(60 * 60_000)
    expect((await post('/reset/new', { token: second, password: next })).status).toBe(410)
    expect(await signIn(goodPassword)).toBe(303)
  })
  test('at two moments at once: one of them', async () => {
    const token = await linkFor(helen.email)
    const answers = await Promise.all([
      post('/reset/new', { token, password: next }),
      post('/reset/new', { token, password: `${next}!` }),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 410])
  })
  test.each(['', 'x', 'a'.repeat(52), '\u0000'])('%j', async (token) => {
    expect((await post('/reset/new', { token, password: next })).status).toBe(410)
  })
})

test('a weak one is explained, and the link still works', async () => {
  const token = await linkFor(helen.email)
  const answer = await post('/reset/new', { token, password: 'short' })
  expect(answer.status).toBe(422)
  expect(await answer.text()).toContain('at least 12')
  expect((await post('/reset/new', { token, password: next })).status).toBe(303)
})

test('known and unknown addresses write the same rows, and asking is slowed down', async () => {
  const { passwordResets } = box.people
  const rows = () => box.database.kysely.selectFrom('mailed_links').selectAll().execute()
  for (const email of [helen.email, 'nobody@office.example', 'no address']) {
    const before = (await rows()).length
    expect(await passwordResets.ask(email, '192.0.2.1')).toEqual({ kind: 'asked' })
    expect((await rows()).length).toBe(before + 1)
  }
  for (const email of [helen.email, 'nobody@office.example']) {
    await passwordResets.ask(email, '198.51.100.2')
    await passwordResets.ask(email, '203.0.113.9')
    expect(await passwordResets.ask(email, '192.0.2.77')).toMatchObject({ kind: 'throttled' })
  }
})

test('without a mail server the page says who helps', async () => {
  const answer = await post('/reset', { email: helen.email })
  expect(await answer.text()).toContain('This box sends no letters yet.')
})
