/** Searching over the API and on the page, after real backups of real folders of two computers and two customers. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOfText } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { parseId } from '../../../server/runtime/ids.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
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
