/** Lose a file, find it, get it back: in three clicks, at a desk and on a telephone. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { connectAndBackUp, type Office, openOffice, owner, setUp } from './office.ts'
import { axeViolations, sidewaysScrolls } from './page-checks.ts'

let office: Office
let browser: OpenBrowser
let page: Page
let complaints: readonly string[]

const lost = 'Ground floor, rev C.dwg'
const contentOf = (name: string) => office.files.find((file) => file.name.equals(Buffer.from(name)))!.content
const heading = () => page.getByRole('heading', { level: 1 })
const found = () => page.locator('.find')

async function download(click: () => Promise<void>) {
  const [saved] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: saved.suggestedFilename(), bytes: readFileSync((await saved.path())!) }
}

describe.skipIf(chromiumPath === undefined)(`a file that was lost${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    office = await openOffice()
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    complaints = complaintsOf(page)
    await setUp(page, office)
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await office?.[Symbol.asyncDispose]()
  })

  test('before the first backup the page says what comes first', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Restore' }).click()
    expect(await heading().textContent()).toContain('There is nothing to bring back yet.')
  })

  test('is found while one types its name, and got back byte for byte', async () => {
    await connectAndBackUp(office)
    rmSync(join(office.folder, 'Harbour House', lost))
    writeFileSync(join(office.folder, 'Letters', 'read me first!.txt'), 'hello again')
    await office.agent('backup')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Restore' }).click()
    expect(await heading().textContent()).toBe('What would you like back?')
    await page.getByRole('searchbox').fill('ground flo')
    await expect.poll(() => found().count()).toBe(1)
    expect(await found().textContent()).toMatch(/Deleted today; last seen today at/)
    expect(await page.locator('.find mark').allTextContents()).toEqual(['Ground', 'flo'])
    await page.waitForURL(/\/restore\?q=ground\+flo/)
    const saved = await download(() =>
      found()
        .getByRole('link', { name: `Download ${lost}` })
        .first()
        .click(),
    )
    expect(saved.name).toBe(lost)
    expect(saved.bytes.equals(contentOf(lost))).toBe(true)
    // The address is the page: it says the same again.
    await page.reload()
    expect(await found().count()).toBe(1)
  })

  test('an older version of a file that is still there', async () => {
    await page.getByRole('searchbox').fill('read me')
    await expect.poll(() => found().first().textContent()).toContain('read me first!.txt')
    await found().first().getByRole('link', { name: 'read me first!.txt' }).first().click()
    expect(await page.locator('.lead').textContent()).toMatch(/2\sversions since today/)
    expect(await page.getByText('6\u00a0bytes more').count()).toBeGreaterThan(0)
    const saved = await download(() => page.getByRole('row').last().getByRole('link', { name: 'Download' }).click())
    expect(saved.bytes.toString()).toBe('hello')
    await page.getByRole('link', { name: 'Compare the whole folder' }).click()
    expect(await page.locator('.lead').textContent()).toBe('0 new, 1 changed, 0 deleted.')
  })

  test('on a telephone, and without a script, it is the same three clicks', async () => {
    page = await browser.newPage({ viewport: { width: 390, height: 800 }, javaScriptEnabled: false })
    await page.goto(`${office.box.url}/signin`)
    await page.getByLabel('Mail address').fill(owner.email)
    await page.getByLabel('Password').fill(owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Restore' }).click()
    await page.getByRole('searchbox').fill('*.dwg')
    await page.getByRole('combobox', { name: 'Deleted files' }).selectOption('deleted')
    await page.getByRole('button', { name: 'Find' }).click()
    expect(await found().count()).toBe(1)
    const saved = await download(() =>
      found()
        .getByRole('link', { name: `Download ${lost}` })
        .first()
        .click(),
    )
    expect(saved.bytes.equals(contentOf(lost))).toBe(true)
  })

  test('nothing is in anybody’s way on the way', async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.goto(`${office.box.url}/signin`)
    await page.getByLabel('Mail address').fill(owner.email)
    await page.getByLabel('Password').fill(owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${office.box.url}/`)
    await page.goto(`${office.box.url}/restore?q=dwg&sort=largest`)
    expect(await found().count()).toBe(2)
    await found()
      .first()
      .getByRole('button', { name: /^Basket/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Basket' }).waitFor()
    expect(
      await found()
        .first()
        .getByRole('button', { name: /^In basket/ })
        .count(),
    ).toBeGreaterThan(0)
    expect(page.url()).toContain('q=dwg')
    expect(await axeViolations(page)).toEqual([])
    expect(await sidewaysScrolls(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
