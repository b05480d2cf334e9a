import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { connectAndBackUp, latinName, newlineName, type Office, openOffice, owner, setUp, sha256 } from './office.ts'

let office: Office
let browser: OpenBrowser
let page: Page
let complaints: readonly string[]

const contentOf = (name: string | Buffer) => office.files.find((file) => file.name.equals(Buffer.from(name as string)))!.content

/** Clicks, and reads what the browser saves. */
async function download(click: () => Promise<void>) {
  const [saved] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: saved.suggestedFilename(), path: (await saved.path())!, bytes: readFileSync((await saved.path())!) }
}

const row = (name: string) => page.getByRole('row').filter({ hasText: name })
const heading = () => page.getByRole('heading', { level: 1 })

describe.skipIf(chromiumPath === undefined)(
  `a new user, from the set-up link to a file in hand${neededBrowser}`,
  { timeout: patienceMs },
  () => {
    beforeAll(async () => {
      office = await openOffice()
      browser = await openBrowser()
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
      complaints = complaintsOf(page)
    })
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]()
      await office?.[Symbol.asyncDispose]()
    })

    test('sets the box up, and is told the next step', async () => {
      await setUp(page, office)
      expect(await heading().textContent()).toContain('No computer is backed up here yet.')
      const command = await page.getByRole('region', { name: 'Command that connects the computer' }).textContent()
      expect(command).toContain(`bin/holdfast-agent connect ${office.box.url} --user ${owner.email}`)
      expect(await page.locator('.rail').textContent()).toContain('Owner and administrator')
    })

    test('connects a computer and backs it up, and Home says so', async () => {
      await connectAndBackUp(office)
      await page.goto(office.box.url)
      expect(await heading().textContent()).toContain('Everything is backed up.')
      expect(await page.locator('.lead').textContent()).toMatch(/RECEPTION-PC, 46\d\sfiles, every version since/)
      expect(await page.locator('.month [aria-current="date"]').getAttribute('data-state')).toBe('ok')
    })

    test('sees the computer as it is', async () => {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Computers' }).click()
      expect(await heading().textContent()).toBe('RECEPTION-PC is safe.')
      await page.getByRole('link', { name: 'RECEPTION-PC' }).click()
      expect(await page.locator('.lead').textContent()).toContain('Backed up today at')
      expect(await page.getByText('D-000001').count()).toBe(1)
      expect(await page.getByRole('table').getByRole('link').count()).toBe(1)
    })

    test('opens the version, and comes out where the ways part', async () => {
      await page.getByRole('link', { name: 'Get a file back' }).click()
      expect(await heading().textContent()).toBe('Documents')
      expect(await page.getByRole('rowheader').allTextContents()).toEqual(
        expect.arrayContaining([expect.stringContaining('Harbour House'), expect.stringContaining('Not used yet')]),
      )
    })

    test('gets a file back, byte for byte', async () => {
      await page.getByRole('link', { name: 'Invoices 2026', exact: true }).click()
      const saved = await download(() => row('03 March.xlsx').getByRole('link', { name: 'Download' }).click())
      expect(saved.name).toBe('03 March.xlsx')
      expect(saved.bytes.equals(contentOf('03 March.xlsx'))).toBe(true)
    })

    test('gets files of any name back', async () => {
      await page.getByRole('navigation', { name: 'Where this folder is' }).getByRole('link', { name: 'Documents' }).click()
      await page.getByRole('link', { name: 'Letters', exact: true }).click()
      const latin = await download(() => row('caf\\xE9 men\\xFC.txt').getByRole('link', { name: 'Download' }).click())
      expect(latin.bytes.equals(contentOf(latinName))).toBe(true)
      const newline = await download(() => row('two\\x0Alines.txt').getByRole('link', { name: 'Download' }).click())
      expect(newline.bytes.equals(contentOf(newlineName))).toBe(true)
      const other = await download(() => row('請求書').getByRole('link', { name: 'Download' }).click())
      expect(other.name).toBe('Müller & Söhne, 請求書.pdf')
      expect(await row('current project').textContent()).toContain('link to ../Harbour House')
    })

    test('gets a folder back as an archive', async () => {
      await page.goBack()
      const saved = await download(() => page.getByRole('link', { name: 'Download this folder' }).click())
      expect(saved.name).toBe('Documents.zip')
      const reader = join(import.meta.dirname, '../interop/read-zip.py')
      const entries: readonly { readonly name: string; readonly sha256: string }[] = JSON.parse(
        execFileSync('python3', [reader, saved.path]).toString(),
      )
      const found = new Map(entries.map(({ name, sha256 }) => [name, sha256]))
      expect(found.get('Harbour House/Ground floor, rev C.dwg')).toBe(sha256(contentOf('Ground floor, rev C.dwg')))
      expect(found.get('Letters/caf%E9 men%FC.txt')).toBe(sha256(contentOf(latinName)))
      expect(entries.filter(({ name }) => !name.endsWith('/')).length).toBe(office.files.length + 1)
    })

    test('pages through a long folder, and finds a name while typing', async () => {
      await page.getByRole('link', { name: 'Scans', exact: true }).click()
      await page.getByText('200 names on this page').waitFor()
      await page.getByRole('link', { name: 'Next' }).click()
      await page.getByRole('rowheader', { name: 'Scan 0201.pdf' }).waitFor()
      expect(await page.getByRole('rowheader').first().textContent()).toContain('Scan 0201.pdf')
      await page.getByRole('link', { name: 'First' }).click()
      await page.getByRole('rowheader', { name: 'Scan 0001.pdf' }).waitFor()
      const search = page.getByRole('searchbox', { name: 'Names that contain' })
      await search.fill('0444')
      await expect.poll(() => page.getByRole('rowheader').count()).toBe(1)
      expect(await row('Scan 0444.pdf').count()).toBe(1)
      await page.waitForURL(/\?name=0444/)
      expect(await search.evaluate((input) => input.matches(':focus'))).toBe(true)
      await page.reload()
      expect(await page.getByRole('rowheader').count()).toBe(1)
      await search.fill('nothing like it')
      await expect.poll(() => page.getByText('No name here contains “nothing like it”.').count()).toBe(1)
    })

    test('goes back in time in the same folder', async () => {
      await office.agent('backup')
      await page.goto(`${office.box.url}/computers`)
      await page.getByRole('link', { name: 'RECEPTION-PC' }).click()
      expect(await page.getByRole('table').getByRole('link').count()).toBe(2)
      await page.getByRole('link', { name: 'Get a file back' }).click()
      await page.getByRole('link', { name: 'Letters', exact: true }).click()
      const newest = page.url()
      await page.getByRole('link', { name: 'Earlier' }).click()
      await page.waitForURL((url) => url.href !== newest)
      expect(await heading().textContent()).toBe('Letters')
      await page.getByRole('link', { name: 'Later' }).click()
      await page.waitForURL(newest)
    })

    test('signs out, and in again where the way led', async () => {
      const wanted = page.url()
      await page.getByRole('button', { name: 'Sign out' }).first().click()
      expect(await heading().textContent()).toBe('Welcome back.')
      await page.goto(wanted)
      await page.getByLabel('Mail address').fill(owner.email)
      await page.getByLabel('Password').fill('not the password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      expect(await page.getByRole('status').textContent()).toContain('do not match')
      expect(await page.getByLabel('Mail address').inputValue()).toBe(owner.email)
      await page.getByLabel('Password').fill(owner.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(wanted)
      expect(await heading().textContent()).toBe('Letters')
    })

    test('a list that is typed into after the session ended leads to the sign-in', async () => {
      await page.context().clearCookies({ name: /session/ })
      await page.getByRole('searchbox').fill('x')
      await page.waitForURL(/\/signin\?next=/)
      expect(await heading().textContent()).toBe('Welcome back.')
    })

    test('saw no error of a script and nothing that the content policy refused', () => {
      expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([])
    })
  },
)
