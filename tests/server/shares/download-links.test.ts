/** Links to files: what they give, to whom, how often, until when, and that nothing else can be had by them. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ShareChange } from '../../../server/shares/change-share.ts'
import { maxDownloadsOf } from '../../../server/shares/share-fetching.ts'
import { usualShareRules } from '../../../server/shares/share-rules.ts'
import { createShareJudge } from '../../../server/shares/share-surroundings.ts'
import { maxUsesOfNetwork } from '../../../server/shares/share-use.ts'
import { insertUse, type UsesPage } from '../../../server/shares/share-uses-table.ts'
import type { DownloadWish } from '../../../server/shares/shares-service.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { actingAs, makeDownloadLink, makeUploadLink } from '../../support/made-share.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { newCustomer, newUser } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

const dayMs = 24 * 60 * 60 * 1000
const plan = randomBytes(300_000)
const hostilePage = '<!doctype html><script>document.title = "ran"</script>'
const hostileDrawing = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
const filmBytes = 96 * 1024 * 1024
const logged: unknown[] = []

let upload: UploadBox
let computer: TestComputer
let home: ReturnType<typeof temporaryFolder>
let version: Snapshot
/** The backed-up folder, as names from the version's top. */
let top: readonly Buffer[]

beforeAll(async () => {
  const log = (...words: unknown[]) => logged.push(words)
  upload = await uploadBox({ log: { trace: log, debug: log, info: log, warn: log, error: log, fatal: log } as never })
  home = temporaryFolder()
  const folder = join(home.path, 'files')
  mkdirSync(join(folder, 'Plans', 'old'), { recursive: true })
  mkdirSync(join(folder, 'Private'))
  writeFileSync(join(folder, 'Plans', 'ground floor.dwg'), plan)
  writeFileSync(join(folder, 'Plans', 'empty.txt'), '')
  writeFileSync(join(folder, 'Plans', '"><script>alert(1)<.html'), '<script>alert(1)</script>')
  writeFileSync(join(folder, 'Plans', 'old', 'first.dwg'), 'first')
  writeFileSync(join(folder, 'Private', 'salaries.xlsx'), 'salaries')
  mkdirSync(join(folder, 'Looks'))
  const picture = sharp({ create: { width: 60, height: 60, channels: 3, background: '#3366aa' } })
  await picture.jpeg().toFile(join(folder, 'Looks', 'quay.jpg'))
  writeFileSync(join(folder, 'Looks', 'page.html'), hostilePage)
  writeFileSync(join(folder, 'Looks', 'drawing.svg'), hostileDrawing)
  writeFileSync(join(folder, 'Looks', 'no picture.jpg'), hostilePage)
  writeFileSync(join(folder, 'Looks', 'plan.pdf'), '%PDF-1.7\n')
  // Of holes: quick to back up, and more than connections hold by themselves.
  writeFileSync(join(folder, 'film.mp4'), '')
  truncateSync(join(folder, 'film.mp4'), filmBytes)
  symlinkSync('../Private/salaries.xlsx', join(folder, 'Plans', 'way out'))
  computer = await connectComputer(upload)
  await backUpFolder(computer, folder)
  ;[version] = await versionsOf()
  top = folder
    .split('/')
    .slice(1)
    .map((name) => Buffer.from(name))
})
afterAll(async () => {
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
  home[Symbol.dispose]()
})

async function versionsOf(): Promise<[Snapshot, ...Snapshot[]]> {
  const { deviceId } = computer.identity
  const found = await upload.box.devicesSide.snapshots.listOfDevice({ deviceId, beforeSeq: undefined, limit: 10 })
  return found as [Snapshot, ...Snapshot[]]
}

const at = (...names: readonly string[]) => [...top, ...names.map((name) => Buffer.from(name))]
const link = async (paths: readonly (readonly Buffer[])[], more: Partial<DownloadWish> = {}) => {
  const { box } = upload
  const { share, token } = await makeDownloadLink(box, box.user, { version, paths, ...more })
  return { share, token, path: `/s/${token}` }
}

interface Got {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly text: string
}

