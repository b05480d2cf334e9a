/** Links that take files, from the form to the bytes of a download: what comes whole, what is refused, and that nothing is left of the rest. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openVersion } from '../../../engine/index.ts'
import type { ChoreRunning } from '../../../server/chores/chore.ts'
import type { DepositsService } from '../../../server/deposits/deposits-service.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { createDeliveries, type DeliveriesOptions, type DeliveriesService } from '../../../server/shares/deliveries-service.ts'
import { type DeliveredPart, DeliveryError } from '../../../server/shares/delivery.ts'
import type { UploadShare } from '../../../server/shares/share.ts'
import { sharesChore } from '../../../server/shares/shares-chore.ts'
import { revokeShare } from '../../../server/shares/shares-table.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { VolumeError } from '../../../server/storage-volumes/storage-volume.ts'
import { saveUsage } from '../../../server/subscriptions/usage-table.ts'
import { eventually } from '../../support/eventually.ts'
import { actingAs, makeUploadLink } from '../../support/made-share.ts'
import { diskBytesBelow } from '../../support/prune-box.ts'
import { cookieOf, newUser } from '../../support/two-customers.ts'
import { type UploadBox, uploadBox } from '../../support/upload-box.ts'

const MiB = 1024 ** 2
const mailForm = {
  host: 'mail.office.example',
  port: '25',
  tls: 'none',
  isPlainAllowed: true,
  user: '',
  password: '',
  authorityPem: '',
  senderName: 'Holdfast',
  senderAddress: 'box@office.example',
}

let upload: UploadBox
beforeAll(async () => {
  upload = await uploadBox()
})
afterAll(() => upload[Symbol.asyncDispose]())

const linkFor = async (more: Parameters<typeof makeUploadLink>[3] = {}) => {
  const { box } = upload
  return makeUploadLink(box, box.user, box.customer.customerId, more)
}

type Sent = readonly { readonly name: string; readonly bytes: Buffer }[]

function form(files: Sent, from = ''): FormData {
  const data = new FormData()
  data.append('from', from)
  for (const { name, bytes } of files) data.append('files', new Blob([new Uint8Array(bytes)]), name)
  return data
}

async function send(token: string, files: Sent, from = '') {
  const answer = await fetch(`${upload.url}/u/${token}`, { method: 'POST', body: form(files, from), redirect: 'manual' })
  return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() }
}

/** The body of a form as bytes, with what its header says of it. */
async function encoded(files: Sent): Promise<{ readonly type: string; readonly body: Buffer }> {
  const response = new Response(form(files))
  return { type: response.headers.get('content-type')!, body: Buffer.from(await response.arrayBuffer()) }
}

async function versionsOf(deviceId: Snapshot['deviceId'], job: string): Promise<readonly Snapshot[]> {
  const all = await upload.box.devicesSide.snapshots.listOfDevice({ deviceId, beforeSeq: undefined, limit: 200 })
  return all.filter((version) => version.job === job)
}

/** Every file of a version as path and bytes, read the way downloads read them. */
async function filesOf(version: Snapshot): Promise<ReadonlyMap<string, Buffer>> {
  const { box } = upload
  const repository = await box.uploads.getRepository(version.customerId)
  const opened = openVersion(box.devicesSide.plaintexts.source(repository), version.root)
  const files = new Map<string, Buffer>()
  for await (const { path, entry } of opened.walk(Buffer.alloc(0)))
    if (entry.type === 'file') {
      const pieces: Buffer[] = []
      for await (const piece of opened.readFile(entry)) pieces.push(Buffer.from(piece))
      files.set(path.toString(), Buffer.concat(pieces))
    }
  return files
}

async function openSessions(): Promise<number> {
  return (await upload.box.uploads.sessions.listOfBox()).length
}

async function runsOf(deviceId: Snapshot['deviceId']) {
  return upload.box.database.kysely.selectFrom('runs').select(['verdict', 'ended_at']).where('device_id', '=', deviceId).execute()
}

const visitor = { network: '192.0.2.0/24', agent: 'curl', isBot: false }

/** Past the form. */
function takeFrom(share: UploadShare, parts: () => AsyncGenerator<DeliveredPart>, more: Partial<DeliveriesOptions> = {}) {
  const deliveries = Object.keys(more).length === 0 ? upload.box.sharesSide.deliveries : deliveriesWith(more)
  return deliveries.take({ share, visitor, parts: parts() })
}

/** Beside the box's own, where something fails. */
function deliveriesWith(more: Partial<DeliveriesOptions>): DeliveriesService {
  const { people, lettersSide, devicesSide, uploads, database, clock, sharesSide } = upload.box
  const { findTold } = sharesSide
  return createDeliveries({
    ...people,
    ...lettersSide,
    ...devicesSide,
    ...uploads,
    database,
    clock,
    findTold,
    timeZone: 'UTC',
    ...more,
  })
}

