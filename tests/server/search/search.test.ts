/** Searching over the API and on the page, after real backups of real folders of two computers and two customers. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOfText } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { insertRows } from '../../../server/catalogue/catalogue-table.ts'
import { pathHashOf } from '../../../server/catalogue/path-hash.ts'
import { parseId } from '../../../server/runtime/ids.ts'
import { listNewestBefore } from '../../../server/search/day-versions-table.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { bodyOf } from '../../support/test-app.ts'
import { cookieOf, newCustomer, newUser, tokenOf } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

interface Item {
  readonly path: string
  readonly computer: string
  readonly job: string
  readonly type: string
  readonly size: number
  readonly version: string
  readonly states: number
  readonly isPresent: boolean
  readonly deletedAt: string | null
}
interface Found {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
  readonly total: number
}

const dayMs = 86_400_000
let upload: UploadBox
let reception: TestComputer
let accounts: TestComputer
let folder: string
let authorization: string
let customerId: string
const versions: string[] = []
const times: number[] = []

const ask = (path: string, headers: Readonly<Record<string, string>> = { authorization }) =>
  upload.box.app.request(path, { headers })
const address = (query: Readonly<Record<string, string>>, of = customerId) =>
  `/api/v1/customers/${of}/files?${new URLSearchParams(query)}`
const find = async (query: Readonly<Record<string, string>>) => {
  const response = await ask(address(query))
  expect(response.status, await response.clone().text()).toBe(200)
  return bodyOf<Found>(response)
}
const shortPath = (path: string) => path.slice(path.indexOf('/source/') + 8)
const names = ({ items }: Found) => items.map(({ path }) => shortPath(path))
const file = (path: string) => join(folder, 'source', path)

function write(path: string | Buffer, content: string, changedAt = 1_700_000_000): void {
  const whole = typeof path === 'string' ? Buffer.from(file(path)) : Buffer.concat([Buffer.from(file('/')), path])
  mkdirSync(dirname(whole.toString('latin1')), { recursive: true })
  writeFileSync(whole, content)
  utimesSync(whole, changedAt, changedAt)
}

async function backUp(computer = reception, job = 'documents'): Promise<void> {
  upload.box.clock.advance(dayMs)
  const { snapshot } = await backUpFolder(computer, join(folder, 'source'), { job })
  versions.push(publicSnapshotId(snapshot!.id))
  times.push(upload.box.clock.now())
}

beforeAll(async () => {
  upload = await uploadBox()
  reception = await connectComputer(upload)
  accounts = await connectComputer(upload, 'ACCOUNTS')
  customerId = upload.box.customer.customerId
  authorization = await tokenOf(upload.box, upload.box.user, ['files', 'read'])
  folder = mkdtempSync(join(tmpdir(), 'holdfast-find-'))
  write('Invoices 2026/03 March.xlsx', 'a table', 1_700_000_300)
  write('Invoices 2026/Größe.pdf', 'x'.repeat(3_000))
  write('Archive/march invoices, old.xlsx', 'an old table', 1_700_000_100)
  write('Archive/notes.txt', 'first')
  write(Buffer.from('caf\xe9.txt', 'latin1'), 'latin')
  await backUp()
  rmSync(file('Archive/march invoices, old.xlsx'))
  write('Archive/notes.txt', 'second, and longer')
  await backUp()
  await backUp(accounts, 'bookkeeping')
}, 60_000)

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await accounts[Symbol.asyncDispose]()
  await reception[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

describe('files of a customer', () => {
  test('are found over all computers, the best match first, then the newest', async () => {
    const found = await find({ name: 'march' })
    expect(found.items.map(({ path, computer }) => [shortPath(path), computer])).toEqual([
      ['Archive/march invoices, old.xlsx', 'RECEPTION'],
      ['Invoices 2026/03 March.xlsx', 'RECEPTION'],
      ['Invoices 2026/03 March.xlsx', 'ACCOUNTS'],
    ])
    expect(found.total).toBe(3)
  })

  test('that were deleted say since when, and come out of the last version that had them', async () => {
    const [item] = (await find({ name: 'invoices, old' })).items
    expect(item).toMatchObject({
      isPresent: false,
      deletedAt: new Date(times[1]!).toISOString(),
      version: versions[0],
      states: 1,
    })
  })

  test.each([
    ['whatever accents and case', { name: 'GROSSE' }, ['Invoices 2026/Größe.pdf', 'Invoices 2026/Größe.pdf']],
    ['in bytes that are not UTF-8', { name: 'café', device: 'reception' }, ['']],
    [
      'by a pattern',
      { name: '*.xlsx', device: 'reception' },
      ['Invoices 2026/03 March.xlsx', 'Archive/march invoices, old.xlsx'],
    ],
    [
      'by words in the name and in the folders above',
      { name: 'march 2026', device: 'accounts' },
      ['Invoices 2026/03 March.xlsx'],
    ],
    ['on one backup plan, whatever the case', { name: 'notes', job: 'Bookkeeping' }, ['Archive/notes.txt']],
    ['only what is there', { name: 'invoices', state: 'present', device: 'reception' }, ['Invoices 2026']],
    ['only what was deleted', { state: 'deleted' }, ['Archive/march invoices, old.xlsx']],
    ['of one kind', { kind: 'pdf', device: 'accounts' }, ['Invoices 2026/Größe.pdf']],
    ['over a size', { minSize: '3000', device: 'accounts' }, ['Invoices 2026/Größe.pdf']],
    [
      'by when they were changed',
      { changedFrom: '2023-11-14T22:18:00Z', changedBefore: '2023-11-14T22:20:00Z', device: 'accounts' },
      ['Invoices 2026/03 March.xlsx'],
    ],
    ['folders', { name: 'archive', type: 'folder', device: 'accounts' }, ['Archive']],
    ['the whole name', { name: 'notes', match: 'exact' }, []],
    ['nothing', { name: 'zeppelin' }, []],
  ])('%s', async (_title, { device, ...query }: Readonly<Record<string, string>>, expected) => {
    const of = device === undefined ? {} : { device: (device === 'accounts' ? accounts : reception).device }
    const found = await find({ ...query, ...of })
    if (expected[0] === '') expect(bytesOfText(found.items[0]!.path).subarray(-8)).toEqual(Buffer.from('caf\xe9.txt', 'latin1'))
    else expect(names(found)).toEqual(expected)
  })

  test('as they were on a day', async () => {
    const first = await find({ name: 'notes', thereBefore: new Date(times[0]! + 1).toISOString() })
    expect(first.items.map(({ size, version, states }) => [size, version, states])).toEqual([[5, versions[0], 2]])
    expect((await find({ name: 'old.xlsx', thereBefore: new Date(times[1]! + 1).toISOString() })).items).toEqual([])
    expect((await find({ name: 'notes', thereBefore: new Date(times[0]!).toISOString() })).items).toEqual([])
  })

  test('a page at a time give the same as all at once', async () => {
    const all = await find({ order: 'newest' })
    const paged: Item[] = []
    for (let cursor: string | null = null; ; ) {
      const page: Found = await find({ order: 'newest', limit: '3', ...(cursor === null ? {} : { cursor }) })
      paged.push(...page.items)
      cursor = page.nextCursor
      if (cursor === null) break
    }
    expect(paged.length).toBeGreaterThan(10)
    expect(paged).toEqual(all.items)
  })

  test('of a new version are found at once, and what was let go is not', async () => {
    write('Archive/just now.txt', 'new')
    await backUp()
    expect(names(await find({ name: 'just now' }))).toEqual(['Archive/just now.txt'])
    const newest = await upload.box.devicesSide.snapshots.find(parseId('snap', versions.at(-1)!))
    await upload.box.retention.remove(newest!, actingOnTheBox)
    expect(names(await find({ name: 'just now' }))).toEqual([])
    expect(names(await find({ name: 'notes', device: reception.device, state: 'present' }))).toEqual(['Archive/notes.txt'])
  })
})

describe('another customer', () => {
  let theirs: string
  let theirId: string

  beforeAll(async () => {
    const other = await newCustomer(upload.box, 'Northquay IT')
    theirId = other.customer.customerId
    const owner = await newUser(upload.box, 'northquay', {
      staffRole: undefined,
      memberships: [{ customerId: other.customer.customerId, role: 'owner' }],
    })
    theirs = await cookieOf(upload.box, owner)
  })

  test.each([
    ['files', () => address({ name: 'march' })],
    ['a computer of ours in a search of theirs', () => address({ name: 'march', device: reception.device }, theirId)],
    ['a history', () => `/api/v1/customers/${customerId}/files/history?device=${reception.device}&job=documents&path=/x`],
    [
      'a history of ours in their name',
      () =>
        `/api/v1/customers/${theirId}/files/history?device=${reception.device}&job=documents&path=${encodeURIComponent(file('Archive/notes.txt'))}`,
    ],
    ['the page of a computer', () => `/restore?q=march&computer=${reception.device}`],
    ['the history page', () => historyAddress('Archive/notes.txt')],
    ['a comparison', () => `/restore/changes?from=${versions[0]}&to=${versions[1]}&path=`],
  ])('is not answered: %s', async (_title, path) => {
    const response = await ask(path(), { cookie: theirs })
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('March')
  })

  test('finds nothing of ours', async () => {
    const response = await ask(address({ name: 'march' }, theirId), { cookie: theirs })
    expect(await bodyOf<Found>(response)).toMatchObject({ items: [], total: 0 })
    const page = await (await ask('/restore?q=march', { cookie: theirs, accept: 'text/html' })).text()
    expect(page).toContain('There is nothing to bring back yet.')
  })

  test('staff find nothing without breaking the glass, and a token without the scope neither', async () => {
    const administrator = await newUser(upload.box, 'chief', { staffRole: 'administrator', memberships: [] })
    const cookie = await cookieOf(upload.box, administrator)
    expect((await ask('/restore?q=march', { cookie })).status).toBe(403)
    expect((await ask(address({ name: 'march' }), { cookie })).status).toBe(403)
    const token = await tokenOf(upload.box, upload.box.user, ['read'])
    expect((await ask(address({ name: 'march' }), { authorization: token })).status).toBe(403)
  })
})

const apiHistory = (path: string, more: Readonly<Record<string, string>> = {}) =>
  `/api/v1/customers/${customerId}/files/history?${new URLSearchParams({ device: reception.device, job: 'documents', path: file(path), ...more })}`

function historyAddress(path: string, more: Readonly<Record<string, string>> = {}): string {
  const encoded = `${folder}/source/${path}`
    .split('/')
    .map((name) => encodeURIComponent(name))
    .join('/')
  return `/restore/history?${new URLSearchParams({ device: reception.device, job: 'documents', path: encoded, ...more })}`
}

describe('the pages', () => {
  let cookie: string
  const page = async (path: string) => {
    const response = await ask(path, { cookie, accept: 'text/html' })
    expect(response.status, path).toBe(200)
    return (await response.text()).replaceAll('\u00a0', ' ')
  }
  const words = (html: string) =>
    html
      .replaceAll(/<(script|svg|style)[\s\S]*?<\/\1>/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')

  beforeAll(async () => {
    cookie = await cookieOf(upload.box, upload.box.user)
  })

  test('without a question, the newest versions; with a day, those of the day', async () => {
    const newest = await page('/restore')
    expect(words(newest)).toContain('Or look into the newest versions')
    expect(newest).toContain(`/versions/${versions[1]}/browse`)
    expect(newest).toContain(`/versions/${versions[2]}/browse`)
    const day = new Date(times[0]!).toISOString().slice(0, 10)
    const then = await page(`/restore?day=${day}`)
    expect(then).toContain(`/versions/${versions[0]}/browse`)
    expect(then).not.toContain(`/versions/${versions[1]}/browse`)
    expect(words(await page('/restore?day=2001-01-01'))).toContain('Nothing had been backed up yet on that day.')
    expect(words(newest)).not.toContain('Later weeks')
    const earlier = /href="([^"]*)">[^<]*<svg[^>]*>[^>]*><\/svg> Earlier weeks/.exec(newest)![1]!
    expect(words(await page(earlier))).toContain('Later weeks')
  })

  test('a backup plan without a version on that day takes no place among those that have one', async () => {
    const { box } = upload
    const owner = (await box.devicesSide.devices.find(parseId('dev', reception.device)))!
    await insertVersion(box, { device: owner, customer: box.customer }, { seq: 1000, body: { job: 'a later plan' } })
    const scope = { customerId: box.customer.customerId, deviceId: undefined, jobIds: undefined, subscriptionId: undefined }
    const newest = (limit: number) => listNewestBefore(box.database.kysely, { scope, beforeMs: times[0]! + 1, limit })
    expect(await newest(1)).toEqual([parseId('snap', versions[0]!)])
    expect(await newest(9)).toHaveLength(1)
    // A plan by its name, as people write it.
    const { versions: found } = await box.devicesSide.dayVersions.listNewest({ ...scope, job: 'DOCUMENTS' }, times[0]! + 1)
    expect(found.map(({ id }) => id)).toEqual([parseId('snap', versions[0]!)])
    expect((await box.devicesSide.dayVersions.listNewest({ ...scope, job: 'dócuments' }, times[0]! + 1)).versions).toEqual([])
  })

  test('a deleted file is shown as such, with its last version to be had', async () => {
    const found = await page('/restore?q=old.xlsx')
    expect(words(found)).toMatch(/1 file or folder .*march invoices, old *\.xlsx.* Deleted on /)
    expect(found).toContain(`/versions/${versions[0]}/file/`)
    expect(found).toContain('<mark>old.xlsx</mark>')
  })

  test('what nobody has is said kindly, and odd questions are no errors', async () => {
    expect(words(await page('/restore?q=zeppelin'))).toContain('No name holds “zeppelin”.')
    for (const query of ['q=%00%ff&day=2026-13-45&from=x&kind=y&size=z&state=q&sort=w', `q=${'*a'.repeat(400)}`, 'q=%25_'])
      await page(`/restore?${query}`)
    expect((await ask('/restore?computer=dev_nobody', { cookie })).status).toBe(404)
    const ofAnother = `/restore?${new URLSearchParams({ computer: `${accounts.device}/documents`, q: 'march' })}`
    expect(words(await page(ofAnother))).toContain('No name holds “march”.')
    expect(await page(`/restore?computer=${accounts.device}/bookkeeping`)).toContain(`/versions/${versions[2]}/browse`)
    expect((await ask('/restore?q=a&after=garbage!', { cookie })).status).toBe(422)
  })

  test('the history of a file tells each version, what changed, and offers each of them', async () => {
    const html = await page(historyAddress('Archive/notes.txt'))
    expect(words(html)).toMatch(/notes\.txt 2 versions since .* and the file is still on RECEPTION/)
    expect(html).toContain(`/versions/${versions[0]}/file/`)
    expect(html).toContain(`/versions/${versions[1]}/file/`)
    expect(words(html)).toContain('5 bytes to 18 bytes, 13 bytes more')
    expect(words(html)).toContain('march invoices, old.xlsx Deleted')
    expect(words(html)).not.toMatch(/Around it, in Archive.*notes\.txt/)
    expect(words(await page(historyAddress('Archive/march invoices, old.xlsx')))).toContain('Deleted : not there any more')
    const revert = /href="(\/restores\/new\?version=[^"]*notes\.txt&amp;mode=revert)"/
    expect(html).toMatch(revert)
    const preview = /href="(\/versions\/[^"]*\/preview\/[^"]*notes\.txt)"/.exec(html)![1]!
    expect(await page(preview)).toMatch(revert)
    // The two that are chosen are beside each other, and what is chosen twice is said.
    const twice = { from: versions[0]!, to: versions[0]! }
    expect(words(await page(historyAddress('Archive/notes.txt', twice)))).toContain('The same version is chosen twice.')
    expect(await page(historyAddress('Archive/notes.txt', { skip: '1' }))).toContain('name="skip" value="1"')
  })

  test('the history of a folder: versions in which something in it was different', async () => {
    const html = await page(historyAddress('Archive'))
    expect(words(html)).toMatch(/Archive 2 versions since/)
    expect(html).toContain(`/restore/changes?from=${versions[0]}&amp;to=${versions[1]}`)
    expect(words(await page(historyAddress('Invoices 2026')))).toContain('1 version since')
    // Over the API it is the same.
    const { items } = await bodyOf<{ items: readonly { type: string; versions: number }[] }>(await ask(apiHistory('Archive')))
    expect(items.map(({ type, versions: of }) => [type, of])).toEqual([
      ['directory', 1],
      ['directory', 1],
    ])
  })

  test('what changed between two versions of a folder, in whatever order they are named', async () => {
    const [older, newer] = versions
    for (const [from, to] of [
      [older, newer],
      [newer, older],
    ]) {
      const html = words(await page(`/restore/changes?from=${from}&to=${to}&path=`))
      expect(html).toContain('0 new, 1 changed, 1 deleted.')
      expect(html).toMatch(/source \/ Archive \/ march invoices, old\.xlsx .*Deleted/)
      expect(html).toMatch(/source \/ Archive \/ notes\.txt .*Changed .*5 bytes to 18 bytes/)
    }
    // Versions of two backup plans have nothing to do with each other.
    expect((await ask(`/restore/changes?from=${older}&to=${versions[2]}&path=`, { cookie })).status).toBe(404)
    expect((await ask(`/restore/changes?from=${older}&to=${newer}&path=/no/such`, { cookie })).status).toBe(404)
    expect((await ask(`/restore/changes?from=${older}&to=${newer}&path=/..`, { cookie })).status).toBe(404)
  })

  test('paths that are none, and files that never were', async () => {
    const named = { device: reception.device, job: 'documents' }
    for (const path of ['', '/', '/..', '/a/../b', '/%00', '/%zz', '/no such file'])
      expect((await ask(`/restore/history?${new URLSearchParams({ ...named, path })}`, { cookie })).status, path).toBe(404)
    for (const cursor of ['-1', 'x', '1e3'])
      expect((await ask(apiHistory('Archive/notes.txt', { cursor: Buffer.from(cursor).toString('base64url') }))).status).toBe(422)
    for (const job of ['', 'no such plan', 'x'.repeat(300)])
      expect((await ask(historyAddress('Archive/notes.txt', { job }), { cookie })).status, job).toBe(404)
  })

  test('a folder that was deleted many versions ago says so, and what can still be had', async () => {
    const { box } = upload
    const db = box.database.kysely
    const job = db.selectFrom('jobs').selectAll().where('device_id', '=', parseId('dev', reception.device))
    const { id, catalogue_given: given } = await job.where('name', '=', 'documents').executeTakeFirstOrThrow()
    const device = (await box.devicesSide.devices.find(parseId('dev', reception.device)))!
    const gone = Array.from({ length: 40 }, (_, index) => given + 1 + index)
    for (const number of gone)
      await insertVersion(box, { device, customer: box.customer }, { seq: 2000 + number, catalogueVersion: number })
    const hash = pathHashOf(
      file('Archive')
        .split('/')
        .slice(1)
        .map((name) => Buffer.from(name)),
    ).toString('hex')
    await insertRows(db, `(${id},X'${hash}',${gone[0]},REPEAT(CHAR(0),16),${entryTypes.gone},0,0,'','')`)
    await db
      .updateTable('jobs')
      .set({ catalogue_version: gone.at(-1)! })
      .where('id', '=', id)
      .execute()
    const html = await page(historyAddress('Archive'))
    expect(words(html)).toMatch(/2 versions since .* It was last there .* and has been deleted on RECEPTION since\./)
    expect(words(html)).toContain('Deleted : not there any more')
    for (const version of [versions[0], versions[1]]) expect(html).toContain(`/versions/${version}/zip/`)
    expect(html).toContain('Back to the computer')
  })
})
