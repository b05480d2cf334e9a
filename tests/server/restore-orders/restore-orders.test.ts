/** Whose a restore order is, what it lets a computer read, and how it ends without a word of the computer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeSelectedItem } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { orderLifetimeMs } from '../../../server/orders/order.ts'
import {
  isUnderWay,
  mayStrip,
  parseFolder,
  type RestoreOrder,
  reportAwaitedMs,
} from '../../../server/restore-orders/restore-order.ts'
import { findDeviceVersion } from '../../../server/retention/device-versions-table.ts'
import { parseId } from '../../../server/runtime/ids.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { eventually } from '../../support/eventually.ts'
import { mailServer, readMail } from '../../support/mail-server.ts'
import { fileEntry, folderEntry } from '../../support/store-tree.ts'
import { storeVersion } from '../../support/stored-version.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let version: Snapshot
let other: Awaited<ReturnType<typeof connectDevice>>
let theirs: Awaited<ReturnType<typeof connectDevice>>
const cookies: Record<string, string> = {}

const nothing = {
  ...{
    files: 2,
    folders: 1,
    bytes: 20,
    replaced: 0,
    same: 0,
    kept: 0,
    beside: 0,
    failed: 0,
    verifiedFiles: 2,
    verifiedBytes: 20,
  },
  ...{ removed: 0, left: 0, notSet: 0, sockets: 0, elapsedMs: 5, attempts: 1 },
}
const noNames = { kept: [], beside: [], failed: [], notSet: [], left: [] }
const doneReport = { state: 'done', counters: nothing, ...noNames }

beforeAll(async () => {
  box = await twoCustomers()
  const store = (seq: number, words: string) =>
    storeVersion(
      box,
      box.device,
      (writer) => {
        const docs = new Map([
          ['letter.txt', fileEntry(`${words} letter`)],
          ['list.csv', fileEntry('the same list')],
        ])
        const home = new Map([
          ['docs', folderEntry(writer.addFolder(docs))],
          ['secret.txt', fileEntry('not for everybody')],
        ])
        return new Map([['home', folderEntry(writer.addFolder(home))]])
      },
      { seq },
    )
  version = await store(2, 'March')
  await store(3, 'April')
  other = await connectDevice(box, box.users.owner, { name: 'OTHER-PC' })
  theirs = await connectDevice(box, box.users.foreign, { name: 'THEIRS' })
  for (const role of ['owner', 'member', 'viewer', 'foreign', 'implementor'] as const)
    cookies[role] = await cookieOf(box, box.users[role])
})
afterAll(() => box[Symbol.asyncDispose]())

const jsonOf = async (path: string, who: string, body?: object) => {
  const headers = {
    cookie: cookies[who]!,
    origin: 'http://localhost',
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
  }
  return box.app.request(path, { headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) })
}
const page = (path: string, who = 'owner') => box.app.request(path, { headers: { cookie: cookies[who]! } })
const agent = (token: string, path: string, body?: object) =>
  box.app.request(`/api/agent/v1${path}`, {
    headers: { authorization: `Bearer ${token}`, 'holdfast-protocol': '1', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
const order = async (more: object = {}, who = 'owner') => {
  const answer = await jsonOf('/api/v1/restores', who, { version: version.id, paths: ['/home/docs'], ...more })
  return {
    status: answer.status,
    ...(await bodyOf<{ id: string; code: string; state: string; files: number; bytes: number }>(answer)),
  }
}
const ofOther = () => ({ device: other.device.deviceId })
/** The newest order to the other computer, as its program finds it. */
const givenToOther = async () => {
  const { orders } = await bodyOf<{ orders: { id: string; kind: string }[] }>(await agent(other.token, '/orders'))
  return orders.findLast(({ kind }) => kind === 'restore')!.id
}
const textOf = async (path: string, who = 'owner') => (await (await page(path, who)).text()).replaceAll('\u00a0', ' ')

