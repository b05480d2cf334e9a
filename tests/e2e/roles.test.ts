/**
 * From an empty box to a customer with three computers, every form without a script; then each role over each page that it is
 * led to. HOLDFAST_SHOTS=1 takes a picture of each at three widths, by day and by night, in tests/e2e/shots.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { followLinks, kindOf } from './crawl.ts'
import { type Office, openOffice, owner, setUp } from './office.ts'
import { axeViolations, sidewaysScrolls, tabTroubles, widths } from './page-checks.ts'

const password = 'five sober herons wade'
const customerName = 'Harbour Surveyors'
const shots = process.env.HOLDFAST_SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined

type Role = 'administrator' | 'implementor' | 'owner' | 'member' | 'viewer'
const emails: Readonly<Record<Role, string>> = {
  administrator: owner.email,
  implementor: 'ivo@holdfast.example',
  owner: 'olga@surveyors.example',
  member: 'max@surveyors.example',
  viewer: 'vera@surveyors.example',
}

/** What a role must come to by links alone, and what it must never be led to. */
const places: Readonly<Record<Role, { readonly leadsTo: readonly string[]; readonly keepsFrom: readonly RegExp[] }>> = {
  administrator: {
    leadsTo: ['/overview', '/customers', '/fleet', '/plans', '/storage', '/jobs', '/alerts', '/people', '/audit', '/settings'],
    keepsFrom: [],
  },
  implementor: {
    leadsTo: ['/overview', '/customers', '/customers/new', '/fleet', '/alerts'],
    keepsFrom: [/\/browse/, /^\/settings/, /^\/storage/, /^\/people$/],
  },
  owner: {
    leadsTo: [
      '/computers',
      '/computers/add',
      '/activity',
      '/account',
      '/account/people',
      '/account/plan',
      '/account/audit',
      '/me',
    ],
    keepsFrom: [/^\/customers$/, /^\/fleet/, /^\/settings/, /^\/storage/, /^\/plans/, /^\/jobs/],
  },
  member: {
    leadsTo: ['/computers', '/computers/add', '/activity', '/me'],
    keepsFrom: [/^\/customers$/, /^\/fleet/, /^\/settings/, /^\/storage/, /^\/account\/edit/],
  },
  viewer: {
    leadsTo: ['/computers', '/activity', '/me'],
    keepsFrom: [/^\/customers$/, /^\/fleet/, /^\/settings/, /^\/storage/, /^\/computers\/add/, /\/switch$/],
  },
}

let office: Office
let browser: OpenBrowser
/** Kinds of pages that a walk has looked at closely already: the same page is not looked at five times. */
const lookedAt = new Set<string>()

async function signedInAs(role: Role, options: Parameters<OpenBrowser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
  await page.goto(`${office.box.url}/signin`)
  await page.getByLabel('Mail address').fill(emails[role])
  await page.getByLabel('Password').fill(role === 'administrator' ? owner.password : password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname !== '/signin')
  return page
}

const linkOn = async (page: Page) => {
  const link = /https?:\/\/\S+\/invitation\?token=[\w-]+/.exec((await page.locator('main').textContent()) ?? '')
  if (link === null) throw new Error(`no invitation on the page: ${await page.locator('main').textContent()}`)
  return link[0]
}

async function accept(link: string, name: string): Promise<void> {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await page.goto(link)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.goto(`${office.box.url}/me`)
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(name)
  await page.context().close()
}

async function invite(page: Page, at: string, email: string, role: RegExp): Promise<string> {
  await page.goto(`${office.box.url}${at}`)
  await page.getByLabel('Mail address').fill(email)
  await page.getByRole('radio', { name: role }).check()
  await page.getByRole('button', { name: 'Invite' }).click()
  return linkOn(page)
}

