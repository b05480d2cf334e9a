import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { localeOf, pageContextBy } from '../../../server/http/page-context.ts'

const pageContext = pageContextBy({
  clock: { now: () => 1_774_548_000_000 },
  assets: '/assets/1',
  zoneCookie: 'hf_zone',
  timeZone: 'Europe/London',
  publicUrl: undefined,
})

async function readerFor(headers: Record<string, string>) {
  const app = new Hono().get('/', (c) => c.json(pageContext(c as never)))
  return (await app.request('http://box.example:8080/', { headers })).json()
}

describe('for whom a page is written', () => {
  test.each([
    { given: 'de-DE,de;q=0.9,en;q=0.8', expect: 'en-DE' },
    { given: 'en-US', expect: 'en-US' },
    { given: 'en-GB,en', expect: 'en-GB' },
    { given: 'fr', expect: 'en-FR' },
    { given: 'zh-Hant-TW', expect: 'en-GB' },
    { given: 'not a tag!, de-AT', expect: 'en-AT' },
    { given: '*', expect: 'en-GB' },
    { given: '', expect: 'en-GB' },
    { given: `${'x,'.repeat(5000)}de`, expect: 'en-GB' },
  ])('writes for "$given" as in $expect', ({ given, expect: locale }) => {
    expect(localeOf(given)).toBe(locale)
  })

  test('takes the zone that the browser has said', async () => {
    expect(await readerFor({ cookie: 'hf_zone=America%2FNew_York', 'accept-language': 'en-US' })).toEqual({
      site: { assets: '/assets/1', host: 'box.example:8080', zoneCookie: 'hf_zone' },
      reader: { locale: 'en-US', timeZone: 'America/New_York', nowMs: 1_774_548_000_000 },
    })
  })

  test.each([
    { cookie: '' },
    { cookie: 'hf_zone=Nowhere%2FLand' },
    { cookie: `hf_zone=${'A'.repeat(5000)}` },
    { cookie: 'other=Asia%2FTokyo' },
  ])('else the box’s own ($cookie)', async ({ cookie }) => {
    expect(await readerFor({ cookie })).toMatchObject({ reader: { timeZone: 'Europe/London' } })
  })
})