describe('a restore order', () => {
  test('is for owners and members, and for nobody of another account', async () => {
    expect(await order({}, 'viewer')).toMatchObject({ status: 403, code: 'HF-FORBIDDEN' })
    expect(await order({}, 'implementor')).toMatchObject({ status: 403, code: 'HF-FORBIDDEN' })
    expect(await order({}, 'foreign')).toMatchObject({ status: 404, code: 'HF-NOT-FOUND' })
    expect(await order({ device: theirs.device.deviceId })).toMatchObject({ status: 404, code: 'HF-NOT-FOUND' })
    const { id, files, bytes, status } = await order({}, 'member')
    expect({ files, bytes, status }).toEqual({ files: 2, bytes: 25, status: 201 })
    for (const path of [`/restores/${id}`, `/restores/${id}/live`, `/api/v1/restores/${id}`]) {
      expect([path, (await page(path, 'foreign')).status]).toEqual([path, 404])
      expect([path, (await page(path, 'implementor')).status]).toEqual([path, 403])
    }
    expect((await page(`/restores/${id}`, 'viewer')).status).toBe(200)
    const cancel = (who: string) => box.app.request(`/restores/${id}/cancel`, formRequest({}, { cookie: cookies[who]! }))
    expect((await cancel('foreign')).status).toBe(404)
    expect((await cancel('viewer')).status).toBe(403)
    expect((await bodyOf<{ items: unknown[] }>(await page('/api/v1/restores', 'foreign'))).items).toEqual([])
    expect((await cancel('member')).status).toBe(303)
  })

  test('asked for twice before anybody took it, is one', async () => {
    const [first, second] = [await order(), await order()]
    expect(second.id).toBe(first.id)
    await jsonOf(`/api/v1/restores/${first.id}/cancel`, 'owner', {})
    const atOnce = await Promise.all([order({ mode: 'revert' }), order({ mode: 'revert' }), order({ mode: 'revert' })])
    expect(new Set(atOnce.map(({ id }) => id)).size).toBe(1)
    await jsonOf(`/api/v1/restores/${atOnce[0]!.id}/cancel`, 'owner', {})
  })

  test('holds its version, as long as it is open', async () => {
    const { id } = await order(ofOther())
    const isInUse = async () => (await findDeviceVersion(box.database.kysely, version.id))?.isInUse
    expect(await isInUse()).toBe(true)
    await jsonOf(`/api/v1/restores/${id}/cancel`, 'owner', {})
    expect(await isInUse()).toBe(false)
  })

  test('cancelled before the computer was given anything, nothing was written; after that, the page waits for its word', async () => {
    const early = await order(ofOther())
    await jsonOf(`/api/v1/restores/${early.id}/cancel`, 'owner', {})
    expect(await textOf(`/restores/${early.id}`)).toMatch(/before OTHER-PC had begun\..*Nothing was written\./s)

    const { id } = await order(ofOther())
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(200)
    await jsonOf(`/api/v1/restores/${id}/cancel`, 'owner', {})
    const waiting = await textOf(`/restores/${id}`)
    expect(waiting).toContain('What it wrote by then OTHER-PC has not said.')
    expect(waiting).not.toContain('Nothing was written')
    expect(waiting).toContain('hx-sse:connect')
    expect(waiting).toContain(`again=${id}`)
    await agent(other.token, `/restores/${id}`, { ...doneReport, state: 'cancelled' })
    const told = await textOf(`/restores/${id}`)
    expect(told).toContain('2 files, 20 bytes')
    expect(told).not.toContain('hx-sse:connect')
    const again = await textOf(`/restores/new?version=${version.id}&again=${id}`)
    expect(again).toContain('/home/docs')
    expect((await page(`/restores/new?version=${version.id}&again=${id}`, 'foreign')).status).toBe(404)
  })

  test('whose report does not come, though the computer says it is done, has failed; a late report says how it was', async () => {
    const { restoreOrders } = box.restoresSide
    const { id } = await order(ofOther())
    await agent(other.token, `/restores/${id}`)
    await agent(other.token, `/orders/${await givenToOther()}`, { state: 'done' })
    await restoreOrders.settle()
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({ state: 'running' })
    box.clock.advance(reportAwaitedMs)
    await restoreOrders.settle()
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({ state: 'failed', code: 'HF-AGENT-INTERNAL' })
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(404)
    // Of a program that knows fewer counters.
    const { sockets: _, notSet: __, ...counters } = nothing
    expect((await agent(other.token, `/restores/${id}`, { ...doneReport, state: 'partly', counters })).status).toBe(200)
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({
      ...{ state: 'partly', code: null },
      counters: { files: 2, notSet: 0 },
    })
  })

  test('gives back everything that could be written, and says whose owners could not be set', async () => {
    const { id } = await order(ofOther())
    const notSet = [{ path: '/home/docs/letter.txt', what: 'owner', detail: 'EPERM: operation not permitted' }]
    await agent(other.token, `/restores/${id}`, { ...doneReport, counters: { ...nothing, notSet: 1 }, notSet })
    const text = await textOf(`/restores/${id}`)
    expect(text).toContain('The files are back on OTHER-PC, not all of them with their owners and rights.')
    expect(text).toContain('EPERM: operation not permitted')
    expect(text).not.toContain('Everything is back')
  })

  test('lets the computer that it names read what was selected, while it is open', async () => {
    const ids = Buffer.alloc(32)
    const records = (token: string, id: string) =>
      box.app.request(`/api/agent/v1/records?restore=${id}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'holdfast-protocol': '1', 'content-type': 'application/octet-stream' },
        body: ids,
      })
    const none = `rst_${'a'.repeat(20)}`
    expect((await agent(other.token, `/restores/${none}`)).status).toBe(404)
    expect((await records(other.token, none)).status).toBe(404)

    const { id } = await order(ofOther())
    expect((await agent(theirs.token, `/restores/${id}`)).status).toBe(404)
    expect((await agent(box.device.token, `/restores/${id}`)).status).toBe(404)
    expect((await records(theirs.token, id)).status).toBe(404)
    const task = await bodyOf<{ items: string[]; absent: string[] }>(await agent(other.token, `/restores/${id}`))
    const items = task.items.map((item) => decodeSelectedItem(Buffer.from(item, 'base64')))
    expect(items.map(({ path }) => path.toString())).toEqual(['home/docs'])
    // Of the folders above, what they are like, and no way into them.
    expect(items[0]!.above.map((entry) => entry.type === 'directory' && entry.tree.every((byte) => byte === 0))).toEqual([true])
    // By the version's own number it gets nothing.
    expect((await agent(other.token, `/snapshots/${version.snapshotId}`)).status).toBe(404)

    expect((await agent(theirs.token, `/restores/${id}`, doneReport)).status).toBe(404)
    expect((await agent(other.token, `/restores/${id}`, doneReport)).status).toBe(200)
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(404)
    expect((await records(other.token, id)).status).toBe(404)
    expect(await (await page(`/restores/${id}`)).text()).toContain('Everything is back on OTHER-PC.')
  })

  test('that was cancelled gives nothing any more, and keeps what the computer says late', async () => {
    const { id } = await order(ofOther())
    await jsonOf(`/api/v1/restores/${id}/cancel`, 'owner', {})
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(404)
    await agent(other.token, `/restores/${id}`, { ...doneReport, state: 'cancelled' })
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({ state: 'cancelled', counters: { files: 2 } })
  })

  test('shows how far it is, to whoever looks, and hears that it shall stop', async () => {
    const { id } = await order(ofOther())
    const opened = await agent(other.token, '/progress', { run: 'ab'.repeat(16), job: 'documents', restore: id })
    const { ticket } = await bodyOf<{ ticket: string }>(opened)
    const tell = async () => {
      const told = {
        filesDone: 1,
        filesTotal: 2,
        bytesDone: 10 * 1024 ** 2,
        bytesTotal: 40 * 1024 ** 2,
        bytesPerSecond: 1024 ** 2,
      }
      const answer = await box.app.request(`/api/agent/v1/progress/${ticket}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'holdfast-protocol': '1' },
        body: JSON.stringify({ phase: 'restoring', ...told }),
      })
      return bodyOf<{ isCancelled: boolean }>(answer)
    }
    expect(await tell()).toEqual({ isCancelled: false })
    const words = (await (await page(`/restores/${id}`)).text()).replaceAll('\u00a0', ' ')
    expect(words).toMatch(/10 MiB of 40 MiB, 1 MiB\/s, 1 of 2 files/)
    expect(words).toContain('About 30 s left')
    // A backup of that computer would be shown beside it, not in its place.
    expect(box.devicesSide.progress.find(other.device.deviceId)).toBeUndefined()
    await jsonOf(`/api/v1/restores/${id}/cancel`, 'owner', {})
    expect(await tell()).toEqual({ isCancelled: true })
  })

  test('that has ended is shown for as long as somebody looks, and leaves no timer that a stopping box would wait for', async () => {
    const { id } = await order(ofOther())
    await jsonOf(`/api/v1/restores/${id}/cancel`, 'owner', {})
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const { body } = await page(`/restores/${id}/live`)
    const reader = body!.getReader()
    await reader.read()
    await eventually(async () => expect(timers()).toBeGreaterThan(before))
    await reader.cancel()
    await eventually(async () => expect(timers()).toBe(before))
  })

  test('refused by a program that is too old, it has failed with that reason', async () => {
    const { restoreOrders } = box.restoresSide
    const { id } = await order(ofOther())
    await agent(other.token, `/orders/${await givenToOther()}`, {
      state: 'failed',
      code: 'HF-NOT-IN-THIS-VERSION',
      detail: 'This program does not know "restore".',
    })
    await restoreOrders.settle()
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({ state: 'failed', code: 'HF-NOT-IN-THIS-VERSION' })
    expect(await (await page(`/restores/${id}`)).text()).toContain('/docs/errors/HF-NOT-IN-THIS-VERSION')
  })

  test('that nobody took in fourteen days expires; one that was taken goes on while its computer is heard of', async () => {
    const { orders } = box.devicesSide
    const taken = await order({ ...ofOther(), folder: '/taken' })
    await agent(other.token, `/orders/${await givenToOther()}`, { state: 'taken' })
    expect(await textOf(`/restores/${taken.id}`)).toContain('OTHER-PC is about to begin.')
    await agent(other.token, `/restores/${taken.id}`)
    expect(await textOf(`/restores/${taken.id}`)).toContain('OTHER-PC is getting its files back.')
    const next = await order({ ...ofOther(), folder: '/next' })
    await agent(other.token, `/orders/${await givenToOther()}`, { state: 'taken' })
    expect(await textOf(`/restores/${next.id}`)).toContain('It begins when what the computer gets back now is there.')
    await jsonOf(`/api/v1/restores/${next.id}/cancel`, 'owner', {})
    const { id } = await order(ofOther())
    const later = async () => {
      await orders.expire()
      await box.restoresSide.restoreOrders.settle()
      for (const role of ['owner', 'member', 'viewer', 'foreign'] as const) cookies[role] = await cookieOf(box, box.users[role])
    }
    box.clock.advance(orderLifetimeMs - 1000)
    await agent(other.token, `/orders`)
    box.clock.advance(2000)
    await later()
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({ state: 'expired' })
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(404)
    expect(await textOf(`/restores/${id}`)).toContain('OTHER-PC did not appear in time.')
    expect(await bodyOf(await page(`/api/v1/restores/${taken.id}`))).toMatchObject({ state: 'running' })
    expect((await agent(other.token, `/restores/${taken.id}`)).status).toBe(200)
    // Silent for as long, it is given up; what it says then is how it was.
    box.clock.advance(orderLifetimeMs + 1)
    await later()
    const silent = await textOf(`/restores/${taken.id}`)
    expect(silent).toContain('OTHER-PC has fallen silent.')
    expect(silent).not.toContain('Nothing was written')
    expect((await agent(other.token, `/restores/${taken.id}`)).status).toBe(404)
    await agent(other.token, `/restores/${taken.id}`, { ...doneReport, state: 'cancelled' })
    expect(await bodyOf(await page(`/api/v1/restores/${taken.id}`))).toMatchObject({ state: 'expired', counters: { files: 2 } })
  })

  test('to a computer that is disconnected ends at once', async () => {
    const gone = await connectDevice(box, box.users.owner, { name: 'GONE-PC' })
    const { device } = gone
    const own = await storeVersion(box, gone, () => new Map([['letter.txt', fileEntry('a letter')]]), { seq: 2 })
    const revert = `/restores/new?version=${own.id}&mode=revert&path=/letter.txt`
    expect(await textOf(revert)).toContain('Back up, then revert')
    const { id } = await order({ device: device.deviceId })
    await box.devicesSide.devices.end(device.deviceId, 'revoked', actingOnTheBox)
    expect(await bodyOf(await page(`/api/v1/restores/${id}`))).toMatchObject({ state: 'failed', code: 'HF-DEVICE-REVOKED' })
    expect(await box.devicesSide.orders.listOpen(device.deviceId)).toEqual([])
    // Nor does the form of a revert offer another computer in its place.
    const nowhere = await textOf(revert)
    expect(nowhere).toContain('GONE-PC is not connected any more')
    expect(nowhere).not.toContain('Back up, then revert')
  })
})

