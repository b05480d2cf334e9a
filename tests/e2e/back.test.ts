/** Losing a file, and getting it back to the computer: by a browser, with the computer's real program beside it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StartedAgent, startAgent } from '../support/run-agent.ts'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { connectAndBackUp, type Office, openOffice, owner, setUp } from './office.ts'

let office: Office
let browser: OpenBrowser
let page: Page
let complaints: readonly string[]
let daemon: StartedAgent

const patient = { timeout: 60_000 }
const invoices = () => join(office.folder, 'Invoices 2026')
const heading = () => page.getByRole('heading', { level: 1 })
const row = (name: string) => page.getByRole('row').filter({ hasText: name })

describe.skipIf(chromiumPath === undefined)(`back to the computer${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    office = await openOffice()
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    complaints = complaintsOf(page)
    await setUp(page, office)
    await connectAndBackUp(office)
    const words = ['--user', owner.email, '--password-file', 'password.txt', '--name', 'OLD-LAPTOP']
    await office.anotherAgent('OLD-LAPTOP')('connect', office.box.url, ...words)
  })
  afterAll(async () => {
    daemon?.process.kill('SIGTERM')
    await daemon?.ended
    await browser?.[Symbol.asyncDispose]()
    await office?.[Symbol.asyncDispose]()
  })

  test('a file that was lost is asked back while the computer is off, and comes when it is on', async () => {
    const path = join(invoices(), '03 March.xlsx')
    const lost = readFileSync(path)
    rmSync(path)
    await page.goto(`${office.box.url}/computers`)
    await page.getByRole('link', { name: 'RECEPTION-PC' }).click()
    await page.getByRole('link', { name: 'Get a file back' }).click()
    await page.getByRole('link', { name: 'Invoices 2026', exact: true }).click()
    await row('03 March.xlsx').getByRole('link', { name: 'Back to the computer: 03 March.xlsx' }).click()
    expect(await heading().textContent()).toContain('03 March.xlsx back to a computer.')
    expect(await page.locator('#meets').textContent()).toContain('RECEPTION-PC is off or asleep')
    await page.getByRole('button', { name: 'Back to RECEPTION-PC' }).click()
    await page.waitForURL(/\/restores\/rst_/)
    expect(await heading().textContent()).toContain('It waits until RECEPTION-PC appears.')
    daemon = startAgent(['run'], { home: join(dirname(office.folder), 'agent') })
    // Without a click: the page hears of it.
    await page.getByRole('heading', { name: 'Everything is back on RECEPTION-PC.' }).waitFor(patient)
    expect(readFileSync(path).equals(lost)).toBe(true)
    expect(await page.getByText('Read back and compared', { exact: true }).locator('..').textContent()).toMatch(
      /1\sfile, 84\.1\sKiB/,
    )
  })

  test('on a phone, the computer says what it would meet; a spoiled folder is reverted, and that is taken back', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    writeFileSync(join(invoices(), '01 January.xlsx'), 'spoiled')
    writeFileSync(join(invoices(), 'new.txt'), 'of today')
    await page.goto(`${office.box.url}/restores`)
    await row('03 March.xlsx').getByRole('link').first().click()
    await page.getByRole('link', { name: /^RECEPTION-PC, Today/ }).click()
    await page.getByRole('link', { name: 'Invoices 2026', exact: true }).click()
    await page.getByRole('link', { name: 'Back to the computer', exact: true }).click()
    await page.getByRole('radio', { name: /Replace all/ }).check()
    const told = page.locator('#rehearsal')
    await expect.poll(() => told.textContent(), patient).toMatch(/Are replaced\s*1/)
    expect(await told.textContent()).toMatch(/Are the same already\s*3/)
    await page.getByRole('radio', { name: /OLD-LAPTOP/ }).check()
    await page.getByRole('heading', { name: 'What it meets on OLD-LAPTOP' }).waitFor(patient)
    expect(await page.locator('#meets').textContent()).toContain('The box has no backup of OLD-LAPTOP to compare with.')
    expect(await page.getByRole('button', { name: 'Back to OLD-LAPTOP' }).count()).toBe(1)
    await page.goBack()
    await page.getByRole('link', { name: 'Revert', exact: true }).click()
    expect(await heading().textContent()).toContain('Make Invoices 2026 as it was')
    await expect.poll(() => told.textContent(), patient).toMatch(/Are not in it and go\s*1/)
    expect(await told.getByText('Which would go').locator('..').textContent()).toContain('new.txt')
    await page.getByRole('button', { name: 'Back up, then revert' }).click()
    await page.getByRole('heading', { name: 'It is as it was on RECEPTION-PC.' }).waitFor(patient)
    expect(readFileSync(join(invoices(), '01 January.xlsx')).length).toBe(84_000)
    expect(() => readFileSync(join(invoices(), 'new.txt'))).toThrow('ENOENT')
    await page.getByRole('link', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Back up, then revert' }).click()
    await page.getByRole('heading', { name: 'It is as it was on RECEPTION-PC.' }).waitFor(patient)
    expect(readFileSync(join(invoices(), '01 January.xlsx'), 'utf8')).toBe('spoiled')
    expect(readFileSync(join(invoices(), 'new.txt'), 'utf8')).toBe('of today')
  })

  test('nothing on the way complained', () => {
    expect(complaints).toEqual([])
  })
})
