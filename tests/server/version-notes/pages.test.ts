/** Names and notes of versions as pages and in the API: contents, which the customer's people see and staff do not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

type Who = 'administrator' | 'implementor' | 'owner' | 'member' | 'viewer' | 'foreign'

const words = { name: 'Before the new accounts', note: 'As the auditors saw it.\nDo not touch.' }
let box: Awaited<ReturnType<typeof twoCustomers>>
let binned: Awaited<ReturnType<typeof insertVersion>>

beforeAll(async () => {
  box = await twoCustomers()
  binned = await insertVersion(box, box.device, { seq: 2, receivedAt: box.clock.now() })
  await insertVersion(box, box.device, { seq: 3, receivedAt: box.clock.now() })
  for (const version of [box.version, binned]) await box.versionNotes.write(version, words, actingOnTheBox)
  await box.retention.remove(binned, actingOnTheBox)
})
afterAll(() => box[Symbol.asyncDispose]())

const deviceId = () => box.device.device.deviceId
const get = async (who: Who, path: string) =>
  box.app.request(path, { headers: { cookie: await cookieOf(box, box.users[who]), accept: 'text/html' } })
const post = async (who: Who, fields: Record<string, string>) =>
  box.app.request(`/versions/${box.version.id}/note`, formRequest(fields, { cookie: await cookieOf(box, box.users[who]) }))
const api = async (who: Who, method: string, path: string, body?: object) =>
  box.app.request(`/api/v1${path}`, {
    method,
    headers: { cookie: await cookieOf(box, box.users[who]), 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

/** Everything that tells of versions. */
const places = [
  { title: 'the computer', path: () => `/computers/${deviceId()}` },
  { title: 'the kept versions', path: () => `/computers/${deviceId()}/kept` },
  { title: 'the named ones', path: () => `/computers/${deviceId()}/kept?named=1` },
  { title: 'the bin', path: () => `/computers/${deviceId()}/bin` },
] as const

describe('what is written about a version', () => {
  test.each(places)('is on the page of $title for the customer’s people', async ({ path }) => {
    for (const who of ['owner', 'member', 'viewer'] as const) {
      const page = await (await get(who, path())).text()
      expect(page, who).toContain(words.name)
      expect(page, who).toMatch(/<i><bdi>As the auditors saw it\. Do not touch\.<\/bdi><\/i>/)
    }
  })

  test.each([...places, { title: 'the whole log', path: () => '/audit' }, { title: 'the fleet', path: () => '/fleet' }])(
    'is not on the page of $title for staff',
    async ({ path }) => {
      for (const who of ['administrator', 'implementor'] as const) {
        const page = await (await get(who, path())).text()
        for (const text of [words.name, 'auditors', 'Only named ones']) expect(page, who).not.toContain(text)
      }
    },
  )

  test.each(['devices', 'decisions', 'bin'] as const)('is in no answer of the API to staff: %s', async (what) => {
    const path = what === 'devices' ? `/devices/${deviceId()}/snapshots` : `/devices/${deviceId()}/${what}`
    for (const who of ['administrator', 'implementor'] as const) {
      const answer = await api(who, 'GET', path)
      expect(answer.status).toBe(200)
      expect(await answer.text()).not.toContain('auditors')
    }
  })

  test('is asked for in the API by those who may read files, and by tokens with that scope', async () => {
    const path = `/snapshots/${box.version.id}/note`
    for (const who of ['owner', 'member', 'viewer'] as const) expect(await bodyOf(await api(who, 'GET', path))).toEqual(words)
    for (const who of ['administrator', 'implementor', 'foreign'] as const)
      expect([403, 404], who).toContain((await api(who, 'GET', path)).status)
    const withToken = async (scopes: readonly ('read' | 'files')[]) =>
      (await box.app.request(`/api/v1${path}`, { headers: { authorization: await tokenOf(box, box.users.owner, scopes) } }))
        .status
    expect([await withToken(['read']), await withToken(['read', 'files'])]).toEqual([403, 200])
    const { items } = await bodyOf<{ items: object[] }>(await api('viewer', 'GET', `/devices/${deviceId()}/notes`))
    expect(items).toMatchObject([
      { id: binned.id, ...words },
      { id: box.version.id, seq: 1, ...words, by: 'holdfast command' },
    ])
  })
})