async function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Got> {
  const answer = await fetch(upload.url + path, {
    method,
    redirect: 'manual',
    headers: { 'user-agent': 'Mozilla/5.0 Firefox/140', ...headers },
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString() }
}

/** As it stands, without what a URL parser makes of `..` and the like. */
function getRaw(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(upload.url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers: { accept: 'text/html' } }, (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Of somebody who takes the head of the answer, and then no byte. */
function stall(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(upload.url + path, { agent: false }, (answer) => resolve(answer.pause()))
    asked.on('error', reject)
    asked.end()
  })
}

const countsOf = async (shareId: Awaited<ReturnType<typeof link>>['share']['shareId']) => {
  const share = await upload.box.sharesSide.shares.find(shareId)
  if (share?.kind !== 'download') throw new Error('not there')
  return { looks: share.looks, downloads: share.downloads }
}

const usesOf = (shareId: Parameters<typeof countsOf>[0], page: UsesPage = { before: undefined, limit: 10 }) =>
  upload.box.sharesSide.shares.listUses(shareId, page)

const customerState = (word: 'suspended' | 'active') =>
  upload.box.database.kysely
    .updateTable('customers')
    .set({ state: word })
    .where('id', '=', upload.box.customer.customerId)
    .execute()

describe('what a link gives', () => {
  test('a file: a page that says who and until when, and its bytes, whole and in parts', async () => {
    const { path, share } = await link([at('Plans', 'ground floor.dwg')], {
      title: 'Harbour House',
      message: 'Dear Mr Okafor,\nhere it is.',
    })
    const page = await get(path)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Helen Calder has shared a file with you.')
    expect(page.text).toContain('From Office.')
    expect(page.text).toContain('Dear Mr Okafor,<br>here it is.')
    expect(page.text).not.toContain('Private')
    expect(page.text).not.toContain(home.path.split('/').at(-1)!)
    const file = await get(`${path}/file/0`)
    expect(file.bytes.equals(plan)).toBe(true)
    expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''ground%20floor.dwg")
    const part = await get(`${path}/file/0`, { range: 'bytes=1000-1999' })
    expect([part.status, part.bytes.equals(plan.subarray(1000, 2000))]).toEqual([206, true])
    expect(await countsOf(share.shareId)).toEqual({ looks: 1, downloads: 1 })
  })

  test('a folder: browsed below, never above, and all of it as a ZIP without links that lead out', async () => {
    const { path } = await link([at('Plans')])
    const page = await get(path)
    expect(page.text).toContain('ground floor.dwg')
    expect(page.text).not.toContain('salaries')
    expect((await get(`${path}/browse/0/old`)).text).toContain('first.dwg')
    expect((await get(`${path}/file/0/old/first.dwg`)).text).toBe('first')
    const zip = await get(`${path}/zip`)
    expect(zip.headers.get('content-type')).toBe('application/zip')
    writeFileSync(join(home.path, 'all.zip'), zip.bytes)
    const listed = execFileSync('python3', [
      '-c',
      'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))',
      join(home.path, 'all.zip'),
    ])
      .toString()
      .trim()
      .split('\n')
    expect(listed.toSorted()).toEqual([
      '%22%3E%3Cscript%3Ealert(1)%3C.html',
      'empty.txt',
      'ground floor.dwg',
      'old/',
      'old/first.dwg',
    ])
    const bytes = execFileSync('python3', [
      '-c',
      'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("ground floor.dwg"))',
      join(home.path, 'all.zip'),
    ])
    expect(bytes.equals(plan)).toBe(true)
  })

  test('a selection: each by its number, no names of the folders above', async () => {
    const { path, share } = await link([at('Plans', 'ground floor.dwg'), at('Plans', 'old')])
    const page = await get(path)
    expect(page.text).toContain('2 files and folders')
    expect(page.text).not.toMatch(/Plans/)
    expect((await get(`${path}/file/0`)).bytes.equals(plan)).toBe(true)
    expect((await get(`${path}/file/1/first.dwg`)).text).toBe('first')
    const { customerId } = upload.box.customer
    const { shares } = upload.box.sharesSide
    const lists = [
      await shares.listOfCustomer({ customerId, before: undefined, limit: 100 }),
      await shares.list({ reach: [customerId], after: undefined, limit: 100 }),
    ]
    for (const list of lists) {
      const listed = list.find(({ share: { shareId } }) => shareId === share.shareId)?.share
      expect(listed).toMatchObject({ kind: 'download', pathsCount: 2 })
      expect(listed).not.toHaveProperty('paths')
    }
  })

  test('nothing of a file runs: it is saved, under a name that breaks no header', async () => {
    const { path } = await link([at('Plans')])
    const page = await get(path)
    expect(page.text).not.toContain('<script>alert')
    const href = /href="([^"]*\/file\/[^"]*%3Cscript%3E[^"]*)"/.exec(page.text)?.[1]
    const file = await get(href!)
    expect(file.text).toBe('<script>alert(1)</script>')
    expect(file.headers.get('content-type')).toBe('application/octet-stream')
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect(file.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w%.()'-]*$/,
    )
  })

  test('its pages tell no other site, are kept by nobody, and found by no search engine', async () => {
    const { path } = await link([at('Plans')])
    for (const address of [path, `${path}/file/0/empty.txt`, `${path}/zip`, `${path}/browse/0/none`, `/s/${'a'.repeat(43)}`]) {
      const { headers } = await get(address)
      expect(headers.get('referrer-policy'), address).toBe('no-referrer')
      expect(headers.get('x-robots-tag'), address).toContain('noindex')
      expect(headers.get('cache-control'), address).toBe('no-store')
    }
  })
})

