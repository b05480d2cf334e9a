import { readFileSync } from 'node:fs'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { followLinks } from './crawl.ts'
import { connectAndBackUp, type Office, openOffice, owner, setUp, signIn } from './office.ts'
import { axeViolations, sidewaysScrolls, tabTroubles } from './page-checks.ts'

let office: Office
let browser: OpenBrowser
/** Addresses of all pages of a box with a backup, found by following its links. */
let pages: readonly string[]

async function signedIn(options: Parameters<OpenBrowser['newPage']>[0]): Promise<Page> {
  const page = await browser.newPage(options)
  await signIn(page, office)
  return page
}

describe.skipIf(chromiumPath === undefined)(
  `the pages of a box, for every reader${neededBrowser}`,
  { timeout: patienceMs },
  () => {
    beforeAll(async () => {
      office = await openOffice()
      browser = await openBrowser()
      const page = await browser.newPage()
      await setUp(page, office)
      await connectAndBackUp(office)
      pages = await followLinks(page, { startUrl: `${office.box.url}/`, ofAKind: 1 })
      await page.context().close()
    })
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]()
      await office?.[Symbol.asyncDispose]()
    })

    test('no link leads nowhere', () => {
      expect(pages.every((page) => page.startsWith(office.box.url))).toBe(true)
      expect(pages.length).toBeGreaterThan(15)
    })

    test('folders stand in nobody’s way: of few names, of odd ones, of so many that there are pages', async () => {
      const page = await signedIn({ viewport: { width: 1280, height: 900 } })
      const complaints = complaintsOf(page)
      for (const pattern of [/\/browse\?top$/, /\/Letters$/, /\/Scans$/, /\/Scans\?after=/]) {
        const url = pages.find((one) => pattern.test(one))
        if (url === undefined) throw new Error(`no link led to ${pattern}`)
        await page.setViewportSize({ width: 1280, height: 900 })
        await page.goto(url)
        if (!url.includes('Scans')) {
          expect(await tabTroubles(page), url).toEqual([])
          expect(await axeViolations(page), url).toEqual([])
        }
        expect(await sidewaysScrolls(page), url).toEqual([])
      }
      expect(complaints).toEqual([])
      await page.context().close()
    })

    test('signing in, opening a folder and getting a file back need no mouse', async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
      await page.goto(`${office.box.url}/signin`)
      const pressUntil = async (name: string | RegExp) => {
        for (let count = 0; count < 60; count += 1) {
          await page.keyboard.press('Tab')
          const focused = (await page.locator(':focus').textContent()) ?? ''
          if (typeof name === 'string' ? focused.trim() === name : name.test(focused)) return
        }
        throw new Error(`the Tab key did not come to ${name}`)
      }
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.type(owner.email)
      await page.keyboard.press('Tab')
      await page.keyboard.type(owner.password)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${office.box.url}/`)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForURL(/#main$/)
      await pressUntil('Get a file back')
      await page.keyboard.press('Enter')
      await page.waitForURL(/browse/)
      await pressUntil('Letters')
      await page.keyboard.press('Enter')
      await page.waitForURL(/Letters$/)
      await pressUntil(/^Download\s+read me first!\.txt$/)
      const [saved] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
      expect(readFileSync((await saved.path())!, 'utf8')).toBe('hello')
      await page.context().close()
    })

    test('without scripts everything works that works with them', async () => {
      const page = await signedIn({ javaScriptEnabled: false })
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Everything is backed up.')
      await page.getByRole('link', { name: 'Get a file back' }).click()
      await page.getByRole('link', { name: 'Scans', exact: true }).click()
      await page.getByRole('searchbox').fill('0444')
      await page.getByRole('button', { name: 'Filter' }).click()
      expect(await page.getByRole('rowheader').allTextContents()).toEqual([expect.stringContaining('Scan 0444.pdf')])
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download Scan 0444.pdf' }).click(),
      ])
      expect(readFileSync((await saved.path())!, 'utf8')).toBe('scan 444')
      await page.getByRole('button', { name: 'Sign out' }).first().click()
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Welcome back.')
      await page.context().close()
    })

    test('a phone has the menu at the bottom, and a way out', async () => {
      const page = await signedIn({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
      const menu = page.getByRole('navigation', { name: 'Main' })
      expect((await menu.boundingBox())!.y).toBeGreaterThan(700)
      await menu.getByRole('link', { name: 'Computers' }).tap()
      await page.getByRole('link', { name: 'RECEPTION-PC' }).tap()
      await page.getByRole('link', { name: 'Get a file back' }).tap()
      await page.waitForURL(/browse/)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Documents')
      await menu.getByRole('button', { name: 'Sign out' }).tap()
      await page.waitForURL(/signin/)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Welcome back.')
      await page.context().close()
    })
  },
)