test('a broken glass opens them where every opening is written down, and nowhere else', async () => {
  const cookie = await cookieOf(box, box.users.administrator)
  const at = `/customers/${box.own.customer.customerId}/break-glass`
  const fields = { reason: 'The owner asked on the telephone to look for a letter.' }
  await box.app.request(at, formRequest(fields, { cookie, referer: `http://localhost${at}` }))
  const openings = async () => (await box.database.kysely.selectFrom('glass_openings').selectAll().execute()).length
  for (const { path } of places)
    expect(await (await box.app.request(path(), { headers: { cookie, accept: 'text/html' } })).text()).not.toContain(words.name)
  expect(await openings()).toBe(0)
  const answer = await box.app.request(`/api/v1/snapshots/${box.version.id}/note`, { headers: { cookie } })
  expect(await bodyOf(answer)).toEqual(words)
  expect(await openings()).toBe(1)
})

describe('writing', () => {
  test.each([
    { who: 'owner', may: true },
    { who: 'member', may: true },
    { who: 'viewer', may: false },
    { who: 'administrator', may: false },
    { who: 'implementor', may: false },
    { who: 'foreign', may: false },
  ] as const)('$who: $may', async ({ who, may }) => {
    const form = await get(who, `/versions/${box.version.id}/note`)
    expect(form.status === 200).toBe(may)
    expect((await form.text()).includes(words.name)).toBe(may)
    const sent = await post(who, { ...words, back: 'kept' })
    expect(sent.status === 303).toBe(may)
    const patched = await api(who, 'PATCH', `/snapshots/${box.version.id}`, { note: words.note })
    expect(patched.status === 204).toBe(may)
  })

  test('leads back to where one was, by words of a closed set', async () => {
    const leadsTo = async (back: string) => (await post('member', { ...words, back })).headers.get('location')
    expect(await leadsTo('kept')).toBe(`/computers/${deviceId()}/kept`)
    expect(await leadsTo('version')).toBe(`/versions/${box.version.id}/browse`)
    expect(await leadsTo('https://elsewhere.example')).toBe(`/versions/${box.version.id}/browse`)
  })

  test('too much is told beside the field, with what was typed', async () => {
    const answer = await post('member', { name: 'n'.repeat(101), note: words.note })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain('A name is one line of at most 100 characters.')
    expect(page).toContain('n'.repeat(101))
    expect(page).toContain('As the auditors saw it.\nDo not touch.')
  })

  test('by two people at once loses nobody’s words: the second sees what the first wrote, and decides', async () => {
    const seenOn = (page: string) => /name="seen" value="([0-9a-f]{64})"/.exec(page)![1]!
    const path = `/versions/${box.version.id}/note`
    const seen = seenOn(await (await get('member', path)).text())
    const others = { name: 'Of the owner', note: 'Ask me first.' }
    expect((await post('owner', { ...others, seen })).status).toBe(303)
    const mine = { name: 'Of the member', note: '' }
    const answer = await post('member', { ...mine, seen, back: 'kept' })
    expect(answer.status).toBe(409)
    const page = await answer.text()
    for (const word of [...Object.values(others), mine.name]) expect(page).toContain(word)
    expect(await box.versionNotes.find(box.version.id)).toMatchObject(others)
    const again = await post('member', { ...mine, seen: seenOn(page), back: 'kept' })
    expect(again.headers.get('location')).toBe(`/computers/${deviceId()}/kept`)
    expect(await box.versionNotes.find(box.version.id)).toMatchObject(mine)
    // Sent twice, it is there already.
    expect((await post('member', { ...mine, seen })).status).toBe(303)
    await box.versionNotes.write(box.version, words, actingOnTheBox)
  })

  test('of one field leaves the other as it is by then', async () => {
    const { version } = box
    await Promise.all([
      box.versionNotes.write(version, { name: 'One' }, actingOnTheBox),
      box.versionNotes.write(version, { note: 'Two' }, actingOnTheBox),
    ])
    expect(await box.versionNotes.find(version.id)).toMatchObject({ name: 'One', note: 'Two' })
    await box.versionNotes.write(version, words, actingOnTheBox)
  })

  test('in the API what is absent stays, and empty text removes it', async () => {
    const path = `/snapshots/${box.version.id}`
    await api('member', 'PATCH', path, { name: 'Renamed' })
    expect(await bodyOf(await api('member', 'GET', `${path}/note`))).toEqual({ ...words, name: 'Renamed' })
    await api('member', 'PATCH', path, { name: '', note: '' })
    expect(await bodyOf(await api('member', 'GET', `${path}/note`))).toEqual({ name: '', note: '' })
    expect((await api('member', 'PATCH', path, { name: 'n'.repeat(101) })).status).toBe(422)
  })
})
