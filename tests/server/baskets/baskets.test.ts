/** The basket through its pages and forms: choosing, getting, letting go, and whose it is. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { maxBasketItems, placeText } from '../../../server/baskets/basket.ts'
import { type HttpListener, openHttpListener } from '../../../server/listener/http-listener.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import type { VersionPath } from '../../../server/snapshots/version-path.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { fileEntry, folderEntry } from '../../support/store-tree.ts'
import { storeVersion } from '../../support/stored-version.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let listener: HttpListener
let march: Snapshot
let april: Snapshot
let foreign: Snapshot
const cookies = { owner: '', viewer: '', foreign: '', implementor: '' }

const names = (text: string): VersionPath => text.split('/').map((name) => Buffer.from(name))
const placeOf = (version: Snapshot, path: string) => placeText({ snapshotId: version.id, path: names(path) })

beforeAll(async () => {
  box = await twoCustomers()
  listener = await openHttpListener({ fetch: box.app.fetch, host: '127.0.0.1', port: 0, tls: undefined })
  const store = (computer: Parameters<typeof storeVersion>[1], seq: number, words: string) =>
    storeVersion(
      box,
      computer,
      (writer) => {
        const docs = new Map([
          ['letter.txt', fileEntry(`${words} letter`)],
          ['list.csv', fileEntry(`${words} list`)],
        ])
        const home = new Map([
          ['docs', folderEntry(writer.addFolder(docs))],
          ['photo.jpg', fileEntry(`${words} photo`)],
        ])
        return new Map([['home', folderEntry(writer.addFolder(home))]])
      },
      { seq },
    )
  march = await store(box.device, 2, 'March')
  box.clock.advance(86_400_000)
  april = await store(box.device, 3, 'April')
  foreign = await store(await connectDevice(box, box.users.foreign, { name: 'THEIRS' }), 1, 'Their')
  for (const role of ['owner', 'viewer', 'foreign', 'implementor'] as const) cookies[role] = await cookieOf(box, box.users[role])
})
afterAll(async () => {
  await listener.close()
  await box[Symbol.asyncDispose]()
})
beforeEach(() => box.database.kysely.deleteFrom('basket_items').execute())

const get = (path: string, who: keyof typeof cookies = 'viewer') => box.app.request(path, { headers: { cookie: cookies[who] } })
const send = (path: string, fields: Record<string, string>, who: keyof typeof cookies = 'viewer') =>
  box.app.request(path, formRequest(fields, { cookie: cookies[who] }))
const add = (version: Snapshot, path: string, who?: keyof typeof cookies) =>
  send('/basket/add', { item: placeOf(version, path), back: '/activity' }, who)
const codeOf = async (answer: Response) => (await bodyOf<{ code: string }>(answer)).code

/** The files in the archive, with what they hold. */
async function unzipped(path: string, who: keyof typeof cookies = 'viewer') {
  const answer = await fetch(listener.url + path, { headers: { cookie: cookies[who] } })
  expect(answer.status).toBe(200)
  const file = join(box.dataFolder, 'archive.zip')
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  const script =
    'import json,sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(json.dumps({n:z.read(n).decode() for n in z.namelist()}))'
  return JSON.parse(execFileSync('python3', ['-c', script, file]).toString()) as Record<string, string>
}

describe('choosing', () => {
  test('puts in what a button says, shows it as chosen, and takes it out again', async () => {
    const answer = await add(march, 'home/docs')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/activity')
    const page = await (await get(`/versions/${march.id}/browse/home`)).text()
    expect(page).toContain(`value="${placeOf(march, 'home/docs')}" formaction="/basket/remove" aria-pressed="true"`)
    expect(page).toContain(`value="${placeOf(march, 'home/photo.jpg')}" aria-pressed="false"`)
    expect(page).toMatch(/<section class="basket box"[\s\S]*1\u00a0folder/)
    await send('/basket/remove', { item: placeOf(march, 'home/docs') })
    expect(await (await get('/basket')).text()).toContain('Nothing is in the basket yet.')
  })

  test('the same twice is there once, and the rest of it stays', async () => {
    await add(march, 'home/docs/letter.txt')
    await add(march, 'home/docs/letter.txt')
    await add(april, 'home/photo.jpg')
    const page = await (await get('/basket')).text()
    expect(page.match(/letter\.txt<\/bdi>/g)).toHaveLength(1)
    expect(page).toContain('from 2\u00a0versions.')
    await send('/basket/empty', { version: april.id })
    expect(await (await get('/basket')).text()).not.toContain('photo.jpg')
    await send('/basket/empty', {})
    expect(await (await get('/basket')).text()).toContain('Nothing is in the basket yet.')
  })

  test.each([
    { title: 'what the version does not hold', fields: () => ({ item: placeOf(march, 'home/nothing') }) },
    { title: 'a way up', fields: () => ({ item: `${march.id}/home/../home` }) },
    { title: 'another account’s version', fields: () => ({ item: placeOf(foreign, 'home/docs') }) },
    { title: 'no version', fields: () => ({ item: 'snap_zzzzzzzzzzzzzzzzzzzz/home' }) },
  ])('$title is not found', async ({ fields }) => {
    const answer = await box.app.request('/basket/add', {
      ...formRequest(fields(), { cookie: cookies.viewer, accept: 'application/json' }),
    })
    expect(await codeOf(answer)).toBe('HF-NOT-FOUND')
    expect(await box.devicesSide.baskets.list({ userId: box.users.viewer.userId, customerId: march.customerId })).toEqual([])
  })

  test('leads back to this box and nowhere else', async () => {
    const answer = await send('/basket/add', { item: placeOf(march, 'home'), back: 'https://elsewhere.example/' })
    expect(answer.headers.get('location')).toBe('/basket')
  })

  test(`holds ${maxBasketItems} things, and says so`, async () => {
    const owner = { userId: box.users.viewer.userId, customerId: march.customerId }
    const many = Array.from({ length: maxBasketItems }, (_, index) => ({
      ...{ snapshotId: march.id, path: names(`home/${index}`), kind: 'file' as const, sizeBytes: 1 },
    }))
    await box.devicesSide.baskets.add(owner, many)
    const answer = await box.app.request('/basket/add', {
      ...formRequest({ item: placeOf(march, 'home/docs') }, { cookie: cookies.viewer, accept: 'application/json' }),
    })
    expect(await codeOf(answer)).toBe('HF-BASKET-FULL')
    expect(await box.devicesSide.baskets.list(owner)).toHaveLength(maxBasketItems)
  })
})

