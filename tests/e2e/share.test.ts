/** Sharing, as people do it: one makes a link, another opens it on a telephone, and sends files back by another one. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backUpFolder } from '../support/back-up-folder.ts'
import { makeUploadLink } from '../support/made-share.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { helen } from '../support/test-app.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../support/upload-box.ts'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { axeViolations, sidewaysScrolls } from './page-checks.ts'

const weekMs = 7 * 24 * 60 * 60 * 1000
const plan = randomBytes(1_400_000)
const letter = Buffer.from('Dear Mr Okafor')
const linkPassword = 'eight or more'
const phone = { viewport: { width: 390, height: 844 }, acceptDownloads: true } as const

let upload: UploadBox
let computer: TestComputer
let home: ReturnType<typeof temporaryFolder>
let browser: OpenBrowser
/** Of the account. */
let desk: Page
let complaints: readonly string[]

describe.skipIf(chromiumPath === undefined)(`sharing${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    upload = await uploadBox()
    home = temporaryFolder()
    const folder = join(home.path, 'files')
    mkdirSync(join(folder, 'Harbour House'), { recursive: true })
    writeFileSync(join(folder, 'Harbour House', 'Ground floor.dwg'), plan)
    writeFileSync(join(folder, 'Harbour House', 'Letter.txt'), letter)
    writeFileSync(join(folder, 'Salaries.xlsx'), 'nobody’s business')
    computer = await connectComputer(upload)
    await backUpFolder(computer, folder)
    browser = await openBrowser()
    desk = await browser.newPage({ acceptDownloads: true })
    complaints = complaintsOf(desk)
    await desk.goto(`${upload.url}/signin`)
    await desk.getByLabel('Mail address').fill(helen.email)
    await desk.getByLabel('Password').fill(helen.password)
    await desk.getByRole('button', { name: 'Sign in' }).click()
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await computer?.[Symbol.asyncDispose]()
    await upload?.[Symbol.asyncDispose]()
    home?.[Symbol.dispose]()
  })

  const openFolder = async () => {
    await desk.goto(`${upload.url}/computers`)
    await desk.getByRole('link', { name: 'RECEPTION', exact: true }).click()
    await desk.getByRole('link', { name: 'Get a file back' }).click()
  }
  const madeLink = async () => (await desk.locator('#link').textContent()) ?? ''
  /** Somebody else, who has only the link. */
  const stranger = async (link: string, options = {}) => {
    const page = await browser.newPage({ ...phone, ...options })
    await page.goto(link)
    return page
  }
  const downloaded = async (page: Page, name: string | RegExp, file: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()])
    const path = join(home.path, file)
    await download.saveAs(path)
    return path
  }

  test('a folder with a password, fetched on a telephone until the link ends', async () => {
    await openFolder()
    await desk.getByRole('link', { name: 'Share Harbour House' }).click()
    await desk.getByLabel('Message').fill('Dear Mr Okafor,\nhere they are.')
    await desk.getByLabel(/^Password/).fill(linkPassword)
    await desk.getByRole('button', { name: 'Make the link' }).click()
    const link = await madeLink()
    expect(link).toMatch(new RegExp(`^${upload.url}/s/[\\w-]{43}$`))
    const sharing = await desk.getByRole('link', { name: 'Done' }).getAttribute('href')

    const other = await stranger(link)
    await other.getByLabel('Password of the link').fill('something else')
    await other.getByRole('button', { name: 'Go on' }).click()
    expect(await other.getByText('This is not the password of the link.').isVisible()).toBe(true)
    await other.getByLabel('Password of the link').fill(linkPassword)
    await other.getByRole('button', { name: 'Go on' }).click()
    expect(await other.getByRole('heading', { level: 1 }).textContent()).toBe('Helen Calder has shared a folder with you.')
    expect(await other.getByText('Salaries').count()).toBe(0)
    expect({ inTheWay: await axeViolations(other), tooWide: await sidewaysScrolls(other) }).toEqual({ inTheWay: [], tooWide: [] })
    await other.getByRole('link', { name: 'Letter.txt', exact: true }).click()
    expect(await other.locator('pre').textContent()).toBe(String(letter))
    expect({ inTheWay: await axeViolations(other), tooWide: await sidewaysScrolls(other) }).toEqual({ inTheWay: [], tooWide: [] })
    await other.goBack()
    const file = await downloaded(other, 'Download Ground floor.dwg', 'one.dwg')
    expect(readFileSync(file).equals(plan)).toBe(true)
    const zip = await downloaded(other, 'Download all', 'all.zip')
    const read = (name: string) =>
      execFileSync(
        'python3',
        ['-c', 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))', zip, name],
        {
          maxBuffer: 8_000_000,
        },
      )
    expect(read('Ground floor.dwg').equals(plan) && read('Letter.txt').equals(letter)).toBe(true)

    await desk.goto(upload.url + sharing)
    const uses = await desk.getByRole('table').textContent()
    for (const words of [
      'Fetched Ground floor.dwg',
      'Fetched everything',
      'Looked at Letter.txt',
      'Opened the page',
      'Wrong password',
    ])
      expect(uses).toContain(words)

    upload.box.clock.advance(weekMs)
    await other.goto(link)
    expect(await other.getByRole('heading', { level: 1 }).textContent()).toBe('This link has ended.')
    await other.context().close()
    upload.box.clock.advance(-weekMs)
  })

  test('a link is withdrawn, and says so', async () => {
    await openFolder()
    await desk.getByRole('link', { name: 'Harbour House', exact: true }).click()
    await desk.getByRole('link', { name: 'Share Letter.txt' }).click()
    await desk.getByRole('button', { name: 'Make the link' }).click()
    const link = await madeLink()
    const other = await stranger(link)
    expect(readFileSync(await downloaded(other, /^Download$/, 'letter.txt')).equals(letter)).toBe(true)
    await desk.getByRole('link', { name: 'Done' }).click()
    await desk.getByRole('button', { name: 'Withdraw the link' }).click()
    await other.reload()
    expect(await other.getByRole('heading', { level: 1 }).textContent()).toBe('This link was withdrawn.')
    await other.context().close()
  })

  test('files are sent by a link, with script and without, and are found as versions', async () => {
    await desk.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sharing' }).click()
    await desk.getByRole('link', { name: 'Ask somebody for files' }).click()
    await desk.getByLabel('Title').fill('Survey')
    await desk.getByRole('button', { name: 'Make the link' }).click()
    const link = await madeLink()
    const film = randomBytes(5_000_000)
    const files = [
      { name: 'film.mp4', mimeType: 'video/mp4', buffer: film },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: letter },
    ]
    for (const javaScriptEnabled of [true, false]) {
      const other = await stranger(link, { javaScriptEnabled })
      await other.getByLabel('Your name').fill(javaScriptEnabled ? 'Mr Okafor' : '')
      await other.getByLabel('Files').setInputFiles(files)
      await other.getByRole('button', { name: 'Send' }).click()
      await other.getByRole('heading', { name: 'Your 2 files have arrived.' }).waitFor()
      await other.context().close()
    }
    await desk.getByRole('link', { name: 'Done' }).click()
    await desk.getByRole('link', { name: 'What has come' }).click()
    expect(await desk.getByRole('heading', { level: 1 }).textContent()).toBe('Inbox')
    await desk.getByRole('link', { name: 'Get a file back' }).click()
    expect(await desk.getByRole('rowheader').allTextContents()).toHaveLength(2)
    await desk
      .getByRole('link', { name: /Mr Okafor/ })
      .first()
      .click()
    expect(readFileSync(await downloaded(desk, 'Download film.mp4', 'film.mp4')).equals(film)).toBe(true)
    expect(complaints).toEqual([])
  })

  test('what is refused says so, has the focus, and can be sent again from where one is', async () => {
    const { box } = upload
    const wish = { title: 'Refused', password: linkPassword, bytesMax: 5_000_000 }
    const { token, share } = await makeUploadLink(box, box.user, box.customer.customerId, wish)
    const other = await stranger(`${upload.url}/u/${token}`)
    const unlock = async () => {
      await other.getByLabel('Password of the link').fill(linkPassword)
      await other.getByRole('button', { name: 'Go on' }).click()
    }
    const choose = (bytes: number) =>
      other.getByLabel('Files').setInputFiles([{ name: 'plan.dwg', mimeType: 'image/vnd.dwg', buffer: randomBytes(bytes) }])
    const focused = () => other.evaluate<string>('document.activeElement.textContent || document.activeElement.id')
    const refused = async (words: string) => {
      await other.getByRole('button', { name: 'Send' }).click()
      await other.getByText(words).waitFor()
    }
    await unlock()
    await choose(1_000_000)
    box.clock.advance(3 * 60 * 60 * 1000)
    await refused('Some time has passed: type the password again. Nothing has arrived.')
    expect(await focused()).toBe('password')
    await unlock()
    const { subscriptionId } = (await box.devicesSide.devices.find(share.deviceId))!
    const setQuota = (bytes: number) =>
      box.database.kysely.updateTable('subscriptions').set({ quota_bytes: bytes }).where('id', '=', subscriptionId).execute()
    const { quotaBytes } = (await box.people.subscriptions.find(subscriptionId))!
    await setQuota(1)
    await choose(1_000_000)
    await refused('The plan of this account has no room for it.')
    expect(await focused()).toContain('The plan of this account has no room for it.')
    await setQuota(quotaBytes)
    // The form that came with the answer is listened to like the first one.
    await choose(6_000_000)
    await other.getByText('These are 5.7 MiB; 4.8 MiB are taken.').waitFor()
    await choose(1_000_000)
    await other.getByRole('button', { name: 'Send' }).click()
    await other.getByRole('heading', { name: 'Your file has arrived.' }).waitFor()
    await other.context().close()
  })
})
