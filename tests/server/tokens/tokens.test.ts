import { describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { findLifetime } from '../../../server/tokens/token-lifetime.ts'
import { bodyOf, setUpApp } from '../../support/test-app.ts'

const hour = 60 * 60 * 1000

describe('an API token', () => {
  test('acts for its user until it expires, and only its hash is stored', async () => {
    await using box = await setUpApp()
    const { secret, expiresAt } = await box.people.tokens.create(
      { userId: box.user.userId, scopes: ['read', 'read'], lifetimeMs: hour },
      actingOnTheBox,
    )
    expect(secret).toMatch(/^hft_[a-z2-7]{52}$/)
    expect(expiresAt).toBe(box.clock.now() + hour)
    const me = () => box.app.request('/api/v1/me', { headers: { authorization: `Bearer ${secret}` } })
    expect(await bodyOf(await me())).toMatchObject({ email: box.user.email, scopes: ['read'] })
    const rows = await box.database.kysely.selectFrom('tokens').selectAll().execute()
    expect(rows.map((row) => Object.values(row).map(String).join(' ')).join()).not.toContain(secret.slice(4))
    box.clock.advance(hour)
    expect((await me()).status).toBe(401)
  })

  test('remembers its last use to the minute', async () => {
    await using box = await setUpApp()
    const request = { userId: box.user.userId, scopes: ['read'], lifetimeMs: undefined } as const
    const { secret } = await box.people.tokens.create(request, actingOnTheBox)
    const lastUse = async () => {
      await box.app.request('/api/v1/me', { headers: { authorization: `Bearer ${secret}` } })
      return (await box.database.kysely.selectFrom('tokens').select('last_used_at').executeTakeFirstOrThrow()).last_used_at
    }
    const first = box.clock.now()
    expect(await lastUse()).toBe(first)
    box.clock.advance(59_000)
    expect(await lastUse()).toBe(first)
    box.clock.advance(1000)
    expect(await lastUse()).toBe(first + 60_000)
  })

  test('may hold a scope of another version, which grants nothing', async () => {
    await using box = await setUpApp()
    const request = { userId: box.user.userId, scopes: ['read'], lifetimeMs: undefined } as const
    const { secret } = await box.people.tokens.create(request, actingOnTheBox)
    await box.database.kysely.updateTable('tokens').set({ scopes: 'everything constructor' }).execute()
    const answer = await box.app.request('/api/v1/me', { headers: { authorization: `Bearer ${secret}` } })
    expect(await bodyOf(answer)).toMatchObject({ code: 'HF-SCOPE-MISSING', detail: 'This needs a token with the scope "read".' })
  })
})

test.each([
  ['90d', 90 * 24 * hour],
  ['12h', 12 * hour],
  ['never', undefined],
] as const)('--expires %s', (text, ms) => {
  expect(findLifetime(text)).toEqual({ ms })
})

test.each(['', '0d', '90', 'd', '-1d', '1.5h', '90 d', '9999999d', '4000d', 'Never'])('--expires %j is none', (text) => {
  expect(findLifetime(text)).toBeUndefined()
})