describe('getting', () => {
  test('what is chosen of one version, below the folder that all of it shares', async () => {
    await add(march, 'home/docs/letter.txt')
    await add(march, 'home/docs')
    await add(march, 'home/photo.jpg')
    expect(await unzipped(`/basket/download?version=${march.id}&as=zip`)).toEqual({
      'docs/': '',
      'docs/letter.txt': 'March letter',
      'docs/list.csv': 'March list',
      'photo.jpg': 'March photo',
    })
  })

  test('everything, each version in a folder of its own', async () => {
    await add(march, 'home/docs/letter.txt')
    await add(april, 'home/docs/letter.txt')
    expect(await unzipped('/basket/download')).toEqual({
      'XRAY-PC 2026-03-14 18.02/letter.txt': 'March letter',
      'XRAY-PC 2026-03-15 18.02/letter.txt': 'April letter',
    })
  })

  test('any places of a version, without a basket', async () => {
    const query = new URLSearchParams([
      ['version', april.id],
      ...['/home/docs', '/home/docs/list.csv'].map((path) => ['path', path]),
    ])
    expect(await unzipped(`/basket/download?${query}`)).toEqual({
      'docs/': '',
      'docs/letter.txt': 'April letter',
      'docs/list.csv': 'April list',
    })
  })

  test('what is left when a version is not kept any more, and the page says what is not', async () => {
    const gone = await storeVersion(box, box.device, () => new Map([['old.txt', fileEntry('old')]]), { seq: 9 })
    await add(gone, 'old.txt')
    await add(march, 'home/photo.jpg')
    await box.database.kysely.deleteFrom('snapshots').where('id', '=', gone.id).execute()
    const page = await (await get('/basket')).text()
    expect(page).toMatch(/Not kept any more[\s\S]*old\.txt/)
    expect(await unzipped('/basket/download')).toEqual({ 'photo.jpg': 'March photo' })
    await send('/basket/remove', { item: placeOf(gone, 'old.txt') })
    expect(await (await get('/basket')).text()).not.toContain('old.txt')
  })

  test('an empty basket is no archive', async () => {
    expect((await get('/basket/download')).status).toBe(404)
    expect((await get(`/basket/download?version=${march.id}`)).status).toBe(404)
  })
})

describe('whose it is', () => {
  test('each person has their own in each account', async () => {
    await add(march, 'home/docs', 'owner')
    expect(await (await get('/basket', 'viewer')).text()).toContain('Nothing is in the basket yet.')
    expect((await get('/basket/download', 'viewer')).status).toBe(404)
  })

  test.each([
    { title: 'page', path: () => `/basket?of=${march.customerId}` },
    { title: 'archive', path: () => `/basket/download?of=${march.customerId}` },
    { title: 'version', path: () => `/basket/download?version=${march.id}` },
    { title: 'place of a version', path: () => `/basket/download?version=${march.id}&path=/home` },
  ])('another account’s $title is not there', async ({ path }) => {
    await add(march, 'home/docs', 'owner')
    expect((await get(path(), 'foreign')).status).toBe(404)
  })

  test('staff have none', async () => {
    expect((await get('/basket', 'implementor')).status).toBe(403)
    expect((await add(march, 'home/docs', 'implementor')).status).toBe(403)
  })

  test('a right that is withdrawn takes the basket’s contents with it', async () => {
    await add(march, 'home/docs')
    const { kysely } = box.database
    await kysely.deleteFrom('memberships').where('user_id', '=', box.users.viewer.userId).execute()
    try {
      expect([403, 404]).toContain((await get(`/basket?of=${march.customerId}`)).status)
      expect([403, 404]).toContain((await get(`/basket/download?of=${march.customerId}`)).status)
      expect([403, 404]).toContain((await get(`/basket/download?version=${march.id}`)).status)
    } finally {
      const row = { user_id: box.users.viewer.userId, customer_id: march.customerId, role: 'viewer' as const, created_at: 0 }
      await kysely.insertInto('memberships').values(row).execute()
    }
  })
})
