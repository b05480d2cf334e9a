/** Files of versions looked at: what is shown, under which headers, and to whom. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpListener, openHttpListener } from '../../../server/listener/http-listener.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { type Folder, fileEntry, folderEntry } from '../../support/store-tree.ts'
import { storeVersion } from '../../support/stored-version.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

const hostile = '<!doctype html><script>document.title = "ran"</script>'
const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="document.title=1"><script>alert(1)</script></svg>'

let box: Awaited<ReturnType<typeof twoCustomers>>
let listener: HttpListener
let version: Snapshot
let later: Snapshot
let owner: string
let foreign: string

beforeAll(async () => {
  box = await twoCustomers()
  listener = await openHttpListener({ fetch: box.app.fetch, host: '127.0.0.1', port: 0, tls: undefined })
  const picture = (await sharp({ create: { width: 60, height: 60, channels: 3, background: '#3366aa' } })
    .jpeg()
    .toBuffer()) as Buffer
  const scan = (await sharp({ create: { width: 60, height: 60, channels: 3, background: '#3366aa' } })
    .tiff()
    .toBuffer()) as Buffer
  version = await storeVersion(
    box,
    box.device,
    (writer) => {
      const files: Folder = new Map([
        ['page.html', fileEntry(hostile)],
        ['drawing.svg', fileEntry(drawing)],
        ['quay.jpg', writer.addFile(picture)],
        ['not a picture.jpg', fileEntry(hostile)],
        ['scan.tif', writer.addFile(scan)],
        ['plan.pdf', fileEntry('%PDF-1.7\n')],
        ['empty', fileEntry('')],
        ['caf\xe9.txt', writer.addFile(Buffer.from('M\xfcller', 'latin1'))],
        ['long.log', writer.addFile(Buffer.alloc(300_000, 'words and '))],
        ['program', writer.addFile(Buffer.from('\x7fELF\0\0', 'latin1'))],
      ])
      return new Map([['home', folderEntry(writer.addFolder(files))]])
    },
    { seq: 2 },
  )
  later = await storeVersion(
    box,
    box.device,
    (writer) => new Map([['home', folderEntry(writer.addFolder(new Map([['page.html', fileEntry('later')]])))]]),
    { seq: 3 },
  )
  owner = await cookieOf(box, box.users.owner)
  foreign = await cookieOf(box, box.users.foreign)
})
afterAll(async () => {
  await listener.close()
  await box[Symbol.asyncDispose]()
})

const get = (kind: string, name: string, cookie = owner, headers: Record<string, string> = {}) =>
  fetch(`${listener.url}/versions/${version.id}/${kind}/home/${name}`, { headers: { cookie, ...headers }, redirect: 'manual' })
const pageOf = async (name: string) => (await get('preview', name)).text()

describe('a page of a file', () => {
  test('shows a stored page as the text it is', async () => {
    const page = await pageOf('page.html')
    expect(page).toContain('&lt;script&gt;document.title = &quot;ran&quot;&lt;/script&gt;')
    expect(page).not.toContain('<script>document')
    expect(page).toContain(`href="/versions/${later.id}/preview/home/page.html"`)
    expect(page).not.toMatch(/Earlier<\/a>/)
  })

  test.each([
    { name: 'quay.jpg', expect: /<img src="\/versions\/snap_\w+\/picture\/home\/quay.jpg" alt="quay.jpg">/ },
    { name: 'drawing.svg', expect: /<img src="\/versions\/snap_\w+\/picture\/home\/drawing.svg"/ },
    { name: 'scan.tif', expect: /<img src="\/versions\/snap_\w+\/thumbnail\/home\/scan.tif\?size=large"/ },
    { name: 'not%20a%20picture.jpg', expect: /&lt;script&gt;/ },
    { name: 'plan.pdf', expect: /href="\/versions\/snap_\w+\/picture\/home\/plan.pdf"/ },
    { name: 'empty', expect: /This file is empty\./ },
    { name: 'caf%E9.txt', expect: /Müller[\s\S]*Read as windows-1252/ },
    { name: 'program', expect: /cannot be shown here/ },
    { name: 'long.log', expect: /This is the beginning; the whole file has 293\u00a0KiB/ },
  ])('of $name', async ({ name, expect: words }) => {
    const answer = await get('preview', name)
    expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'self'/)
    expect(await answer.text()).toMatch(words)
  })

  test('a folder is opened, and what is not there is not found', async () => {
    const folder = await fetch(`${listener.url}/versions/${version.id}/preview/home`, {
      headers: { cookie: owner },
      redirect: 'manual',
    })
    expect(folder.headers.get('location')).toBe(`/versions/${version.id}/browse/home`)
    expect((await get('preview', 'nothing')).status).toBe(404)
    expect((await get('preview', '..%2fetc')).status).toBe(404)
  })
})

describe('bytes that a browser draws', () => {
  test.each([
    { name: 'quay.jpg', type: 'image/jpeg' },
    { name: 'drawing.svg', type: 'image/svg+xml' },
    { name: 'plan.pdf', type: 'application/pdf' },
  ])('$name goes out under its type, in an origin of nobody’s', async ({ name, type }) => {
    const answer = await get('picture', name)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })

  test.each(['page.html', 'not%20a%20picture.jpg', 'empty', 'program', 'scan.tif'])('%s is none', async (name) => {
    expect((await get('picture', name)).status).toBe(404)
  })

  test('whatever a file is called, as a file it is only ever saved', async () => {
    for (const name of ['page.html', 'drawing.svg', 'quay.jpg', 'plan.pdf']) {
      const { headers } = await get('file', name)
      expect(headers.get('content-type')).toBe('application/octet-stream')
      expect(headers.get('content-disposition')).toMatch(/^attachment/)
    }
  })
})

describe('a small picture', () => {
  test('is drawn once, and known again by its tag', async () => {
    const answer = await get('thumbnail', 'quay.jpg')
    expect(answer.headers.get('content-type')).toBe('image/webp')
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({ width: 96, height: 96 })
    const again = await get('thumbnail', 'quay.jpg', owner, { 'if-none-match': answer.headers.get('etag')! })
    expect(again.status).toBe(304)
  })

  test('of what cannot be drawn is nothing that is seen, so that the icon stays', async () => {
    const answer = await get('thumbnail', 'not%20a%20picture.jpg')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('image/svg+xml')
    expect(await answer.text()).toBe('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
  })

  test('is asked for by lists, for pictures alone', async () => {
    const page = await (await fetch(`${listener.url}/versions/${version.id}/browse/home`, { headers: { cookie: owner } })).text()
    expect(page.match(/<img src="[^"]*thumbnail[^"]*"[^>]*loading="lazy"/g)).toHaveLength(3)
    expect(page).toContain(`href="/versions/${version.id}/preview/home/page.html"`)
  })
})

test.each(['preview', 'picture', 'thumbnail', 'tar', 'zip', 'file'])('another account’s %s is not there', async (kind) => {
  expect((await get(kind, kind === 'zip' || kind === 'tar' ? '' : 'quay.jpg', foreign)).status).toBe(404)
})
