import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/http/problem.ts'
import { openStaticFiles } from '../../../server/http/static-files.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-public-'))
  await mkdir(join(folder, 'vendor'))
  await writeFile(join(folder, 'holdfast.css'), 'body {}')
  await writeFile(join(folder, 'vendor', 'htmx.min.js'), 'var htmx')
})
afterEach(() => rm(folder, { recursive: true }))

async function openApp() {
  const files = await openStaticFiles(folder)
  const app = files.routes()
  app.onError((error) => new Response(error instanceof Problem ? error.code : String(error), { status: 500 }))
  return { prefix: files.prefix, get: (path: string, headers = {}) => app.request(path, { headers }) }
}

describe('the files of the pages', () => {
  test('are kept for good under an address that changes with any of them', async () => {
    const { prefix, get } = await openApp()
    const answer = await get(`${prefix}/holdfast.css`)
    expect(await answer.text()).toBe('body {}')
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'content-length': '7',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    await writeFile(join(folder, 'vendor', 'htmx.min.js'), 'var htmx2')
    expect((await openStaticFiles(folder)).prefix).not.toBe(prefix)
  })

  test('lie in folders, too', async () => {
    const { prefix, get } = await openApp()
    const answer = await get(`${prefix}/vendor/htmx.min.js`)
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await answer.text()).toBe('var htmx')
  })

  test('are given under an old address, but not for good', async () => {
    const { get } = await openApp()
    const answer = await get('/assets/0123456789abcdef/holdfast.css')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-cache')
  })

  test('are not sent again to who has them', async () => {
    const { prefix, get } = await openApp()
    const etag = (await get(`${prefix}/holdfast.css`)).headers.get('etag')
    const answer = await get(`${prefix}/holdfast.css`, { 'if-none-match': etag })
    expect(answer.status).toBe(304)
    expect(await answer.text()).toBe('')
  })

  test.each([
    '/nothing.css',
    '/vendor',
    '/vendor/',
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/__proto__',
  ])('do not hold %s', async (path) => {
    const { prefix, get } = await openApp()
    const answer = await get(`${prefix}${path}`)
    expect([404, 500]).toContain(answer.status)
    expect(await answer.text()).toMatch(/HF-NOT-FOUND|404 Not Found/)
  })

  test('are known by kind, or the box does not start', async () => {
    await writeFile(join(folder, 'notes.docx'), 'x')
    await expect(openStaticFiles(folder)).rejects.toThrow('notes.docx')
  })
})