test('whoever asked gets a letter where they want such letters, once, without names of files', async () => {
  await using server = await mailServer()
  const form = { host: '127.0.0.1', port: String(server.port), tls: 'none', senderName: 'B', senderAddress: 'box@office.example' }
  await box.lettersSide.mail.save({ user: '', password: '', authorityPem: '', isPlainAllowed: false, ...form }, actingOnTheBox)
  // What ended before there was a mail server is not told of.
  await box.restoresSide.tellRestores()
  await box.lettersSide.outboxSender.sendDue()
  const before = server.received.length
  const report = async (id: string, state: string) => agent(other.token, `/restores/${id}`, { ...doneReport, state })
  await report((await order(ofOther())).id, 'partly')
  await report((await order(ofOther())).id, 'done')
  await report((await order(ofOther(), 'member')).id, 'partly')
  for (let turn = 0; turn < 2; turn += 1) {
    await box.restoresSide.tellRestores()
    await box.lettersSide.outboxSender.sendDue()
  }
  const letters = server.received.slice(before).map(({ to, raw }) => ({ to: to[0], ...readMail(raw) }))
  expect(letters.map(({ to }) => to)).toEqual(['owner@office.example'])
  expect(letters[0]!.head).toContain('Subject: Some of the files are back on OTHER-PC')
  expect(letters[0]!.text).not.toContain('docs')
})