async function takePictures(page: Page, role: Role, url: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  const name = kindOf(url.slice(office.box.url.length)).replaceAll(/[^a-z0-9]+/gi, '-')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      await page.screenshot({ path: join(shots, `${role}${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
  }
}

/** Six pictures of a page take longer than looking at it. */
const timeout = shots === undefined ? patienceMs : 5 * patienceMs

describe.skipIf(chromiumPath === undefined)(`each role over each page${neededBrowser}`, { timeout }, () => {
  beforeAll(async () => {
    office = await openOffice()
    browser = await openBrowser()
  }, patienceMs)
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await office?.[Symbol.asyncDispose]()
  })

  test('an empty box becomes one with a customer, its people and three computers, without a script', async () => {
    const { url } = office.box
    const admin = await browser.newPage({ javaScriptEnabled: false })
    await setUp(admin, office)
    await accept(await invite(admin, '/people', emails.implementor, /Implementor/), 'Ivo Lind')

    const ivo = await signedInAs('implementor', { javaScriptEnabled: false })
    expect(new URL(ivo.url()).pathname).toBe('/overview')
    await ivo.goto(`${url}/customers/new`)
    await ivo.getByLabel('Company').fill(customerName)
    await ivo.getByRole('radio', { name: /Silver/ }).check()
    await ivo.getByLabel('Mail address of the owner').fill(emails.owner)
    await ivo.getByRole('button', { name: 'Add this customer' }).click()
    await accept(await linkOn(ivo), 'Olga Marin')

    const olga = await signedInAs('owner', { javaScriptEnabled: false })
    await accept(await invite(olga, '/account/people', emails.member, /Member/), 'Max Brandt')
    await accept(await invite(olga, '/account/people', emails.viewer, /Viewer/), 'Vera Sand')

    await olga.goto(`${url}/computers/add`)
    await olga.getByLabel('Computers that may come by it').fill('3')
    await olga.getByRole('button', { name: 'Make the link' }).click()
    const command = (await olga.getByRole('region', { name: 'Command for Linux and macOS' }).textContent()) ?? ''
    const link = /'([^']+)'/.exec(command)![1]!
    for (const [index, name] of ['FRONT-DESK', 'PLOTTER', 'ARCHIVE'].entries()) {
      const agent = office.anotherAgent(name)
      const folder = join(office.folder, '..', name)
      mkdirSync(folder)
      writeFileSync(join(folder, `Survey ${index}.txt`), `measured by ${name}`)
      await agent('connect', link, '--name', name)
      await agent('add', folder)
      await agent('backup')
    }
    await olga.goto(`${url}/computers`)
    for (const name of ['FRONT-DESK', 'PLOTTER', 'ARCHIVE']) expect(await olga.getByRole('link', { name }).count(), name).toBe(1)
    await olga.goto(`${url}/`)
    expect(await olga.getByRole('heading', { level: 1 }).textContent()).toContain('Everything is backed up.')
    for (const page of [admin, ivo, olga]) await page.context().close()
  })

  test.each(Object.keys(places) as Role[])('%s', async (role) => {
    const page = await signedInAs(role)
    const complaints = complaintsOf(page)
    const start = `${office.box.url}/`
    const walked = await followLinks(page, { startUrl: start, ofAKind: 1 }, async (url) => {
      const kind = kindOf(url.slice(office.box.url.length))
      if (shots !== undefined) await takePictures(page, role, url)
      // Links are looked for where all of them are seen.
      await page.setViewportSize({ width: 1280, height: 900 })
      if (lookedAt.has(kind)) return
      lookedAt.add(kind)
      expect(await tabTroubles(page), url).toEqual([])
      expect(await axeViolations(page), url).toEqual([])
      expect(await sidewaysScrolls(page), url).toEqual([])
      await page.setViewportSize({ width: 1280, height: 900 })
    })
    const paths = walked.map((url) => url.slice(office.box.url.length))
    expect(paths).toEqual(expect.arrayContaining([...places[role].leadsTo]))
    for (const pattern of places[role].keepsFrom) expect(paths.filter((path) => pattern.test(path))).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
