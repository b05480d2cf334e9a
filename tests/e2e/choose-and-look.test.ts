/** In the browser: files are put into the basket and come out together, with a script and without; what is stored is looked at and never runs. */
import { execFileSync } from 'node:child_process'
import type { BrowserContextOptions, Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpListener, openHttpListener } from '../../server/listener/http-listener.ts'
import type { Snapshot } from '../../server/snapshots/snapshot.ts'
import { eventually } from '../support/eventually.ts'
import { type Folder, fileEntry, folderEntry } from '../support/store-tree.ts'
import { storeVersion } from '../support/stored-version.ts'
import { cookieOf, twoCustomers } from '../support/two-customers.ts'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'

/** What would leave a mark if it ran. */
const marks = 'document.documentElement.setAttribute("data-ran", "1")'
const hostilePage = `<!doctype html><html><body onload='${marks}'><script>${marks}</script><img src="x" onerror='${marks}'></body></html>`
const hostileDrawing = `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60" onload='${marks}'><script>${marks}</script><rect width="80" height="60" fill="teal"/></svg>`

let box: Awaited<ReturnType<typeof twoCustomers>>
let listener: HttpListener
let browser: OpenBrowser
let version: Snapshot
let session: string

describe.skipIf(chromiumPath === undefined)(`getting files in the browser${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    box = await twoCustomers()
    listener = await openHttpListener({ fetch: box.app.fetch, host: '127.0.0.1', port: 0, tls: undefined })
    browser = await openBrowser()
    const photo = (await sharp({ create: { width: 60, height: 40, channels: 3, background: '#3366aa' } })
      .jpeg()
      .toBuffer()) as Buffer
    version = await storeVersion(
      box,
      box.device,
      (writer) => {
        const files: Folder = new Map([
          ['invoice.txt', fileEntry('an invoice')],
          ['letter.txt', fileEntry('a letter')],
          ['page.html', fileEntry(hostilePage)],
          ['drawing.svg', fileEntry(hostileDrawing)],
          ['photo.jpg', writer.addFile(photo)],
          ['broken.jpg', fileEntry(hostilePage)],
        ])
        return new Map([['docs', folderEntry(writer.addFolder(files))]])
      },
      { seq: 2 },
    )
    session = await cookieOf(box, box.users.member)
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await listener?.close()
    await box?.[Symbol.asyncDispose]()
  })

  const at = (kind: string, name = '') => `${listener.url}/versions/${version.id}/${kind}/docs${name === '' ? '' : `/${name}`}`

  async function openedAs(options: BrowserContextOptions): Promise<Page> {
    const page = await browser.newPage(options)
    const [name = '', value = ''] = session.split('=')
    await page.context().addCookies([{ name, value, url: listener.url }])
    return page
  }

  async function savedBy(page: Page, button: string): Promise<Record<string, string>> {
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: button }).click()])
    const script =
      'import json,sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(json.dumps({n:z.read(n).decode() for n in z.namelist()}))'
    return JSON.parse(execFileSync('python3', ['-c', script, (await saved.path())!]).toString())
  }

  test('with a script the page stays where it is, and what was chosen is seen beside it', async () => {
    const page = await openedAs({ viewport: { width: 1280, height: 900 } })
    const complaints = complaintsOf(page)
    await page.goto(at('browse'))
    await page.evaluate('window.isTheSamePage = true')
    await page.getByRole('button', { name: 'Basket invoice.txt' }).click()
    const chosen = page.getByRole('button', { name: 'In basket invoice.txt' })
    await chosen.waitFor()
    expect(await page.evaluate('document.activeElement.textContent')).toBe('In basket invoice.txt')
    await page.getByRole('button', { name: 'Basket letter.txt' }).click()
    await page.getByRole('button', { name: 'In basket letter.txt' }).waitFor()
    expect(await page.locator('#basket').textContent()).toContain('2\u00a0files of 18\u00a0bytes')
    // Its drawings came with it.
    expect(await page.locator('symbol#i-check').count()).toBe(1)
    await page.locator('#basket').getByRole('button', { name: 'Remove letter.txt' }).click()
    await page.getByRole('button', { name: 'Basket letter.txt', exact: true }).waitFor()
    expect(await page.evaluate('window.isTheSamePage')).toBe(true)
    expect(await savedBy(page, 'Download as ZIP')).toEqual({ 'invoice.txt': 'an invoice' })
    await page.getByRole('link', { name: 'Open the basket' }).click()
    await page.getByRole('button', { name: 'Empty it' }).click()
    await page.getByText('Nothing is in the basket yet.').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('without one, on a telephone, every button is a form', async () => {
    const page = await openedAs({ viewport: { width: 390, height: 844 }, isMobile: true, javaScriptEnabled: false })
    await page.goto(at('browse'))
    await page.getByRole('button', { name: 'Basket letter.txt' }).click()
    await page.getByRole('button', { name: 'Basket invoice.txt' }).click()
    expect(page.url()).toBe(at('browse'))
    await page.getByRole('link', { name: /^Basket 2/ }).click()
    await page.getByRole('link', { name: 'Open the basket' }).click()
    await page.getByRole('button', { name: 'Remove letter.txt' }).click()
    expect(await savedBy(page, 'Download as ZIP')).toEqual({ 'invoice.txt': 'an invoice' })
    await page.context().close()
  })

  test('a picture is drawn small in the list and large on its page; where none can be drawn, the icon is seen', async () => {
    const page = await openedAs({ viewport: { width: 1280, height: 900 } })
    const complaints = complaintsOf(page)
    const widthOf = (selector: string) =>
      page.locator(selector).evaluate((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth)
    await page.goto(at('browse'))
    await eventually(async () => expect(await widthOf('img[src*="thumbnail"][src$="photo.jpg"]')).toBe(96))
    await eventually(async () => expect(await widthOf('img[src$="broken.jpg"]')).toBe(1))
    await page.getByRole('link', { name: 'photo.jpg', exact: true }).click()
    await eventually(async () => expect(await widthOf('.shown img')).toBe(60))
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a stored page or drawing runs nowhere: not on its page, not by the address of its bytes', async () => {
    const page = await openedAs({ viewport: { width: 1280, height: 900 } })
    const hasRun = () => page.evaluate('document.documentElement.hasAttribute("data-ran")')
    for (const name of ['page.html', 'drawing.svg', 'broken.jpg']) {
      await page.goto(at('preview', name))
      expect(await hasRun(), name).toBe(false)
    }
    await page.goto(at('preview', 'drawing.svg'))
    await eventually(async () =>
      expect(
        await page.locator('.shown img').evaluate((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth),
      ).toBe(80),
    )
    const answer = await page.goto(at('picture', 'drawing.svg'))
    expect(answer?.headers()['content-type']).toBe('image/svg+xml')
    expect(await hasRun()).toBe(false)
    expect(await page.evaluate('window.origin')).toBe('null')
    for (const kind of ['file', 'zip']) {
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.goto(kind === 'file' ? at('file', 'page.html') : at('zip')).catch(() => undefined),
      ])
      expect(saved.suggestedFilename()).toMatch(/page\.html|docs\.zip/)
    }
    await page.context().close()
  })
})
