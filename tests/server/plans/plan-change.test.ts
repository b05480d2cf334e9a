/** Another plan on real versions: rehearsed, applied, held for a week, undone; who may, and what a page says. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Id, parseId } from '../../../server/runtime/ids.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, sampleBody, VersionWriter } from '../../support/version-writer.ts'

const dayMs = 24 * 60 * 60 * 1000
const bronze = 'pln_bronze22222222222222'

let upload: UploadBox
let computer: TestComputer
beforeEach(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
  const writer = new VersionWriter(computer.secrets)
  // Twenty versions, a week apart, are within Bronze's thirty days that have one.
  const fewer = { keepLast: 5, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, allWithinDays: 0 }
  await upload.box.database.kysely
    .updateTable('plans')
    .set({ retention: JSON.stringify(fewer) })
    .where('id', '=', parseId('pln', bronze))
    .execute()
  for (let week = 0; week < 20; week += 1) {
    const root = writer.tree([writer.file('note', randomBytes(40_000))])
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    await commitTree(session, writer, {
      root,
      device: computer.device,
      body: { counts: { ...sampleBody.counts, bytes: 40_000 } },
    })
    upload.box.clock.advance(7 * dayMs)
  }
})
afterEach(async () => {
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const subscriptionId = () => computer.identity.subscriptionId as Id<'sub'>
/** Sessions end while the clock is moved. */
const fresh = () => cookieOf(upload.box, upload.box.user)
const api = async (method: string, path: string, body?: object) =>
  upload.box.app.request(`/api/v1/subscriptions/${subscriptionId()}${path}`, {
    method,
    headers: {
      cookie: await fresh(),
      'content-type': 'application/json',
      origin: 'http://localhost',
      host: 'localhost',
      'sec-fetch-site': 'same-origin',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const retain = () => upload.box.retention.apply({ signal: new AbortController().signal })
const outside = async () => {
  const rows = await upload.box.database.kysely
    .selectFrom('snapshots')
    .leftJoin('version_bin', 'version_bin.snapshot', 'snapshots.id')
    .select('snapshots.id')
    .where('version_bin.snapshot', 'is', null)
    .execute()
  return rows.length
}
const rehearse = async () =>
  bodyOf<{
    going: number
    staying: number
    freedBytes: number
    revision: number
    computersOver: number
    suggestedStops: string[]
  }>(await api('POST', '/rehearsals', { planId: bronze }))

test('what is rehearsed is held for seven days, and then goes exactly so', async () => {
  const told = await rehearse()
  expect(told.going).toBeGreaterThan(0)
  expect(told.going + told.staying).toBe(20)
  expect(told.freedBytes).toBeGreaterThanOrEqual(told.going * 40_000)
  expect(await outside()).toBe(20)

  const changed = await api('POST', '/changes', { planId: bronze, revision: told.revision })
  expect(changed.status).toBe(201)
  await retain()
  expect(await outside()).toBe(20)
  upload.box.clock.advance(7 * dayMs - 60_000)
  await retain()
  expect(await outside()).toBe(20)

  upload.box.clock.advance(120_000)
  await retain()
  expect(20 - (await outside())).toBeGreaterThanOrEqual(told.going)
})

test('undone, the plan is the old one, and nothing has gone', async () => {
  const { revision } = await rehearse()
  const change = await bodyOf<{ id: string }>(await api('POST', '/changes', { planId: bronze, revision }))
  upload.box.clock.advance(3 * dayMs)
  expect((await api('DELETE', `/changes/${change.id}`)).status).toBe(204)
  expect(await bodyOf(await api('GET', ''))).toMatchObject({ plan: { name: 'Gold' }, devicesMax: 50 })
  upload.box.clock.advance(30 * dayMs)
  await retain()
  expect(await outside()).toBe(20)
  expect(await bodyOf(await api('GET', '/changes'))).toMatchObject({
    items: [{ from: 'Gold', to: 'Bronze', undoneBy: upload.box.user.email }, { kind: 'sold' }],
  })
  expect((await api('DELETE', `/changes/${change.id}`)).status).toBe(409)
})

test('after seven days it cannot be undone any more', async () => {
  const { revision } = await rehearse()
  const change = await bodyOf<{ id: string }>(await api('POST', '/changes', { planId: bronze, revision }))
  upload.box.clock.advance(7 * dayMs)
  expect((await api('DELETE', `/changes/${change.id}`)).status).toBe(409)
})

test('a rehearsal of something older is not applied', async () => {
  const { revision } = await rehearse()
  await upload.box.database.kysely
    .updateTable('plans')
    .set({ revision: revision + 1 })
    .where('id', '=', parseId('pln', bronze))
    .execute()
  expect((await api('POST', '/changes', { planId: bronze, revision })).status).toBe(409)
})

test('computers of its own rules lose nothing by a smaller plan', async () => {
  const device = (await upload.box.devicesSide.devices.find(computer.identity.deviceId))!
  const all = { keepLast: 1000, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, allWithinDays: 0 }
  await upload.box.retention.setRules(device, all, { actor: { kind: 'command' }, address: 'here' })
  expect(await rehearse()).toMatchObject({ going: 0, freedBytes: 0 })
})

describe('more computers than the smaller plan holds', () => {
  let others: TestComputer[]
  beforeEach(async () => {
    others = []
    for (const name of ['ONE', 'TWO', 'THREE']) others.push(await connectComputer(upload, name))
  })
  afterEach(async () => {
    for (const one of others) await one[Symbol.asyncDispose]()
  })

  test('the chosen ones stop, the others go on; undone, all do', async () => {
    const { revision, computersOver } = await rehearse()
    expect(computersOver).toBe(1)
    expect((await api('POST', '/changes', { planId: bronze, revision })).status).toBe(402)
    const stop = [others[0]!.identity.deviceId]
    const change = await bodyOf<{ id: string }>(await api('POST', '/changes', { planId: bronze, revision, stop }))
    const open = (one: TestComputer) => one.target.openSession({ job: 'documents', parent: undefined })
    await expect(open(others[0]!)).rejects.toMatchObject({ refusal: { code: 'HF-BACKUPS-SWITCHED-OFF' } })
    await open(others[1]!)
    const on = await upload.box.app.request(
      `/computers/${others[0]!.identity.deviceId}/switch`,
      formRequest({ step: 'on' }, { cookie: await fresh() }),
    )
    expect(on.status).toBe(422)
    expect(await on.text()).toContain('all places are taken')
    expect((await api('DELETE', `/changes/${change.id}`)).status).toBe(204)
    await open(others[0]!)
  })
})

test('the page rehearses with a sentence, and the form changes and undoes', async () => {
  const path = `/account/plan/${subscriptionId()}/change`
  const page = await upload.box.app.request(`${path}?plan=${bronze}`, { headers: { cookie: await fresh() } })
  expect(page.status).toBe(200)
  const text = await page.text()
  expect(text).toMatch(/Bronze would remove \d+\sversions and free/)
  const seen = /name="seen" value="(\d+)"/.exec(text)![1]!
  const list = await upload.box.app.request(`/account/plan/${subscriptionId()}/going.csv?plan=${bronze}`, {
    headers: { cookie: await fresh() },
  })
  expect((await list.text()).split('\r\n').length).toBeGreaterThan(3)
  const send = async (where: string, fields: Record<string, string>) =>
    upload.box.app.request(where, formRequest(fields, { cookie: await fresh() }))
  expect((await send(path, { step: 'apply', plan: bronze, seen, letter: 'yes' })).status).toBe(303)
  const after = await (await upload.box.app.request('/account/plan?done=changed', { headers: { cookie: await fresh() } })).text()
  expect(after).toContain('Gold to Bronze')
  const change = /name="change" value="(chg_\w+)"/.exec(after)![1]!
  expect((await send(`/account/plan/${subscriptionId()}/undo`, { change })).status).toBe(303)
  expect(await (await upload.box.app.request('/account/plan', { headers: { cookie: await fresh() } })).text()).toContain('Undone')
})

test('what deleting would free is what nothing else needs', async () => {
  await upload.box.care.chores.runToEnd('yields', { input: undefined })
  const usage = await bodyOf<{ freedByDeletingBytes: number; usedBytes: number; beforeDeduplicationBytes: number }>(
    await api('GET', '/usage'),
  )
  expect(usage.freedByDeletingBytes).toBe(usage.usedBytes)
  expect(usage.beforeDeduplicationBytes).toBeGreaterThanOrEqual(20 * 40_000)
})
