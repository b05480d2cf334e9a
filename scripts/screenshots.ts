// Draws the pages, to be looked at: `node scripts/screenshots.ts FOLDER [NAME…]`. Every sample of tests/views/page-samples.ts by day,
// by night and on a phone, and the pages of a real box after real backups (`real`). NAMEs choose among them; `readme` draws docs/images/home.png.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright'
import { type OpenBrowser, openBrowser } from '../tests/e2e/browser.ts'
import { connectAndBackUp, openOffice, owner, setUp } from '../tests/e2e/office.ts'
import { serveSamplePages } from '../tests/support/sample-pages-server.ts'
import { runHoldfast } from '../tests/support/start-box.ts'
import { pageSamples } from '../tests/views/page-samples.ts'

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>

async function draw(page: Page, path: string): Promise<void> {
  await page.evaluate('document.fonts.ready')
  // As tall as the page: what sticks to the bottom of the screen then stands at the bottom of the picture.
  const { width, height } = page.viewportSize()!
  const whole = await page.locator('html').evaluate((html) => html.scrollHeight)
  await page.setViewportSize({ width, height: Math.max(whole, height) })
  await page.screenshot({ path })
  await page.setViewportSize({ width, height })
}

async function drawSamples(browser: OpenBrowser, folder: string, names: readonly string[]): Promise<void> {
  await using server = await serveSamplePages()
  for (const [look, options] of Object.entries(looks)) {
    const page = await browser.newPage(options)
    for (const name of names) {
      await page.goto(server.urlOf(name))
      await draw(page, join(folder, `${name}-${look}.png`))
    }
    await page.context().close()
  }
}

async function drawRealBox(browser: OpenBrowser, folder: string): Promise<void> {
  await using office = await openOffice({ privateDatabase: true })
  const first = await browser.newPage(looks.light)
  await setUp(first, office)
  await connectAndBackUp(office)
  await office.agent('backup')
  const storage = await first.context().storageState()
  await first.context().close()
  const { url } = office.box
  for (const [look, options] of Object.entries(looks)) {
    const page = await browser.newPage({ ...options, storageState: storage })
    const drawHere = (name: string) => draw(page, join(folder, `real-${name}-${look}.png`))
    await page.goto(url)
    await drawHere('home')
    await page.goto(`${url}/computers`)
    await drawHere('computers')
    await page.getByRole('link', { name: 'RECEPTION-PC' }).click()
    await drawHere('computer')
    await page.getByRole('link', { name: 'Get a file back' }).click()
    await drawHere('folder')
    await page.getByRole('link', { name: 'Letters', exact: true }).click()
    await drawHere('letters')
    await page.context().close()
  }
}

/** The picture of the README: four computers of an office, each backed up twice by its own agent. */
async function drawReadme(browser: OpenBrowser, folder: string): Promise<void> {
  await using office = await openOffice({ privateDatabase: true })
  const page = await browser.newPage(looks.light)
  await setUp(page, office)
  await connectAndBackUp(office)
  const { url, dataFolder } = office.box
  for (const name of ['ACCOUNTS-2', 'DRAWING-01', 'HELEN-LAPTOP']) {
    const agent = office.anotherAgent(name)
    await agent('connect', url, '--user', owner.email, '--password-file', 'password.txt', '--name', name)
    await agent('add', office.folder)
    await agent('backup')
  }
  await runHoldfast(['recovery-kit', '--customer', 'C-000001'], { HOLDFAST_DATA: dataFolder })
  await page.goto(url)
  await draw(page, join(folder, 'home.png'))
}

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) throw new Error('say where the pictures go: node scripts/screenshots.ts FOLDER [NAME…]')
mkdirSync(folder, { recursive: true })
await using browser = await openBrowser()
await drawSamples(browser, folder, names.length > 0 ? names.filter((name) => name in pageSamples) : Object.keys(pageSamples))
if (names.length === 0 || names.includes('real')) await drawRealBox(browser, folder)
if (names.includes('readme')) await drawReadme(browser, folder)