async function found({ shareId }: UploadShare): Promise<UploadShare> {
  return (await upload.box.sharesSide.shares.find(shareId)) as UploadShare
}

function film(content: AsyncIterable<Uint8Array>): DeliveredPart {
  return { kind: 'file', name: 'film.mp4', content }
}

async function* piecesOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += MiB) yield bytes.subarray(at, at + MiB)
}

describe('what is sent by a link', () => {
  const sent: Sent = [
    { name: 'empty.txt', bytes: Buffer.alloc(0) },
    { name: 'small.txt', bytes: Buffer.from('a letter') },
    { name: 'inline.bin', bytes: randomBytes(512) },
    { name: 'just more.bin', bytes: randomBytes(513) },
    { name: 'photo.jpg', bytes: randomBytes(3 * MiB + 11) },
    { name: 'film.mp4', bytes: randomBytes(21 * MiB + 7) },
    { name: 'zeros.bin', bytes: Buffer.alloc(9 * MiB) },
    { name: 'after.txt', bytes: Buffer.from('the last one') },
  ]

  test('comes back byte for byte, as one version of the inbox', async () => {
    const { share, token } = await linkFor({ title: 'Byte for byte' })
    expect(await send(token, sent, 'Mr Okafor')).toMatchObject({ status: 303, location: `/u/${token}?arrived=8` })
    const [version, ...others] = await versionsOf(share.deviceId, share.job)
    expect(others).toEqual([])
    const files = await filesOf(version!)
    const [folder] = [...files.keys()].map((path) => path.split('/')[0])
    expect(folder).toBe('2026-03-14 18.02 Mr Okafor')
    for (const { name, bytes } of sent) expect(files.get(`${folder}/${name}`)?.equals(bytes), name).toBe(true)
    expect(files.size).toBe(sent.length)
    expect(version?.counts).toMatchObject({
      files: 8,
      directories: 1,
      bytes: sent.reduce((sum, { bytes }) => sum + bytes.length, 0),
    })
    expect(await openSessions()).toBe(0)
  })

  test('the same bytes again take no space, and the newest version holds both', async () => {
    const { share, token } = await linkFor({ title: 'Twice' })
    const { box } = upload
    const stored = async () => (await box.devicesSide.devices.find(share.deviceId))!.storedBytes
    const bytes = randomBytes(2 * MiB)
    await send(token, [{ name: 'a.bin', bytes }])
    const once = await stored()
    box.clock.advance(60_000)
    await send(token, [{ name: 'b.bin', bytes }])
    expect((await stored()) - once).toBeLessThan(20_000)
    const versions = await versionsOf(share.deviceId, share.job)
    expect(versions).toHaveLength(2)
    expect([...(await filesOf(versions[0]!)).keys()]).toEqual(['2026-03-14 18.02/a.bin', '2026-03-14 18.03/b.bin'])
    expect([...(await filesOf(versions[1]!)).keys()]).toEqual(['2026-03-14 18.02/a.bin'])
  })

  test('two at once both arrive', async () => {
    const { share, token } = await linkFor({ title: 'At once' })
    const one = randomBytes(5 * MiB)
    const other = randomBytes(6 * MiB)
    const answers = await Promise.all([
      send(token, [{ name: 'one.bin', bytes: one }], 'One'),
      send(token, [{ name: 'other.bin', bytes: other }], 'Other'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    const [newest] = await versionsOf(share.deviceId, share.job)
    const files = [...(await filesOf(newest!)).values()]
    expect(files.some((bytes) => bytes.equals(one)) && files.some((bytes) => bytes.equals(other))).toBe(true)
  })

  const names = [
    { sent: '../../etc/passwd', kept: 'passwd' },
    { sent: 'C:\\Users\\ann\\plan.dwg', kept: 'plan.dwg' },
    { sent: '..', kept: 'Unnamed' },
    { sent: 'a\u202egpj.exe', kept: 'a_gpj.exe' },
    { sent: 'two"quotes\r\nX: 1', kept: 'two%22quotes__X%3A 1' },
    { sent: 'nul.txt', kept: '%6Eul.txt' },
    { sent: 'Plan.pdf', kept: 'Plan.pdf' },
    { sent: 'plan.PDF', kept: 'plan (2).PDF' },
    { sent: `${'ä'.repeat(300)}.txt`, kept: `${'ä'.repeat(118)}.txt` },
    { sent: '<script>alert(1)</script>.html', kept: 'script%3E.html' },
  ]
  test('names are made safe, and none displaces another', async () => {
    const { share, token } = await linkFor({ title: 'Names' })
    const files = names.map(({ sent: name }) => ({ name, bytes: Buffer.from(name) }))
    expect((await send(token, files)).status).toBe(303)
    const [version] = await versionsOf(share.deviceId, share.job)
    const found = new Map([...(await filesOf(version!))].map(([path, bytes]) => [path.split('/')[1], bytes.toString()]))
    expect([...found.keys()].toSorted()).toEqual(names.map(({ kept }) => kept).toSorted())
    for (const { sent: name, kept } of names) expect(found.get(kept), kept).toBe(name)
  })
})

describe('the inbox', () => {
  test('is one for all links of a customer, takes no place in the plan, and hears no orders', async () => {
    const { box } = upload
    const { customerId } = box.customer
    const first = await linkFor({ title: 'Photos' })
    const second = await linkFor({ title: 'Photos' })
    expect(second.share.deviceId).toBe(first.share.deviceId)
    expect([first.share.job, second.share.job]).toEqual(['Photos', 'Photos 2'])
    const inboxes = (await box.devicesSide.devices.list({ reach: [customerId], afterNumber: 0, limit: 10 })).filter(
      ({ kind }) => kind === 'inbox',
    )
    expect(inboxes).toHaveLength(1)
    const [inbox] = inboxes
    expect(await box.devicesSide.devices.countActive(inbox!.subscriptionId)).toBe(0)
    const order = { deviceId: inbox!.deviceId, order: { kind: 'run-now' } } as const
    await expect(box.devicesSide.orders.giveNow(order, actingAs(box.user))).rejects.toMatchObject({ fault: 'no-device' })
  })

  test('is never silent: that nobody sent anything is no alarm', async () => {
    const { box } = upload
    const { share } = await linkFor({ title: 'Quiet' })
    const before = box.clock.now()
    box.clock.advance(40 * 24 * 60 * 60 * 1000)
    await box.lettersSide.watch.look()
    const alarms = await box.care.alarms.list({ reach: 'all', after: 0, limit: 100 })
    expect(alarms.filter(({ deviceId }) => deviceId === share.deviceId)).toEqual([])
    box.clock.advance(before - box.clock.now())
  })
})

describe('what is not whole', () => {
  test('a connection that is cut in the middle of a file leaves nothing', async () => {
    const { share, token } = await linkFor({ title: 'Cut' })
    const { type, body } = await encoded([{ name: 'film.mp4', bytes: randomBytes(12 * MiB) }])
    const before = await runsOf(share.deviceId)
    await new Promise<void>((resolve) => {
      const cut = request(`${upload.url}/u/${token}`, {
        method: 'POST',
        headers: { 'content-type': type, 'content-length': body.length },
      })
      cut.on('error', () => resolve())
      cut.write(body.subarray(0, 10 * MiB), () => cut.destroy())
    })
    await eventually(async () => expect(await openSessions()).toBe(0))
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
    expect(await runsOf(share.deviceId)).toEqual(before)
    expect(await upload.box.sharesSide.shares.find(share.shareId)).toMatchObject({
      receivedFiles: 0,
      receivedBytes: 0,
      uploads: 0,
    })
    const { uid } = await upload.box.uploads.getRepository(share.customerId)
    expect(readdirSync(repositoryPlace(upload.box.dataFolder, uid).temporaryFolder)).toEqual([])
  })

  test('a form that ends before its last boundary is no shorter form', async () => {
    const { share, token } = await linkFor({ title: 'Short' })
    const { type, body } = await encoded([
      { name: 'one.txt', bytes: Buffer.from('one') },
      { name: 'two.txt', bytes: Buffer.from('two') },
    ])
    const short = body.subarray(0, body.length - 30)
    const answer = await fetch(`${upload.url}/u/${token}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: new Uint8Array(short),
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('Nothing has arrived.')
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
    expect(await openSessions()).toBe(0)
  })

  test('what was going on when the box stopped is dropped, and no backup failed', async () => {
    const { box } = upload
    const { share } = await linkFor({ title: 'Stopped' })
    const device = (await box.devicesSide.devices.find(share.deviceId))!
    // Opened past the service, as by a process that is gone.
    const left = {
      device,
      job: share.job,
      parent: undefined,
      instance: undefined,
      print: '0',
      address: '',
      isOfBox: true,
    } as const
    await box.uploads.sessions.open(left)
    expect(await openSessions()).toBe(1)
    await box.uploads.deposits.dropLeft()
    expect(await openSessions()).toBe(0)
    expect((await runsOf(share.deviceId)).filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  })
})

describe('deliveries that are cut off', () => {
  const pruneNow = async (share: UploadShare) => {
    const { uploads } = upload.box
    const running = { signal: new AbortController().signal, pace: async () => {} }
    return uploads.prune.run(await uploads.getRepository(share.customerId), { ...running, speed: 'now' })
  }
  const diskBytes = async (share: UploadShare) => {
    const { uid } = await upload.box.uploads.getRepository(share.customerId)
    return diskBytesBelow(repositoryPlace(upload.box.dataFolder, uid).folder)
  }
  /** All the bytes, and then no end of the form. */
  const cutAfter = async (share: UploadShare, bytes: Buffer, before: () => Promise<unknown> = async () => {}) =>
    takeFrom(await found(share), async function* () {
      yield film(piecesOf(bytes))
      await before()
      throw new DeliveryError('cut-off', 'The connection ended before the files did.')
    }).catch(({ fault }: DeliveryError) => fault)

  test('count against no plan, are taken by the collector, and cost a link no more than twice what it may bring', async () => {
    const { share } = await linkFor({ bytesMax: 18 * MiB, title: 'Again and again' })
    // What others have left, and what is put together.
    for (let round = 0; round < 2; round += 1) await pruneNow(share)
    const { subscriptionId, storedBytes } = (await upload.box.devicesSide.devices.find(share.deviceId))!
    const before = { disk: await diskBytes(share), used: await upload.box.devicesSide.devices.usedBytes(subscriptionId) }
    const faults: unknown[] = []
    while (faults.at(-1) !== 'worn-out' && faults.length < 6) faults.push(await cutAfter(share, randomBytes(17 * MiB)))
    expect(faults).toEqual([...Array(faults.length - 1).fill('cut-off'), 'worn-out'])
    const { lostBytes } = await found(share)
    expect(lostBytes).toBeGreaterThan(24 * MiB)
    expect(lostBytes).toBeLessThan(45 * MiB)
    expect(await diskBytes(share)).toBeGreaterThan(before.disk + lostBytes)
    expect(await upload.box.devicesSide.devices.find(share.deviceId)).toMatchObject({ storedBytes })
    expect(await upload.box.devicesSide.devices.usedBytes(subscriptionId)).toBe(before.used)
    await expect(upload.box.sharesSide.deliveries.demandRoom(share, { bytes: 1 })).rejects.toMatchObject({ fault: 'worn-out' })
    await pruneNow(share)
    expect(await diskBytes(share)).toBe(before.disk)
  })

  test('are sent again while the collector runs: nothing is taken of one that is under way', async () => {
    const { share } = await linkFor({ title: 'Under way' })
    const again = randomBytes(9 * MiB)
    const fresh = randomBytes(10 * MiB)
    expect(await cutAfter(share, again)).toBe('cut-off')
    await takeFrom(share, async function* () {
      // What was cut off is there and claimed; the rest is stored for no version yet.
      yield film(piecesOf(again))
      yield film(
        (async function* () {
          yield* piecesOf(fresh)
          await pruneNow(share)
          yield* piecesOf(again)
        })(),
      )
    })
    await pruneNow(share)
    const [version] = await versionsOf(share.deviceId, share.job)
    const files = [...(await filesOf(version!)).values()]
    expect(files.map((bytes) => bytes.equals(again) || bytes.equals(Buffer.concat([fresh, again])))).toEqual([true, true])
  })

  test('after a mark that has counted them make no room for what comes next', async () => {
    const { share } = await linkFor({ title: 'Marked' })
    const { devices } = upload.box.devicesSide
    const { subscriptionId } = (await devices.find(share.deviceId))!
    await cutAfter(share, randomBytes(9 * MiB), () => pruneNow(share))
    const demandCounted = async () => {
      const before = await devices.usedBytes(subscriptionId)
      await takeFrom(await found(share), async function* () {
        yield film(piecesOf(randomBytes(MiB)))
      })
      expect(await devices.usedBytes(subscriptionId)).toBeGreaterThan(before + MiB)
    }
    await demandCounted()
    // Read before it was dropped, written after it.
    const { deviceId, storedBytes } = (await devices.find(share.deviceId))!
    const sent = [{ deviceId, sentBytes: storedBytes + 9 * MiB }]
    await upload.box.database.transaction((tx) => saveUsage(tx, { subscriptions: [], devices: sent, nowMs: 0 }))
    await demandCounted()
  })

  test('that failed as they were opened hold nothing', async () => {
    const { share } = await linkFor({ title: 'Not opened' })
    const { devices } = upload.box.devicesSide
    const { noteAgent } = devices
    Object.assign(devices, { noteAgent: () => Promise.reject(new Error('the database is away')) })
    await expect(takeFrom(share, async function* () {})).rejects.toThrow('the database is away')
    Object.assign(devices, { noteAgent })
    expect(await openSessions()).toBe(0)
  })

  test('that could not be dropped are dropped by the next minute', async () => {
    const { share } = await linkFor({ title: 'Not dropped' })
    const { sessions, deposits } = upload.box.uploads
    const { drop } = sessions
    Object.assign(sessions, { drop: () => Promise.reject(new Error('the database is away')) })
    await expect(takeFrom(share, async function* () {})).rejects.toThrow()
    Object.assign(sessions, { drop })
    expect(await openSessions()).toBe(1)
    await deposits.dropLeft()
    expect(await openSessions()).toBe(0)
  })
})

describe('a link that is withdrawn', () => {
  const small = randomBytes(MiB)
  test('takes nothing more of a delivery that is under way', async () => {
    const { share } = await linkFor({ title: 'Withdrawn' })
    let asked = 0
    const taken = takeFrom(share, async function* () {
      yield film(
        (async function* () {
          yield small
          await upload.box.sharesSide.shares.revoke(share, actingAs(upload.box.user))
          for (; asked < 10; asked += 1) yield small
        })(),
      )
    })
    await expect(taken).rejects.toMatchObject({ fault: 'withdrawn' })
    expect(asked).toBe(0)
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
  })

  test('takes none that has come to its last byte, whoever withdrew it', async () => {
    const { share } = await linkFor({ title: 'At the last moment' })
    const taken = takeFrom(share, async function* () {
      yield film(piecesOf(small))
      await revokeShare(upload.box.database.kysely, { shareId: share.shareId, at: 1, by: 'another process' })
    })
    await expect(taken).rejects.toMatchObject({ fault: 'withdrawn' })
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
    expect(await found(share)).toMatchObject({ uploads: 0 })
  })
})

describe('what was counted and not told', () => {
  async function* one(): AsyncGenerator<DeliveredPart> {
    yield film(piecesOf(Buffer.from('a letter')))
  }
  const usesOf = async ({ shareId }: UploadShare) =>
    (await upload.box.sharesSide.shares.listUses(shareId, { before: undefined, limit: 10 })).map(({ what }) => what)

  test('has come, and is told by the next minute, once', async () => {
    const { share } = await linkFor({ title: 'Not told' })
    const findTold = () => Promise.reject(new Error('the database is away'))
    expect(await takeFrom(share, one, { findTold })).toMatchObject({ files: 1, bytes: 8 })
    expect(await usesOf(share)).toEqual([])
    for (let minute = 0; minute < 2; minute += 1) await upload.box.sharesSide.deliveries.settleLeft()
    expect(await usesOf(share)).toEqual(['a file'])
    expect(await found(share)).toMatchObject({ uploads: 1, receivedFiles: 1 })
  })

  test('has come, where only the answer of the commit was lost', async () => {
    const { share } = await linkFor({ title: 'No answer' })
    const deposits = failingAtCommit(async (commit) => {
      await commit()
      throw new Error('the connection to the database was lost')
    })
    expect(await takeFrom(share, one, { deposits })).toMatchObject({ files: 1, bytes: 8 })
    expect(await usesOf(share)).toEqual(['a file'])
    expect(await found(share)).toMatchObject({ uploads: 1, lostBytes: 0 })
  })

  test('and did not come is not counted any more: at once, or after the box was stopped', async () => {
    const { share } = await linkFor({ filesMax: 1, title: 'Not come' })
    const deposits = failingAtCommit(() => Promise.reject(new Error('the disk is away')))
    await expect(takeFrom(share, one, { deposits })).rejects.toThrow('the disk is away')
    expect(await found(share)).toMatchObject({ uploads: 0, receivedFiles: 0, receivedBytes: 0 })

    const { box } = upload
    const stopped = failingAtCommit(() => {
      // As by a process that is gone: its deposit is never disposed of, and nobody settles it.
      Object.assign(box.uploads.sessions, { drop: () => Promise.reject(new Error('gone')) })
      return Promise.reject(new Error('gone'))
    })
    const { drop } = box.uploads.sessions
    await expect(takeFrom(share, one, { deposits: stopped })).rejects.toThrow()
    Object.assign(box.uploads.sessions, { drop })
    expect(await found(share)).toMatchObject({ uploads: 1, receivedFiles: 1 })
    await box.sharesSide.deliveries.settleLeft()
    expect(await found(share)).toMatchObject({ uploads: 1 })
    await box.uploads.deposits.dropLeft()
    await box.sharesSide.deliveries.settleLeft()
    expect(await found(share)).toMatchObject({ uploads: 0, receivedFiles: 0, receivedBytes: 0 })
    expect(await takeFrom(await found(share), one)).toMatchObject({ files: 1 })
  })

  function failingAtCommit(instead: (commit: () => Promise<unknown>) => Promise<never>): Pick<DepositsService, 'open'> {
    return {
      open: async (to) => {
        const deposit = await upload.box.uploads.deposits.open(to)
        return {
          sessionId: deposit.sessionId,
          storedBytes: 0,
          addFile: deposit.addFile,
          commit: (version) => instead(() => deposit.commit(version)),
          [Symbol.asyncDispose]: () => deposit[Symbol.asyncDispose](),
        }
      },
    }
  }
})

describe('what is refused', () => {
  const refused = async (token: string, files: Sent) => {
    const answer = await send(token, files)
    return { status: answer.status, words: /<span>([^<]*)<\/span>/.exec(answer.html)?.[1] }
  }

  test('more bytes than the link takes, announced or not', async () => {
    const { share, token } = await linkFor({ bytesMax: MiB, title: 'Bytes' })
    expect((await refused(token, [{ name: 'a', bytes: randomBytes(2 * MiB) }])).status).toBe(413)
    const { type, body } = await encoded([{ name: 'a', bytes: randomBytes(MiB + 1) }])
    const answer = await fetch(`${upload.url}/u/${token}`, {
      method: 'POST',
      headers: { 'content-type': type },
      // A stream: nothing is announced.
      body: new Blob([new Uint8Array(body)]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(413)
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
    expect((await refused(token, [{ name: 'a', bytes: randomBytes(MiB) }])).status).toBe(303)
    // Now it has taken all that it takes.
    expect((await refused(token, [{ name: 'b', bytes: Buffer.from('b') }])).status).toBe(410)
  })

  test('bytes that never end are read no further than the limit', async () => {
    const { share } = await linkFor({ bytesMax: MiB, title: 'Endless' })
    let pulled = 0
    async function* endless() {
      for (; pulled < 64 * MiB; pulled += 64 * 1024) yield Buffer.alloc(64 * 1024)
    }
    const taken = takeFrom(share, async function* () {
      yield film(endless())
    })
    await expect(taken).rejects.toMatchObject({ fault: 'too-large' })
    expect(pulled).toBeLessThan(2 * MiB)
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
  })

  test('more files than it takes, and none at all', async () => {
    const { share, token } = await linkFor({ filesMax: 2, title: 'Files' })
    const files = ['a', 'b', 'c'].map((name) => ({ name, bytes: Buffer.from(name) }))
    expect(await refused(token, files)).toMatchObject({ status: 413, words: 'The link takes 2 more files. Nothing has arrived.' })
    expect(await refused(token, [])).toMatchObject({ status: 422 })
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
    expect(await openSessions()).toBe(0)
  })

  test('a plan that is full, and a disk that is', async () => {
    const { box } = upload
    const { share, token } = await linkFor({ title: 'Room' })
    const { subscriptionId } = (await box.devicesSide.devices.find(share.deviceId))!
    const quota = (bytes: number) =>
      box.database.kysely.updateTable('subscriptions').set({ quota_bytes: bytes }).where('id', '=', subscriptionId).execute()
    const { quotaBytes } = (await box.people.subscriptions.find(subscriptionId))!
    await quota(1)
    expect(await refused(token, [{ name: 'a', bytes: randomBytes(1000) }])).toMatchObject({
      status: 507,
      words: 'The plan of this account has no room for it. Nothing has arrived. Ask whoever sent you the link.',
    })
    await quota(quotaBytes)
    const { volumes } = box.uploads
    const { reserve } = volumes
    Object.assign(volumes, { reserve: () => Promise.reject(new VolumeError('full', 'The disk is full.')) })
    const answer = await refused(token, [{ name: 'a', bytes: randomBytes(1000) }])
    Object.assign(volumes, { reserve })
    expect(answer).toMatchObject({ status: 507 })
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
  })

  test('what is no form, or more of one than the page has', async () => {
    const { token } = await linkFor({ title: 'No form' })
    const fields = form([])
    for (let field = 0; field < 20; field += 1) fields.append('from', 'x')
    const more = await fetch(`${upload.url}/u/${token}`, { method: 'POST', body: fields })
    expect(more.status).toBe(400)
    expect(await more.text()).toContain('The form has more fields than the one on the page.')
    for (const type of ['application/json', 'multipart/form-data', 'text/plain']) {
      const answer = await fetch(`${upload.url}/u/${token}`, { method: 'POST', headers: { 'content-type': type }, body: 'x' })
      expect(answer.status, type).toBe(400)
    }
  })

  test('files in, where the administrator lets none in', async () => {
    const { box } = upload
    const { token } = await linkFor({ title: 'Off' })
    const rules = await box.sharesSide.shareRules.find()
    await box.sharesSide.shareRules.save({ ...rules, mayUpload: false }, actingAs(box.user))
    await expect(linkFor({ title: 'Another' })).rejects.toMatchObject({ fault: 'not-allowed' })
    expect((await send(token, [{ name: 'a', bytes: Buffer.from('a') }])).status).toBe(410)
    await box.sharesSide.shareRules.save(rules, actingAs(box.user))
    expect((await send(token, [{ name: 'a', bytes: Buffer.from('a') }])).status).toBe(303)
  })
})

describe('before anything is sent', () => {
  const ask = async (token: string, asked: { files: number; bytes: number }) => {
    const body = new URLSearchParams({ files: String(asked.files), bytes: String(asked.bytes) })
    const answer = await fetch(`${upload.url}/u/${token}/room`, { method: 'POST', body })
    return { status: answer.status, html: await answer.text() }
  }
  test.each([
    { title: 'what fits', asked: { files: 2, bytes: MiB }, status: 204, words: '' },
    {
      title: 'too many files',
      asked: { files: 3, bytes: 1 },
      status: 413,
      words: 'The link takes 2 more files. Nothing has arrived.',
    },
    { title: 'too much', asked: { files: 1, bytes: 2 * MiB }, status: 413, words: 'This is more than the link still takes.' },
    { title: 'nothing', asked: { files: 0, bytes: 0 }, status: 422, words: '' },
  ])('the page asks whether there is room: $title', async ({ asked, status, words }) => {
    const { token } = await linkFor({ filesMax: 2, bytesMax: MiB, title: 'Room first' })
    const answer = await ask(token, asked)
    expect(answer.status).toBe(status)
    expect(answer.html).toContain(words)
  })

  test('of a link with a password, nothing is taken and nothing told; and what was sent is said not to have arrived', async () => {
    const { token, share } = await linkFor({ title: 'Locked', password: 'eight or more' })
    expect(await ask(token, { files: 1, bytes: 1 })).toMatchObject({ status: 403 })
    const answer = await send(token, [{ name: 'a', bytes: Buffer.from('a') }])
    expect(answer.status).toBe(403)
    expect(answer.html).toContain('Some time has passed: type the password again. Nothing has arrived.')
    expect(await versionsOf(share.deviceId, share.job)).toEqual([])
  })
})

test('whoever has sent something stays let in, and reads that it has arrived', async () => {
  const { box } = upload
  const { token } = await linkFor({ title: 'For hours', password: 'eight or more' })
  const address = `${upload.url}/u/${token}`
  const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]!.split(';')[0]!
  const post = (path: string, body: FormData | URLSearchParams, headers = {}) =>
    fetch(address + path, { method: 'POST', body, headers, redirect: 'manual' })
  const before = box.clock.now()
  const cookie = cookieOf(await post('/password', new URLSearchParams({ password: 'eight or more' })))
  box.clock.advance(1.5 * 60 * 60 * 1000)
  const sent = await post('', form([{ name: 'a', bytes: Buffer.from('a') }]), { cookie })
  box.clock.advance(60 * 60 * 1000)
  const page = await fetch(`${address}?arrived=1`, { headers: { cookie: cookieOf(sent) } })
  expect(await page.text()).toContain('Your file has arrived.')
  box.clock.advance(before - box.clock.now())
})

describe('the plan of the inbox', () => {
  test('that has ended: an owner’s next link takes the inbox along, as a move of the log; nobody else’s does', async () => {
    const { box } = upload
    const { share } = await linkFor({ title: 'Before' })
    const inbox = (await box.devicesSide.devices.find(share.deviceId))!
    const { customerId } = box.customer
    const plan = (await box.people.plans.findNamed('silver'))!
    const other = await box.database.transaction((tx) =>
      box.people.subscriptions.insert(tx, { customerId, plan, validityDays: plan.validityDays }, actingAs(box.user)),
    )
    const setFeatures = (features: string) =>
      box.database.kysely.updateTable('subscriptions').set({ features }).where('id', '=', inbox.subscriptionId).execute()
    const { features } = (await box.people.subscriptions.find(inbox.subscriptionId))!
    await setFeatures('[]')
    await expect(linkFor({ title: 'Of a member', mayMoveInbox: false })).rejects.toMatchObject({ fault: 'not-allowed' })
    expect(await box.devicesSide.devices.find(share.deviceId)).toMatchObject({ subscriptionId: inbox.subscriptionId })
    await linkFor({ title: 'Of an owner' })
    expect(await box.devicesSide.devices.find(share.deviceId)).toMatchObject({ subscriptionId: other.subscriptionId })
    const moved = box.database.kysely.selectFrom('audit').select('object_id').where('action', '=', 'device.moved')
    expect(await moved.execute()).toEqual([{ object_id: share.deviceId }])
    await setFeatures(JSON.stringify(features))
  })
})

describe('links that ended long ago', () => {
  test('go, with who used them; what came by them stays where it is', async () => {
    const { box } = upload
    const { share, token } = await linkFor({ title: 'Long ago' })
    const { share: younger } = await linkFor({ title: 'Not so long ago', days: 30 })
    await send(token, [{ name: 'a.txt', bytes: Buffer.from('a') }])
    await box.sharesSide.shares.revoke(share, actingAs(box.user))
    const before = box.clock.now()
    box.clock.advance(91 * 24 * 60 * 60 * 1000)
    await sharesChore(box).run({ signal: new AbortController().signal } as ChoreRunning)
    expect(await box.sharesSide.shares.find(share.shareId)).toBeUndefined()
    expect(await box.sharesSide.shares.listUses(share.shareId, { before: undefined, limit: 1 })).toEqual([])
    expect(await box.sharesSide.shares.find(younger.shareId)).toBeDefined()
    expect(await versionsOf(share.deviceId, share.job)).toHaveLength(1)
    box.clock.advance(before - box.clock.now())
    expect((await linkFor({ title: 'Long ago' })).share.job).toBe('Long ago 2')
  })
})

describe('who is told', () => {
  test('whoever made the link, by a letter; and the link says who sent what', async () => {
    const { box } = upload
    const { token, share } = await linkFor({ title: 'Letters' })
    const arrived = async () => (await fetch(`${upload.url}/u/${token}?arrived=1`)).text()
    expect(await arrived()).not.toContain('is told')
    await box.lettersSide.mail.save(mailForm, actingAs(box.user))
    expect(await arrived()).toContain('Helen Calder is told.')
    await send(token, [{ name: 'a.txt', bytes: Buffer.from('a') }], 'Eve')
    const [use] = await box.sharesSide.shares.listUses(share.shareId, { before: undefined, limit: 10 })
    expect(use).toMatchObject({ kind: 'upload', network: '127.0.0.0/24', what: 'a file, Eve' })
    const letters = await box.lettersSide.outbox.list({ state: 'waiting', before: undefined, limit: 10 })
    expect(letters.map(({ title, recipient }) => [title, recipient])).toEqual([
      ['Files have come by one of your links', 'helen@calder-rowe.example'],
    ])
    const audit = await box.database.kysely.selectFrom('audit').selectAll().where('action', '=', 'share.received').execute()
    expect(audit.at(-1)).toMatchObject({ object_id: share.shareId, actor_kind: 'share-link' })
    // Nothing of the link itself is anywhere in it.
    expect(JSON.stringify(audit)).not.toContain(token)
  })

  test('the owners, where whoever made it has left; and they can withdraw what is left of them', async () => {
    const { box } = upload
    const { customerId } = box.customer
    const ann = await newUser(box, 'ann', { staffRole: undefined, memberships: [{ customerId, role: 'member' }] })
    const { token, share } = await makeUploadLink(box, ann, customerId, { title: 'Of Ann' })
    const { shares } = box.sharesSide
    const former = async () => (await shares.listOfFormer(customerId)).map(({ shareId }) => shareId)
    expect(await former()).toEqual([])
    await box.database.kysely.deleteFrom('memberships').where('user_id', '=', ann.userId).execute()
    expect(await (await fetch(`${upload.url}/u/${token}?arrived=1`)).text()).toContain('Office is told.')
    await send(token, [{ name: 'a.txt', bytes: Buffer.from('a') }])
    const letters = await box.lettersSide.outbox.list({ state: 'waiting', before: undefined, limit: 10 })
    expect(letters.map(({ title, recipient }) => [title, recipient])).toContainEqual([
      'Files have come by a link of your account',
      'helen@calder-rowe.example',
    ])
    expect(await former()).toEqual([share.shareId])
    const headers = { cookie: await cookieOf(box, box.user), 'sec-fetch-site': 'same-origin' }
    const page = await (await fetch(`${upload.url}/sharing`, { headers })).text()
    expect(page).toContain('One link that works was made by people who left, or may only look now.')
    const answer = await fetch(`${upload.url}/sharing/former/revoke`, { method: 'POST', headers, redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect([await former(), (await shares.find(share.shareId))?.revoked?.by]).toEqual([[], 'helen@calder-rowe.example'])
  })
})