describe('what a link does not give', () => {
  const tricks = [
    '/file/0/../Private/salaries.xlsx',
    '/file/0/%2e%2e/Private/salaries.xlsx',
    '/file/0/..%2fPrivate%2fsalaries.xlsx',
    '/file/0%2f..%2fPrivate/salaries.xlsx',
    '/file/0//Private/salaries.xlsx',
    '/file/0/old/%00',
    '/file/0/old%00/first.dwg',
    '/file/1/salaries.xlsx',
    '/file/-1',
    '/file/00/empty.txt',
    '/file/0/way%20out',
    '/file/0',
    '/browse/0/%2e%2e',
    '/browse/0/../../..',
    '/browse/1',
    '/browse/0/way%20out',
    '/zip/0/%2e%2e',
    '/zip/1',
    '/zip/0/..%2f..',
    '/look/0/../Private/salaries.xlsx',
    '/look/0/%2e%2e/Private/salaries.xlsx',
    '/look/0/way%20out',
    '/drawn/1/salaries.xlsx',
    '/pdf/0/..%2fPrivate%2fsalaries.xlsx',
    '/file/0/%zz',
    '/file/0/%ff%fe',
  ]
  test.each(tricks)('%s', async (trick) => {
    const { path } = await link([at('Plans')])
    const { status, text } = await getRaw(path + trick)
    expect([404, 400]).toContain(status)
    expect(text).not.toMatch(/salaries|Private/)
  })

  test('what another link leads to, or another customer has', async () => {
    const { box } = upload
    const one = await link([at('Plans', 'old')])
    const other = await link([at('Private')])
    expect((await get(`${one.path}/file/0/salaries.xlsx`)).status).toBe(404)
    expect((await get(`${other.path}/file/0/first.dwg`)).status).toBe(404)
    expect((await get(`${one.path}/look/0/salaries.xlsx`)).status).toBe(404)
    // A link of the other kind is none.
    expect((await get(`/u/${one.token}`)).status).toBe(404)
    const foreign = await newCustomer(box, 'Northquay IT')
    const stranger = await newUser(box, 'stranger', {
      staffRole: undefined,
      memberships: [{ customerId: foreign.customer.customerId, role: 'owner' }],
    })
    const { secret } = await box.people.sessions.open(stranger, { address: '192.0.2.1', userAgent: 'test', isLasting: false })
    const cookie = `holdfast_session_box_test=${secret}`
    const query = new URLSearchParams({ version: version.id, path: '/home' })
    for (const address of [`/sharing/new?${query}`, `/sharing/${one.share.shareId}`, `/api/v1/shares/${one.share.shareId}`])
      expect((await get(address, { cookie, accept: 'text/html' })).status, address).toBe(404)
    const { items } = JSON.parse((await get('/api/v1/shares', { cookie })).text) as { items: unknown[] }
    expect(items).toEqual([])
  })

  test('unknown links all answer the same, and are soon asked to wait', async () => {
    const { box } = upload
    const answers = await Promise.all(['a'.repeat(43), 'short', `${'b'.repeat(42)}.`].map((token) => get(`/s/${token}`)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
    expect(new Set(answers.map(({ text }) => text.replaceAll(/req_[\w-]+/g, ''))).size).toBe(1)
    let status = 404
    for (let tries = 0; tries < 100 && status === 404; tries += 1)
      ({ status } = await get(`/s/${randomBytes(32).toString('base64url')}`))
    expect(status).toBe(429)
    box.clock.advance(3_600_000)
    const { path } = await link([at('Plans')])
    for (let tries = 0; tries < 80; tries += 1) ({ status } = await get(`${path}/file/0/empty.txt`, {}, 'HEAD'))
    expect(status).toBe(200)
  })
})

describe('what is counted', () => {
  test('a download from its first byte on; not a look ahead, not what is taken up again, not a preview', async () => {
    const { path, share } = await link([at('Plans', 'ground floor.dwg')])
    const counts = () => countsOf(share.shareId)
    await get(path, {}, 'HEAD')
    const looked = await get(`${path}/file/0`, { range: 'bytes=100-199' }, 'HEAD')
    expect([looked.status, looked.headers.get('content-length')]).toEqual([200, String(plan.length)])
    await get(path, { 'user-agent': 'WhatsApp/2.23 A' })
    expect((await get(`${path}/file/0`, { 'user-agent': 'facebookexternalhit/1.1' })).status).toBe(403)
    expect(await counts()).toEqual({ looks: 0, downloads: 0 })
    await get(`${path}/file/0`, { range: 'bytes=0-99' })
    await get(`${path}/file/0`, { range: 'bytes=100-' })
    await get(`${path}/file/0`, { range: 'bytes=200000-' })
    expect(await counts()).toEqual({ looks: 0, downloads: 1 })
    // The end alone, by somebody who never had the beginning.
    await get(`${path}/file/0`, { range: 'bytes=100-', 'user-agent': 'curl/8' })
    expect(await counts()).toEqual({ looks: 0, downloads: 2 })
    await get(path)
    await get(path)
    expect((await counts()).looks).toBe(1)
  })

  test('no more than the link allows, and the last may be finished', async () => {
    const { path, share } = await link([at('Plans', 'ground floor.dwg')], { downloadsMax: 2 })
    expect((await get(`${path}/file/0`)).status).toBe(200)
    expect((await get(`${path}/file/0`, { range: 'bytes=0-99' })).status).toBe(206)
    expect((await get(`${path}/file/0`)).status).toBe(410)
    expect((await get(`${path}/zip`)).status).toBe(410)
    expect((await get(path)).text).toContain('This link has been used up.')
    expect((await get(`${path}/file/0`, { range: 'bytes=100-' })).bytes.equals(plan.subarray(100))).toBe(true)
    expect((await get(`${path}/file/0`, { range: 'bytes=100-', 'user-agent': 'curl/8' })).status).toBe(410)
    expect((await countsOf(share.shareId)).downloads).toBe(2)
  })

  test('the last is not finished once its version is deleted, or its customer is not served', async () => {
    const { box } = upload
    const { path } = await link([at('Plans', 'ground floor.dwg')], { downloadsMax: 1 })
    await get(`${path}/file/0`)
    const goOn = async () => (await get(`${path}/file/0`, { range: 'bytes=1-' })).status
    expect(await goOn()).toBe(206)
    await box.retention.remove(version, actingAs(box.user))
    expect(await goOn()).toBe(410)
    expect((await get(path)).text).toContain('What this link led to is not there any more.')
    await box.retention.takeBack(version, actingAs(box.user))
    await customerState('suspended')
    expect(await goOn()).toBe(410)
    await customerState('active')
    expect(await goOn()).toBe(206)
  })

  test('what is repeated counts, and has one line; a look further below is a look', async () => {
    const { path, share } = await link([at('Plans')])
    for (let tries = 0; tries < 3; tries += 1) await get(`${path}/file/0/ground%20floor.dwg`, { range: 'bytes=0-0' })
    await get(`${path}/browse/0/old`)
    expect(await countsOf(share.shareId)).toEqual({ looks: 1, downloads: 3 })
    expect((await usesOf(share.shareId)).map(({ kind }) => kind)).toEqual(['look', 'download'])
  })

  test('whoever does much pushes out nobody else’s lines', async () => {
    const { kysely } = upload.box.database
    const { share } = await link([at('Plans')])
    const use = { shareId: share.shareId, at: 1, kind: 'download', agent: 'curl', what: undefined, whatHash: undefined } as const
    await insertUse(kysely, { ...use, network: '198.51.100.0/24' })
    const many = maxUsesOfNetwork + 3
    for (let line = 0; line < many; line += 1) await insertUse(kysely, { ...use, at: line, network: '203.0.113.0/24' })
    const first = await usesOf(share.shareId, { before: undefined, limit: 150 })
    const rest = await usesOf(share.shareId, { before: first.at(-1)!.id, limit: 150 })
    expect([...first, ...rest].map(({ network }) => network)).toEqual([
      ...Array.from({ length: maxUsesOfNetwork }, () => '203.0.113.0/24'),
      '198.51.100.0/24',
    ])
  })

  test('two at once do not both get the last one', async () => {
    const { path, share } = await link([at('Plans', 'ground floor.dwg')], { downloadsMax: 1 })
    const answers = await Promise.all([1, 2, 3, 4].map(() => get(`${path}/file/0`)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410, 410, 410])
    expect((await countsOf(share.shareId)).downloads).toBe(1)
  })
})

describe('a password', () => {
  const password = 'four words on the quay'
  const typed = (path: string, words: string, cookie = '') =>
    fetch(upload.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ password: words }),
    })

  test('opens the link for a while, and only this one', async () => {
    const { box } = upload
    const { path, token } = await link([at('Plans')], { password })
    const other = await link([at('Plans')], { password })
    const gate = await get(path)
    expect(gate.text).toContain('Password of the link')
    expect(gate.text).not.toMatch(/ground floor|Harbour House/)
    expect((await get(`${path}/zip`)).status).toBe(303)
    expect((await typed(path, 'wrong')).status).toBe(403)
    const right = await typed(path, password)
    expect(right.status).toBe(303)
    const set = right.headers.getSetCookie()[0]!
    expect(set).toMatch(new RegExp(`; Path=/s/${token}; HttpOnly; SameSite=Lax$`))
    const cookie = set.split(';')[0]!
    expect(cookie).not.toContain(token)
    expect((await get(path, { cookie })).text).toContain('ground floor.dwg')
    expect((await get(other.path, { cookie })).text).toContain('Password of the link')
    // Not the last character: of that some bits say nothing.
    const forged = cookie.slice(0, -2) + (cookie.at(-2) === 'A' ? 'B' : 'A') + cookie.slice(-1)
    expect((await get(path, { cookie: forged })).text).toContain('Password of the link')
    box.clock.advance(2 * 60 * 60 * 1000)
    expect((await get(path, { cookie })).text).toContain('Password of the link')
  })

  test('another one asks everybody again', async () => {
    const { box } = upload
    const { path, share } = await link([at('Plans')], { password })
    const cookie = (await typed(path, password)).headers.getSetCookie()[0]!.split(';')[0]!
    const change = { note: '', days: undefined, password: 'another one of these', downloadsMax: undefined }
    await box.sharesSide.shares.change(share, change, actingAs(box.user))
    expect((await get(path, { cookie })).text).toContain('Password of the link')
    expect((await typed(path, password)).status).toBe(403)
    expect((await typed(path, 'another one of these')).status).toBe(303)
  })

  test('is not to be guessed', async () => {
    const { path, share } = await link([at('Plans')], { password })
    const statuses: number[] = []
    for (let tries = 0; tries < 7; tries += 1) statuses.push((await typed(path, `guess ${tries}`)).status)
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429])
    expect((await usesOf(share.shareId)).filter(({ kind }) => kind === 'wrong-password')).toHaveLength(1)
    upload.box.clock.advance(dayMs)
  })
})

