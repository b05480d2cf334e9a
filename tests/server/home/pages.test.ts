import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customerKitAlarm } from '../../../server/recovery-kits/kit-reminders.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import type { UserIdentity } from '../../../server/users/user.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { insertVersion, sampleBody } from '../../support/insert-version.ts'
import { startOfTests } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let lateDevice: Awaited<ReturnType<typeof connectDevice>>

const counts = { ...sampleBody().counts, files: 46_310, bytes: 5 * 1024 ** 3, addedBytes: 212 * 1024 ** 2 }
const versionsOfLate = 30

beforeAll(async () => {
  box = await twoCustomers()
  lateDevice = await connectDevice(box, box.users.owner, { name: 'LATE-<PC>' })
  for (let seq = 1; seq <= versionsOfLate; seq += 1) {
    await insertVersion(box, lateDevice, { seq, receivedAt: startOfTests - (versionsOfLate - seq) * 3_600_000, body: { counts } })
  }
})
afterAll(() => box[Symbol.asyncDispose]())

async function open(user: UserIdentity | undefined, path: string, headers: Record<string, string> = {}) {
  const cookie = user === undefined ? {} : { cookie: await cookieOf(box, user) }
  const response = await box.app.request(path, { headers: { accept: 'text/html', ...cookie, ...headers } })
  const html = await response.text()
  const words = html
    .replace(/^[\s\S]*<main/, '<main')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ')
  return { status: response.status, location: response.headers.get('location'), html, words }
}

describe('Home', () => {
  test('says how the account stands, names its computers, and what the plan holds', async () => {
    const { status, html, words } = await open(box.users.owner, '/')
    expect(status).toBe(200)
    expect(words).toContain('Everything is backed up. Last: today 18:02. Next: when you start it.')
    expect(words).toContain('All 2 computers, 46,310 files')
    expect(words).toContain('Your plan: Silver')
    expect(words).toContain('2 of 10')
    expect(html).toContain('LATE-&lt;PC&gt;')
    expect(html).toContain('<b>Harbour Street Dental</b><small class="id">C-000002</small>')
  })

  test('asks the owner, and nobody who cannot do it, to print the recovery kit', async () => {
    expect((await open(box.users.owner, '/')).words).toContain('The recovery kit has not been printed yet.')
    expect((await open(box.users.viewer, '/')).words).not.toContain('The recovery kit')
  })

  test('asks once for a kit that is due: the alarm is for whoever is not asked', async () => {
    const { alarms } = box.care
    const { customerId } = box.own.customer
    const due = customerKitAlarm(customerId)
    await alarms.raise({ ...due, customerId, detail: 'The kit of C-000002 was never printed.' })
    const said = 'A recovery kit should be printed.'
    expect((await open(box.users.owner, '/')).words).not.toContain(said)
    expect((await open(box.users.viewer, '/')).words).toContain(said)
    await alarms.settle(due)
  })

  test('says what the box itself suffers from, in the place of the sentence: to staff, and to a customer what is theirs', async () => {
    const { alarms } = box.care
    const clock = { code: 'HF-CLOCK-JUMPED', subject: 'clock' } as const
    const own = { ...clock, subject: 'own', customerId: box.own.customer.customerId }
    await alarms.raise({ ...clock, detail: 'It showed 1970.' })
    await alarms.raise({ ...own, detail: 'A clock of their own.' })
    const said = 'The clock of the box jumped.'
    const entered = `${await cookieOf(box, box.users.administrator)}; holdfast_account_box_test=${box.own.customer.customerId}`
    expect((await open(undefined, '/', { cookie: entered })).words).toContain(said)
    const { words, html } = await open(box.users.owner, '/')
    expect(words).toContain(`${said} Since today at 18:02. A clock of their own.`)
    expect(html).toContain('<h1 class="sentence" data-state="partial">')
    expect(words).toContain('All 2 computers')
    await alarms.settle(own)
    const after = await open(box.users.owner, '/')
    expect(after.words).not.toContain(said)
    expect(after.words).toContain('Everything is backed up.')
    await alarms.settle(clock)
  })

  test('of an account without computers teaches the next step', async () => {
    const { status, words } = await open(box.users.foreign, '/')
    expect(status).toBe(200)
    expect(words).toContain('No computer is backed up here yet.')
    expect(words).toContain('bin/holdfast-agent connect http://localhost --user foreign@office.example')
  })

  test('sends strangers to the sign-in and back', async () => {
    const { status, location } = await open(undefined, '/?month=2026-02')
    expect(status).toBe(303)
    expect(location).toBe(`/signin?next=${encodeURIComponent('/?month=2026-02')}`)
  })

  test('says that a backup failed, and why, until one succeeds', async () => {
    const failing = await twoCustomers()
    await using _ = failing
    const { device, customer } = failing.device
    const runId = newId('run', systemRandomness)
    await failing.database.transaction(async (transaction) => {
      const run = { runId, customerId: customer.customerId, deviceId: device.deviceId, job: 'documents', startedAt: startOfTests }
      await failing.devicesSide.runs.open(transaction, run)
      const failure = { runId, code: 'HF-QUOTA-EXCEEDED', detail: 'The plan is full: 500 GiB.', endedAt: startOfTests + 1000 }
      await failing.devicesSide.runs.fail(transaction, failure)
    })
    const headers = { accept: 'text/html', cookie: await cookieOf(failing, failing.users.owner) }
    const home = await (await failing.app.request('/', { headers })).text()
    expect(home).toContain('The last backup of XRAY-PC failed.')
    const page = await (await failing.app.request(`/computers/${device.deviceId}`, { headers })).text()
    expect(page).toContain('The plan is full: 500 GiB.')
    expect(page).toContain('href="/docs/errors/HF-QUOTA-EXCEEDED"')
  })
})

