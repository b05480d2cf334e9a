/** `find` and `history` over HTTP, after real backups of a real folder. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOfText, textOfBytes } from '../../../engine/index.ts'
import { createAgentSearch } from '../../../server/search/agent-search.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

interface Item {
  readonly path: string
  readonly job: string
  readonly type: string
  readonly size: number
  readonly first: { readonly version: string; readonly takenAt: string }
  readonly last: { readonly version: string }
  readonly isPresent: boolean
}
interface Page {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

let upload: UploadBox
let computer: TestComputer
let stranger: TestComputer
let folder: string
let versions: readonly string[]

const find = async (name: string, query: object = {}, asking = computer) =>
  (await asking.link.json('GET', '/api/agent/v1/find', { query: { name, ...query } })) as Page
const history = async (path: string, query: object = {}, asking = computer) =>
  (await asking.link.json('GET', '/api/agent/v1/history', { query: { path, ...query } })) as Page
const names = ({ items }: Page) => items.map(({ path }) => path.slice(folder.length + 1))

function write(path: string | Buffer, content: string): void {
  const file = typeof path === 'string' ? Buffer.from(join(folder, path)) : Buffer.concat([Buffer.from(`${folder}/`), path])
  mkdirSync(dirname(file.toString('latin1')), { recursive: true })
  writeFileSync(file, content)
  utimesSync(file, 1_700_000_000, 1_700_000_000)
}

beforeAll(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
  stranger = await connectComputer(upload, 'OTHER-PC')
  folder = join(mkdtempSync(join(tmpdir(), 'holdfast-search-')), 'source')
  const made: string[] = []
  const backup = async (job?: string) => {
    upload.box.clock.advance(60_000)
    const { snapshot } = await backUpFolder(computer, folder, job === undefined ? {} : { job })
    made.push(publicSnapshotId(snapshot!.id))
  }
  write('Rechnungen/Größe 2023.pdf', 'one')
  write('Rechnungen/Invoice 17.txt', 'first')
  write('Rechnungen/deep/er/invoice.txt', 'x')
  write('notes/100%_done.txt', 'x')
  write(Buffer.from('caf\xe9.txt', 'latin1'), 'latin')
  await backup()
  write('Rechnungen/Invoice 17.txt', 'a second, longer one')
  rmSync(join(folder, 'Rechnungen', 'deep'), { recursive: true })
  await backup()
  await backup()
  write('Rechnungen/Invoice 17.txt', 'third')
  write('Rechnungen/deep/er/invoice.txt', 'x')
  await backup()
  await backup('pictures')
  versions = made
})

afterAll(async () => {
  rmSync(join(folder, '..'), { recursive: true })
  await stranger[Symbol.asyncDispose]()
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

describe('find', () => {
  test('by a part of the name, whatever its case and accents', async () => {
    for (const asked of ['größe', 'GRÖSSE', 'grosse', 'Gro\u0308ße', 'ＧＲＯＳＳＥ'])
      expect(names(await find(asked, { job: 'documents' })), asked).toEqual(['Rechnungen/Größe 2023.pdf'])
    expect(names(await find('INVOICE', { job: 'documents' }))).toEqual([
      'Rechnungen/Invoice 17.txt',
      'Rechnungen/deep/er/invoice.txt',
    ])
    expect(names(await find('rechnung', { job: 'documents' }))).toEqual(['Rechnungen'])
  })

  const matches = [
    { title: 'the whole name', query: { match: 'exact' }, name: 'invoice.txt', found: ['Rechnungen/deep/er/invoice.txt'] },
    { title: 'not a part of it', query: { match: 'exact' }, name: 'invoice', found: [] },
    {
      title: 'its beginning',
      query: { match: 'prefix' },
      name: 'invoice',
      found: ['Rechnungen/Invoice 17.txt', 'Rechnungen/deep/er/invoice.txt'],
    },
    { title: 'not its end', query: { match: 'prefix' }, name: '17.txt', found: [] },
    { title: 'signs that SQL knows as wildcards', query: {}, name: '%_', found: ['notes/100%_done.txt'] },
    { title: 'only as themselves', query: {}, name: 'i_voice', found: [] },
    { title: 'nothing', query: {}, name: 'zeppelin', found: [] },
  ]
  test.each(matches)('$title', async ({ query, name, found }) => {
    expect(names(await find(name, { ...query, job: 'documents' }))).toEqual(found)
  })

  test('names that are not UTF-8 are found, and come back in their bytes', async () => {
    const { items } = await find('café', { job: 'documents' })
    expect(items).toHaveLength(1)
    expect(bytesOfText(items[0]!.path)).toEqual(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xe9.txt', 'latin1')]))
  })

  test('says from which version to which one a path was there', async () => {
    const { items } = await find('invoice 17', { job: 'documents' })
    expect(items[0]).toMatchObject({
      type: 'file',
      size: 5,
      isPresent: true,
      first: { version: versions[0] },
      last: { version: versions[3] },
    })
  })

  test('a page at a time gives the same as all at once, over jobs too', async () => {
    const all = await find('i')
    expect(new Set(all.items.map(({ job }) => job))).toEqual(new Set(['documents', 'pictures']))
    const paged: Item[] = []
    for (let cursor: string | null = null; ; ) {
      const page: Page = await find('i', { limit: 1, ...(cursor === null ? {} : { cursor }) })
      paged.push(...page.items)
      cursor = page.nextCursor
      if (cursor === null) break
    }
    expect(paged).toEqual(all.items)
  })

  test('asks the database as often for many paths as for one, but for their folders', async () => {
    const { database, devicesSide, customer } = upload.box
    const askedFor = async (name: string) => {
      let queries = 0
      const counting: KyselyPlugin = {
        transformQuery({ node }) {
          queries += 1
          return node
        },
        transformResult: async ({ result }) => result,
      }
      const counted = { ...database, kysely: database.kysely.withPlugin(counting) }
      const search = createAgentSearch({ database: counted, fileSearch: devicesSide.fileSearch })
      const question = { customerId: customer.customerId, deviceId: computer.identity.deviceId, job: 'documents', name }
      const { items } = await search.find({ ...question, match: 'contains', after: undefined, limit: 100 })
      return { queries, found: items.length }
    }
    const [one, many] = [await askedFor('100%_done'), await askedFor('.')]
    expect([one.found, many.found]).toEqual([1, 5])
    expect(many.queries - one.queries).toBeLessThan(3)
  })

  test('another computer of the same customer finds nothing of it', async () => {
    expect((await find('invoice', {}, stranger)).items).toEqual([])
    expect((await history(join(folder, 'Rechnungen/Invoice 17.txt'), {}, stranger)).items).toEqual([])
  })

  test('a cursor of somebody else leads nowhere', async () => {
    await expect(find('i', { cursor: 'garbage!' })).rejects.toMatchObject({ refusal: { code: 'HF-VALIDATION' } })
    const { nextCursor } = await find('i', { limit: 1 })
    expect((await find('i', { cursor: nextCursor! }, stranger)).items).toEqual([])
  })
})

describe('history', () => {
  test('tells every state of a file, the newest first', async () => {
    const { items } = await history(join(folder, 'Rechnungen/Invoice 17.txt'), { job: 'documents' })
    const [first, second, third, fourth] = versions
    expect(items.map(({ size, first: from, last }) => [size, from.version, last.version])).toEqual([
      [5, fourth, fourth],
      [20, second, third],
      [5, first, first],
    ])
  })

  test('a file that went away and came back', async () => {
    const { items } = await history(join(folder, 'Rechnungen/deep/er/invoice.txt'), { job: 'documents' })
    const [first, , , fourth] = versions
    expect(items.map(({ first: from, last }) => [from.version, last.version])).toEqual([
      [fourth, fourth],
      [first, first],
    ])
    const found = (await find('invoice.txt', { job: 'documents' })).items
    expect(found[0]).toMatchObject({ first: { version: first }, last: { version: fourth }, isPresent: true })
  })

  test('is there for names in any bytes, for folders, and in pages', async () => {
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xe9.txt', 'latin1')])
    expect((await history(textOfBytes(path), { job: 'documents' })).items).toHaveLength(1)
    expect((await history(`/${folder}//Rechnungen/`, { job: 'documents' })).items[0]).toMatchObject({ type: 'directory' })
    const one = await history(join(folder, 'Rechnungen/Invoice 17.txt'), { job: 'documents', limit: 1 })
    const two = await history(join(folder, 'Rechnungen/Invoice 17.txt'), { job: 'documents', limit: 5, cursor: one.nextCursor! })
    expect([...one.items, ...two.items]).toHaveLength(3)
  })

  test('of a path that never was is empty', async () => {
    expect((await history('/no/such/path')).items).toEqual([])
  })
})