describe('a look at a file', () => {
  test.each([
    { name: 'page.html', expect: /&lt;script&gt;document.title = &quot;ran&quot;/ },
    { name: 'drawing.svg', expect: /&lt;svg xmlns=[^<]*onload=&quot;alert/ },
    { name: 'no%20picture.jpg', expect: /&lt;script&gt;/ },
    { name: 'quay.jpg', expect: /<img src="\/s\/[\w-]+\/drawn\/0\/quay.jpg\?size=large" alt="quay.jpg">/ },
    { name: 'plan.pdf', expect: /href="\/s\/[\w-]+\/pdf\/0\/plan.pdf"/ },
  ])('$name is shown, and nothing of it runs', async ({ name, expect: words }) => {
    const { path } = await link([at('Looks')])
    const page = await get(`${path}/look/0/${name}`)
    expect([page.status, page.text]).toEqual([200, expect.stringMatching(words)])
    expect(page.text).not.toMatch(/<script>|<svg xmlns="http:\/\/www.w3.org\/2000\/svg" onload/)
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'/)
    expect(page.text).toContain(`href="${path}/file/0/${name}"`)
  })

  test('gives of pictures only what the box has drawn, of SVG and the rest nothing', async () => {
    const { path } = await link([at('Looks')])
    const drawn = await get(`${path}/drawn/0/quay.jpg`)
    expect(drawn.headers.get('content-type')).toBe('image/webp')
    expect(await sharp(drawn.bytes).metadata()).toMatchObject({ format: 'webp', width: 96, height: 96 })
    for (const name of ['drawing.svg', 'page.html', 'no%20picture.jpg', 'plan.pdf']) {
      const { headers, text } = await get(`${path}/drawn/0/${name}`)
      expect([headers.get('content-type'), headers.get('content-security-policy')], name).toEqual([
        'image/svg+xml',
        "default-src 'none'; sandbox",
      ])
      expect(text, name).toBe('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    }
  })

  test('of a PDF counts like a download, in an origin of nobody’s; no other file goes out so', async () => {
    const { path, share } = await link([at('Looks')])
    const { status, headers } = await get(`${path}/pdf/0/plan.pdf`)
    expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([200, 'application/pdf', 'inline'])
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    for (const name of ['page.html', 'drawing.svg', 'quay.jpg'])
      expect((await get(`${path}/pdf/0/${name}`)).status, name).toBe(404)
    expect((await countsOf(share.shareId)).downloads).toBe(1)
  })

  test('is written down once, and is not a way round the list; programs are shown nothing', async () => {
    const { path, share } = await link([at('Looks')])
    for (let looks = 0; looks < 2; looks += 1) await get(`${path}/look/0/page.html`)
    await get(`${path}/drawn/0/quay.jpg`)
    await get(path)
    expect((await usesOf(share.shareId)).map(({ kind, what }) => [kind, what])).toEqual([
      ['look', undefined],
      ['look', 'page.html'],
    ])
    expect(await countsOf(share.shareId)).toEqual({ looks: 1, downloads: 0 })
    for (const kind of ['look', 'drawn', 'pdf'])
      expect((await get(`${path}/${kind}/0/plan.pdf`, { 'user-agent': 'WhatsApp/2.23 A' })).status, kind).toBe(403)
  })

  test('is there only where a link may be fetched as often as anybody likes, and behind its password', async () => {
    const free = await link([at('Looks')])
    expect((await get(free.path)).text).toContain(`${free.path}/look/0/page.html`)
    const limited = await link([at('Looks')], { downloadsMax: 5 })
    expect((await get(limited.path)).text).not.toMatch(/\/look\/|\/drawn\//)
    const locked = await link([at('Looks')], { password: 'long enough' })
    for (const address of ['look/0/page.html', 'drawn/0/quay.jpg', 'pdf/0/plan.pdf']) {
      expect((await get(`${limited.path}/${address}`)).status, address).toBe(404)
      const { status, headers } = await get(`${locked.path}/${address}`)
      expect([status, headers.get('location')], address).toEqual([303, locked.path])
    }
  })
})

describe('many at once', () => {
  test('of one link do not keep those of another one waiting, and end with it', async () => {
    const film = await link([at('film.mp4')])
    const other = await link([at('Plans', 'ground floor.dwg')])
    const stalled = await Promise.all(Array.from({ length: maxDownloadsOf.link }, () => stall(`${film.path}/file/0`)))
    const refused = await get(`${film.path}/file/0`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60'])
    expect(refused.text).toContain('Many people are downloading.')
    expect((await get(`${other.path}/file/0`)).bytes.equals(plan)).toBe(true)
    const broken = stalled.map((answer) => new Promise((resolve) => answer.on('error', () => {}).on('close', resolve)))
    await upload.box.sharesSide.shares.revoke(film.share, actingAs(upload.box.user))
    for (const answer of stalled) answer.resume()
    await Promise.all(broken)
    expect(stalled.map(({ complete }) => complete)).toEqual(stalled.map(() => false))
  })
})

describe('a change', () => {
  const unchanged = { note: '', days: undefined, password: undefined, downloadsMax: undefined }
  const change = (share: Awaited<ReturnType<typeof link>>['share'], more: Partial<ShareChange>) =>
    upload.box.sharesSide.shares.change(share, { ...unchanged, ...more }, actingAs(upload.box.user))

  test('that would open a link again is asked what a new one is asked', async () => {
    const { box } = upload
    const { share } = await link([at('Plans')], { days: 1 })
    box.clock.advance(dayMs)
    await customerState('suspended')
    await expect(change(share, { days: 7 })).rejects.toMatchObject({ fault: 'not-allowed' })
    await change(share, { note: 'It has ended.' })
    await customerState('active')
    await change(share, { days: 7 })
  })

  test('of how often it may be fetched revives no link to what lies in the bin', async () => {
    const { box } = upload
    const { share, path } = await link([at('Plans', 'ground floor.dwg')], { downloadsMax: 1 })
    await get(`${path}/file/0`)
    await box.retention.remove(version, actingAs(box.user))
    await expect(change(share, { downloadsMax: 5 })).rejects.toMatchObject({ fault: 'version-gone' })
    await box.retention.takeBack(version, actingAs(box.user))
    await change(share, { downloadsMax: 5 })
  })
})

test('a backup that is not finished is not shared: its next version would end the link', async () => {
  const wish = { version: { ...version, isCheckpoint: true } }
  await expect(link([at('Plans')], wish)).rejects.toMatchObject({ fault: 'version-gone' })
})

describe('the end of a link', () => {
  const says = async (path: string) => {
    const { status, text } = await get(path)
    return [status, /<h1[^>]*>([^<]*)/.exec(text)?.[1]]
  }

  test('by its day', async () => {
    const { box } = upload
    const { path } = await link([at('Plans')], { days: 1 })
    box.clock.advance(dayMs - 1)
    expect((await says(path))[0]).toBe(200)
    box.clock.advance(1)
    expect(await says(path)).toEqual([410, 'This link has ended.'])
    expect((await get(`${path}/file/0/empty.txt`)).status).toBe(410)
  })

  test('by whoever made it', async () => {
    const { box } = upload
    const { path, share } = await link([at('Plans')])
    await box.sharesSide.shares.revoke(share, actingAs(box.user))
    expect(await says(path)).toEqual([410, 'This link was withdrawn.'])
    const audit = await box.database.kysely.selectFrom('audit').select('action').where('object_id', '=', share.shareId).execute()
    expect(audit.map(({ action }) => action)).toEqual(['share.created', 'share.revoked'])
  })

  test('with its version, when an owner deletes that; and it comes back with it', async () => {
    const { box } = upload
    const { path } = await link([at('Plans')])
    await box.retention.remove(version, actingAs(box.user))
    expect(await says(path)).toEqual([410, 'What this link led to is not there any more.'])
    await expect(link([at('Plans')])).rejects.toMatchObject({ fault: 'version-gone' })
    await box.retention.takeBack(version, actingAs(box.user))
    expect((await says(path))[0]).toBe(200)
  })

  test('as long as its customer is not served, or the plan has no sharing', async () => {
    const { box } = upload
    const { path } = await link([at('Plans')])
    const paused = [410, 'This link does not work at the moment.']
    await customerState('suspended')
    expect(await says(path)).toEqual(paused)
    await customerState('active')
    const { subscriptionId } = computer.identity
    const features = async (words: string) =>
      box.database.kysely
        .updateTable('subscriptions')
        .set({ features: words } as never)
        .where('id', '=', subscriptionId)
        .execute()
    const before = (await box.database.kysely
      .selectFrom('subscriptions')
      .selectAll()
      .where('id', '=', subscriptionId)
      .executeTakeFirstOrThrow()) as unknown as { features: string }
    await features('[]')
    expect(await says(path)).toEqual(paused)
    await expect(link([at('Plans')])).rejects.toMatchObject({ fault: 'not-in-plan' })
    await features(before.features)
    expect((await says(path))[0]).toBe(200)
  })
})

test('many links are judged with the rules read once, and what they share looked up once', async () => {
  const { box } = upload
  const { share: one } = await link([at('Plans')])
  const { share: other } = await link([at('Private')], { downloadsMax: 1 })
  const calls: string[] = []
  const counted = <Args extends readonly unknown[], Result>(name: string, find: (...args: Args) => Result) => {
    return (...args: Args) => {
      calls.push(name)
      return find(...args)
    }
  }
  const { judgeMany } = createShareJudge({
    database: box.database,
    clock: box.clock,
    customers: { findByIds: counted('customers', box.people.customers.findByIds) },
    subscriptions: { find: counted('subscription', box.people.subscriptions.find) },
    snapshots: { findByIds: counted('versions', box.devicesSide.snapshots.findByIds) },
    devices: { find: counted('device', box.devicesSide.devices.find) },
    rules: { find: counted('rules', box.sharesSide.shareRules.find) },
  })
  const used = { ...other, downloads: 1 }
  expect((await judgeMany([one, used, one])).map(({ end, version: found }) => [end, found?.id])).toEqual([
    [undefined, version.id],
    ['used-up', version.id],
    [undefined, version.id],
  ])
  expect(calls.toSorted()).toEqual(['customers', 'device', 'rules', 'subscription', 'versions'])
})

describe('rules', () => {
  test('of retention do not take what a link leads to, until it ends', async () => {
    const { box } = upload
    const device = (await box.devicesSide.devices.find(computer.identity.deviceId))!
    const { share } = await link([at('Plans')], { days: 30 })
    for (let day = 0; day < 3; day += 1) {
      box.clock.advance(dayMs)
      writeFileSync(join(home.path, 'files', 'day.txt'), String(day))
      await backUpFolder(computer, join(home.path, 'files'))
    }
    const rules = { keepLast: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, allWithinDays: 0 }
    box.clock.advance(10 * dayMs)
    const keeps = async () => {
      const found = (await box.retention.decide(device, rules)).find(({ version: { id } }) => id === version.id)
      return found?.kind === 'keep' ? found.reasons.map(({ kind }) => kind) : found?.kind
    }
    expect(await keeps()).toContain('shared')
    await box.sharesSide.shares.revoke(share, actingAs(box.user))
    for (const { share: other } of await box.sharesSide.shares.list({
      reach: [box.customer.customerId],
      after: undefined,
      limit: 200,
    }))
      await box.sharesSide.shares.revoke(other, actingAs(box.user))
    expect(await keeps()).toBe('forget')
  })

  test('of the administrator hold for links that were made before', async () => {
    const { box } = upload
    const { shares, shareRules } = box.sharesSide
    const bare = await link([at('Plans')], { days: 30 })
    const short = await link([at('Plans')], { days: 2, password: 'long enough' })
    const asked = await makeUploadLink(box, box.user, box.customer.customerId, { bytesMax: 1000 })
    const rules = { ...usualShareRules, daysMax: 3, isPasswordNeeded: true, uploadBytesMax: 600 }
    await shareRules.save(rules, actingAs(box.user))
    const page = await get(bare.path)
    expect([page.status, page.text]).toEqual([410, expect.stringContaining('It needs a password now')])
    expect((await get(short.path)).text).toContain('Password of the link')
    const endOf = async ({ share }: typeof bare) => (await shares.find(share.shareId))!.expiresAt
    expect([await endOf(bare), await endOf(short)]).toEqual([box.clock.now() + 3 * dayMs, box.clock.now() + 2 * dayMs])
    expect(await shares.find(asked.share.shareId)).toMatchObject({ bytesMax: 600 })
    await expect(makeUploadLink(box, box.user, box.customer.customerId, { bytesMax: 601 })).rejects.toMatchObject({
      field: 'bytes',
    })
    await shareRules.save(usualShareRules, actingAs(box.user))
    expect((await get(bare.path)).status).toBe(200)
  })

  test('of the administrator hold for every new link', async () => {
    const { box } = upload
    await box.sharesSide.shareRules.save({ ...usualShareRules, daysMax: 3, isPasswordNeeded: true }, actingAs(box.user))
    await expect(link([at('Plans')], { days: 4 })).rejects.toMatchObject({ fault: 'invalid', field: 'days' })
    await expect(link([at('Plans')], { days: 3 })).rejects.toMatchObject({ fault: 'invalid', field: 'password' })
    await expect(link([at('Plans')], { days: 3, password: 'short' })).rejects.toMatchObject({ field: 'password' })
    await link([at('Plans')], { days: 3, password: 'long enough' })
    await box.sharesSide.shareRules.save(usualShareRules, actingAs(box.user))
  })
})

test('no link is anywhere but where it was shown: not in the database, not in the log', async () => {
  const { box } = upload
  const { token, path } = await link([at('Plans')])
  await get(path, { accept: 'text/html' })
  await get(`${path}/file/0/none`, { accept: 'text/html' })
  await get(`/s/${token}x`, { accept: 'text/html' })
  await get(`${path}/file/0/empty.txt`)
  const tables = (await box.database.kysely.introspection.getTables()).map(({ name }) => name)
  expect(tables).toContain('shares')
  for (const table of tables) {
    const rows = await box.database.kysely
      .selectFrom(table as 'shares')
      .selectAll()
      .limit(5000)
      .execute()
    const dump = JSON.stringify(rows, (_, value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : value))
    expect(dump.includes(token), table).toBe(false)
  }
  expect(logged.length).toBeGreaterThan(0)
  expect(JSON.stringify(logged)).not.toContain(token)
})
