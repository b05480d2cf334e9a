/** An account that ends: not before its days are over, keys first, here and in a second copy, and whatever moment the box is killed at. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Copy } from '../../../server/copies/copy.ts'
import { createEnding } from '../../../server/customers/ending/ending-service.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import type { CrashPoint } from '../../../server/storage-volumes/crash-points.ts'
import { type CopiedBox, copiedBox } from '../../support/copied-box.ts'
import { cookieOf, newCustomer } from '../../support/two-customers.ts'

const day = 86_400_000
const { signal } = new AbortController()

let office: CopiedBox
let copy: Copy

beforeEach(async () => {
  office = await copiedBox()
  copy = await office.add()
  await office.makeVersion()
  await office.makeVersion()
  await newCustomer(office.upload.box, 'Somebody else')
  await office.upload.box.recoverySide.selfBackups.run()
  await office.copies.run(copy.copyId, { signal })
})
afterEach(() => office[Symbol.asyncDispose]())

function endingWith(reached: (point: CrashPoint) => void) {
  const { box } = office.upload
  return createEnding({
    database: box.database,
    dataFolder: box.dataFolder,
    clock: box.clock,
    selfBackups: box.recoverySide.selfBackups,
    volumes: box.uploads.volumes,
    observedTime: box.care.observedTime,
    forgetSecrets: box.repositories.forgetSecrets,
    log: silentLog,
    reached,
  })
}

let observedMs = 0
async function pass(ms: number): Promise<void> {
  const { clock, database } = office.upload.box
  observedMs += ms
  clock.advance(ms)
  await database.kysely.deleteFrom('observed_time').execute()
  const none = { agreed_at: null, agreed_observed_ms: null, jumped_at: null, jumped_from: null }
  await database.kysely
    .insertInto('observed_time')
    .values({ id: 1, observed_ms: observedMs, ticked_at: clock.now(), agreeing_ms: 0, ...none })
    .execute()
}

async function leave(): Promise<void> {
  const { people, customer } = office.upload.box
  await people.customerStandings.leave(customer.customerId, String(customer.number), actingOnTheBox)
}

async function rowsOf(customerId: string): Promise<number> {
  const { kysely } = office.upload.box.database
  const counts = await Promise.all(
    (['devices', 'snapshots', 'runs', 'subscriptions', 'repositories', 'memberships'] as const).map((table) =>
      kysely
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('customer_id', '=', customerId as never)
        .executeTakeFirstOrThrow(),
    ),
  )
  return counts.reduce((sum, { count }) => sum + count, 0)
}

const selfNumbers = (folder: string) => readdirSync(folder).map((name) => Number(name.slice(0, 12)))

test('nothing goes before the thirtieth day, nor when the account was kept', async () => {
  const ending = endingWith(() => {})
  const { customer, people } = office.upload.box
  const before = await rowsOf(customer.customerId)
  await leave()
  await pass(30 * day - 1)
  expect(await ending.run(signal)).toEqual({ ended: [], waiting: [] })
  await people.customerStandings.stay(customer.customerId, actingOnTheBox)
  await pass(day)
  expect(await ending.dueAt()).toBeUndefined()
  expect(await ending.run(signal)).toEqual({ ended: [], waiting: [] })
  expect(await rowsOf(customer.customerId)).toBe(before)
})

test('killed after every single step, it goes on, and in the end nothing opens and nobody else has lost anything', async () => {
  const { box } = office.upload
  const { customerId, number } = box.customer
  const { uid } = await office.getRepository()
  const place = repositoryPlace(box.dataFolder, uid)
  const there = join(copy.address.folder, 'repositories', uid.toString('hex'))
  const selfBefore = Math.max(...selfNumbers(join(box.dataFolder, 'self')))
  const slots = await box.database.kysely.selectFrom('key_slots').selectAll().orderBy('repository_id').execute()
  expect(readdirSync(join(there, 'keys')).length).toBeGreaterThan(1)
  await leave()
  await pass(30 * day)

  // Each point kills once: what follows does the step again from its start.
  const seen: CrashPoint[] = []
  let kills = 0
  for (let isDone = false; !isDone; ) {
    let isKilled = false
    const ending = endingWith((point) => {
      if (seen.includes(point)) return
      seen.push(point)
      isKilled = true
      throw new Error(`killed at ${point}`)
    })
    await ending.run(signal).then(
      () => {
        isDone = !isKilled
      },
      () => {},
    )
    kills += 1
    // What it has begun it ends, whatever anybody says now.
    await expect(box.people.customerStandings.stay(customerId, actingOnTheBox)).rejects.toThrow()
    if (kills > 40) throw new Error(`it does not get on: ${seen.slice(-5).join(', ')}`)
  }
  const points = [
    'end:begun',
    'end:keys-destroyed',
    'end-key:unlinked',
    'end:files-removed',
    'end:copy-key-removed',
    'end:copy-self-removed',
  ]
  expect(points.filter((point) => !seen.includes(point as CrashPoint))).toEqual([])

  // The keys are gone: rows, files, second copy, and the box's backups of itself in both places.
  const { repositoryId } = await office.getRepository()
  expect(slots.filter(({ repository_id }) => repository_id === repositoryId).length).toBeGreaterThan(1)
  const left = await box.database.kysely.selectFrom('key_slots').select('repository_id').execute()
  expect(left.filter(({ repository_id }) => repository_id === repositoryId)).toEqual([])
  expect(existsSync(place.folder)).toBe(false)
  expect(existsSync(join(there, 'keys')) ? readdirSync(join(there, 'keys')) : []).toEqual([])
  for (const folder of [join(box.dataFolder, 'self'), join(copy.address.folder, 'self')])
    expect(Math.min(...selfNumbers(folder)), folder).toBeGreaterThan(selfBefore)

  // Packs leave the second copy by its own rules, seven days later; then the number is all that is left.
  expect((await endingWith(() => {}).run(signal)).waiting).toEqual([expect.stringContaining('C-000001')])
  expect(await office.copies.run(copy.copyId, { signal })).toMatchObject({ outcome: 'ok' })
  expect(existsSync(join(there, 'packs'))).toBe(true)
  await pass(8 * day)
  expect(await office.copies.run(copy.copyId, { signal })).toMatchObject({ outcome: 'ok' })
  expect(await endingWith(() => {}).run(signal)).toEqual({ ended: ['C-000001'], waiting: [] })
  const packsThere = existsSync(there)
    ? readdirSync(there, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    : []
  expect(packsThere).toEqual([])
  expect(await rowsOf(customerId)).toBe(0)
  const row = await box.database.kysely.selectFrom('customers').selectAll().where('id', '=', customerId).executeTakeFirstOrThrow()
  expect(row).toMatchObject({ number, name: 'C-000001', state: 'ended', contact: '', search_text: '' })
  const audit = await box.database.kysely
    .selectFrom('audit')
    .select('action')
    .where('customer_id', '=', customerId)
    .orderBy('id')
    .execute()
  expect(audit.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['customer.created', 'customer.end-begun', 'customer.ended']),
  )

  // The other customer is as it was, and the box opens its repositories.
  const [other] = await box.people.customers.list({ reach: 'all', afterNumber: 0, limit: 10 })
  expect(other?.name).toBe('Somebody else')
  await box.repositories.openSecrets((await box.repositories.findOfCustomer(other!.customerId))!)
  expect(readFileSync(join(copy.address.folder, 'holdfast-copy.json'), 'utf8')).toContain('uid')
  const cookie = await cookieOf(box, box.user)
  expect((await box.app.request('/customers', { headers: { cookie } })).status).toBe(200)
  expect((await box.app.request(`/customers/${customerId}`, { headers: { cookie } })).status).toBe(404)
})