describe('Computers', () => {
  test('lists them with what they hold', async () => {
    const { words } = await open(box.users.member, '/computers')
    expect(words).toContain('All 2 computers are safe.')
    expect(words).toContain('Debian GNU/Linux 12, x64')
    expect(words).toContain('5 GiB')
  })

  test('one of them says who it is and pages through its versions', async () => {
    const path = `/computers/${lateDevice.device.deviceId}`
    const first = await open(box.users.owner, path)
    expect(first.words).toContain('Backed up today at 18:02.')
    expect(first.words).toContain('D3600-A1, 4c4c4544-0042-3510-8052-b4c04f335931')
    expect(first.words).toContain('The newest 25')
    expect(first.html.match(/href="\/versions\/snap_[a-z2-7]{20}\/browse">/g)?.length).toBeGreaterThanOrEqual(25)
    const next = /href="([^"]*before=\d+)"/.exec(first.html)?.[1]
    const second = await open(box.users.owner, next!)
    expect(second.words).toContain('From 13 March 2026 back')
    expect(second.html).toContain(`href="${path}">`)
    expect(second.html).not.toContain('?before=')
  })

  test('staff see times and counts, and no way to the files', async () => {
    for (const user of [box.users.administrator, box.users.implementor]) {
      const { status, html, words } = await open(user, `/computers/${lateDevice.device.deviceId}`)
      expect(status).toBe(200)
      expect(words).toContain('Backed up today at 18:02.')
      expect(html).not.toContain('/versions/')
    }
  })

  test('another customer’s computer is as absent as one that never was', async () => {
    const foreign = await open(box.users.foreign, `/computers/${lateDevice.device.deviceId}`)
    const nothing = await open(box.users.foreign, '/computers/dev_aaaaaaaaaaaaaaaaaaaa')
    const nonsense = await open(box.users.foreign, '/computers/1%27--')
    for (const answer of [foreign, nothing, nonsense]) expect(answer.status).toBe(404)
    expect(foreign.words.replaceAll(/req_[\w-]+/g, '')).toBe(nothing.words.replaceAll(/req_[\w-]+/g, ''))
  })

  test('times are the reader’s', async () => {
    const german = { 'accept-language': 'de-DE', cookie: `${await cookieOf(box, box.users.owner)}; zone=Europe%2FBerlin` }
    const { words } = await open(undefined, `/computers/${lateDevice.device.deviceId}`, german)
    expect(words).toContain('Backed up today at 19:02.')
    expect(words).toContain('Times of Europe/Berlin')
    expect(words).toContain('46.310')
  })
})
