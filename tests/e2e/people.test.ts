/** People on a real box, in a real browser: two-factor sign-in, an invitation handed over, somebody new who comes in by it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { totpCode, totpStepAt } from '../../server/second-factors/totp.ts'
import { decodeBase32 } from '../support/decode-base32.ts'
import { chromiumPath, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { type Office, openOffice, owner, setUp } from './office.ts'

let office: Office
let browser: OpenBrowser

describe.skipIf(chromiumPath === undefined)(`people in the browser${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    office = await openOffice({})
    browser = await openBrowser()
  }, patienceMs)
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await office?.[Symbol.asyncDispose]()
  })

  test('a second factor, an invitation that is handed over, and two steps at the door', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    const { url } = office.box
    await setUp(page, office)

    await page.goto(`${url}/me/two-factor`)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByText('Without a camera').click()
    const secret = decodeBase32(((await page.locator('.key-text').textContent()) ?? '').replaceAll(/\s/g, ''))
    await page.getByLabel('Code', { exact: true }).fill(totpCode(secret, totpStepAt(Date.now())))
    await page.getByRole('button', { name: 'Turn it on' }).click()
    const [recoveryCode = ''] = await page.locator('.codes li').allTextContents()
    expect(await page.locator('.codes li').count()).toBe(10)
    await page.getByRole('link', { name: 'I have kept them' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Two-factor sign-in is on.')

    await page.goto(`${url}/account/people`)
    await page.getByLabel('Mail address').fill('nina@calder-rowe.example')
    await page.getByRole('button', { name: 'Invite' }).click()
    const link = (await page.getByRole('region', { name: 'To be copied' }).textContent()) ?? ''
    expect(link).toContain('/invitation?token=')

    const ninas = await browser.newPage({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false })
    await ninas.goto(link)
    await ninas.getByLabel('Your name').fill('Nina Ford')
    await ninas.getByLabel('Password').fill('five sober herons wade')
    await ninas.getByRole('button', { name: 'Accept the invitation' }).click()
    await ninas.goto(`${url}/me`)
    expect(await ninas.getByLabel('Name', { exact: true }).inputValue()).toBe('Nina Ford')
    await ninas.goto(link)
    expect(await ninas.getByRole('heading', { level: 1 }).textContent()).toBe('This invitation was accepted.')

    await page.context().clearCookies()
    await page.goto(`${url}/me`)
    await page.getByLabel('Mail address').fill(owner.email)
    await page.getByLabel('Password').fill(owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Code', { exact: true }).fill(recoveryCode)
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect(await page.getByText('9 recovery codes are left.').count()).toBe(1)
    expect(await page.getByText('this one').count()).toBe(1)
  })
})