describe('before it is ordered', () => {
  const chosen = () => ({ version: version.id, path: '/home/docs' })
  const send = (path: string, fields: Record<string, string>, who = 'owner') =>
    box.app.request(path, formRequest(fields, { cookie: cookies[who]! }))

  test('the page says what it meets as of the newest backup, and that the computer is away', async () => {
    const text = await (await page(`/restores/new?${new URLSearchParams(chosen())}`)).text()
    expect(text.replaceAll('\u00a0', ' ')).toMatch(/As of the last backup .*: 1 file there is different, 0 are missing\./)
    expect(text).toContain('XRAY-PC is off or asleep')
    expect((await page(`/restores/new?${new URLSearchParams(chosen())}`, 'foreign')).status).toBe(404)
    expect((await page(`/restores/new?version=${version.id}&path=/home/../etc`)).status).toBe(404)
    const undo = await (await page(`/restores/new?${new URLSearchParams({ ...chosen(), mode: 'revert' })}`)).text()
    expect(undo.replaceAll('\u00a0', ' ')).toContain('1 file would change, 0 would come back, 0 would go.')
  })

  test('a folder that the computer cannot have is said at its field, and nothing is ordered', async () => {
    const answer = await send('/restores/new', { ...chosen(), step: 'give', place: 'folder', folder: 'Back' })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('Give a whole path, such as /home/ann/back.')
    const given = await send('/restores/new', {
      ...chosen(),
      step: 'give',
      place: 'folder',
      folder: '/home/back',
      rule: 'replace-all',
    })
    expect(given.status).toBe(303)
    expect(given.headers.get('location')).toMatch(/^\/restores\/rst_/)
  })

  test('the computer is asked, and its answer is for this account alone', async () => {
    const started = await (await send('/restores/rehearsals', { ...chosen(), device: other.device.deviceId })).text()
    const [path, id] = /\/restores\/rehearsals\/(rst_[a-z2-7]+)/.exec(started)!
    expect(await (await page(path)).text()).toContain('The computer is counting')
    // Nobody else's question, and one that never was, look the same; and whoever asks every second hears that it is over.
    const none = await page(`/restores/rehearsals/rst_${'a'.repeat(20)}`)
    expect(none.status).toBe(200)
    const silent = await none.text()
    expect(silent).toContain('The computer has not answered.')
    expect(silent).not.toContain('hx-trigger')
    expect(await (await page(path, 'foreign')).text()).toBe(silent)
    const counts = { creates: 1, folders: 0, replaces: 2, beside: 0, same: 3, keeps: 0, fails: 0, bytes: 10, freeBytes: 5 }
    const told = { ...counts, goes: 1, replaced: ['/home/docs/letter.txt'], gone: ['/home/docs/draft.txt'], isWhole: true }
    expect((await agent(box.device.token, `/restores/${id}/rehearsal`, told)).status).toBe(404)
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(200)
    expect((await agent(other.token, `/restores/${id}/rehearsal`, told)).status).toBe(200)
    // Once it has answered, it may look no more.
    expect((await agent(other.token, `/restores/${id}`)).status).toBe(404)
    const text = await (await page(path)).text()
    expect(text).toContain('/home/docs/letter.txt')
    expect(text).toContain('/home/docs/draft.txt')
    expect(text).not.toContain('hx-trigger')
    expect(parseId('rst', id!)).toBe(id)
  })

  test.each([
    { folder: '/home/back', platform: 'linux', isGood: true },
    { folder: 'C:\\Back', platform: 'win32', isGood: true },
    { folder: 'C:\\Back', platform: 'linux', isGood: false },
    { folder: '/home/back', platform: 'win32', isGood: false },
    { folder: '/home/../etc', platform: 'linux', isGood: false },
    { folder: 'C:\\what?', platform: 'win32', isGood: false },
    { folder: 'C:\\ends. \\x', platform: 'win32', isGood: false },
    { folder: '', platform: 'linux', isGood: false },
    { folder: '/a\u0000b', platform: 'linux', isGood: false },
  ])('$folder on $platform: $isGood', ({ folder, platform, isGood }) => {
    if (isGood) expect(parseFolder(folder, platform).toString()).toBe(folder)
    else expect(() => parseFolder(folder, platform)).toThrow(expect.objectContaining({ fault: 'bad-folder' }))
  })

  test.each([
    { title: 'waits', given: { state: 'open' }, isLive: true },
    { title: 'was cancelled before anything was handed out', given: { state: 'cancelled', endedAt: 0 }, isLive: false },
    { title: 'was stopped just now', given: { state: 'cancelled', endedAt: 0, handedAt: 0 }, isLive: true },
    {
      title: 'was stopped, and said what it wrote',
      given: { state: 'cancelled', endedAt: 0, handedAt: 0, counters: nothing },
      isLive: false,
    },
    {
      title: 'was stopped, and said nothing in a minute',
      given: { state: 'cancelled', endedAt: -59_999, handedAt: 0 },
      isLive: false,
    },
  ])('a page of one that $title is live: $isLive', ({ given, isLive }) => {
    expect(isUnderWay(given as RestoreOrder, 1)).toBe(isLive)
  })

  test('names that meet keep their folders', () => {
    const pathOf = (text: string) => text.split('/').map((name) => Buffer.from(name))
    expect(mayStrip(['a/x', 'b/y'].map(pathOf))).toBe(true)
    expect(mayStrip(['a/x', 'b/X'].map(pathOf))).toBe(false)
    expect(mayStrip(['a', 'a/x', 'b'].map(pathOf))).toBe(true)
  })
})
