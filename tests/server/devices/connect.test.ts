/** Connecting a computer, over HTTP, and what its token opens afterwards. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKeySlot, parseRepositoryUid, readKeySlotFile, readRepositoryFile } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { connectDevice, sampleFingerprint } from '../../support/connect-device.ts'
import { bodyOf, goodPassword, helen, setUpApp } from '../../support/test-app.ts'
import { newUser, twoCustomers } from '../../support/two-customers.ts'

type Box = Awaited<ReturnType<typeof setUpApp>>

interface ConnectedBody {
  readonly device: { readonly id: string; readonly number: string; readonly name: string }
  readonly customer: { readonly id: string; readonly number: string }
  readonly plan: string
  readonly token: string
  readonly repository: { readonly uid: string }
  readonly slot: { readonly id: string }
  readonly slotKey: string
  readonly instance: string
}

interface ProblemBody {
  readonly code: string
  readonly detail: string
  readonly hint: string
  readonly customers?: readonly { readonly number: string; readonly name: string }[]
  readonly plans?: readonly string[]
}

const request = {
  user: helen.email,
  password: goodPassword,
  name: 'RECEPTION',
  agentVersion: '0.1.0',
  fingerprint: sampleFingerprint,
  asNew: true,
}

function post(box: Pick<Box, 'app'>, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'holdfast-protocol': '1' }
  return Promise.resolve(box.app.request('/api/agent/v1/connect', { method: 'POST', body: JSON.stringify(body), headers }))
}

async function connect(box: Pick<Box, 'app'>, more: object = {}): Promise<ConnectedBody> {
  const answer = await post(box, { ...request, ...more })
  expect(answer.status, await answer.clone().text()).toBe(201)
  return bodyOf<ConnectedBody>(answer)
}

const asDevice = (token: string) => ({ headers: { authorization: `Bearer ${token}`, 'holdfast-protocol': '1' } })

describe('a computer that connects', () => {
  let box: Box
  beforeAll(async () => {
    box = await setUpApp()
  })
  afterAll(() => box[Symbol.asyncDispose]())

  test('gets a number, a token that works, and keys that open the repository', async () => {
    const connected = await connect(box)
    expect(connected.device).toMatchObject({ number: 'D-000001', name: 'RECEPTION' })
    expect(connected.customer.number).toBe('C-000001')
    expect(connected.plan).toBe('Gold')
    const description = readRepositoryFile(Buffer.from(JSON.stringify(connected.repository)))
    const slot = readKeySlotFile(Buffer.from(JSON.stringify(connected.slot)))
    const byDevice = openKeySlot(slot, description.uid, Buffer.from(connected.slotKey, 'base64'))
    const repository = await box.repositories.findOfCustomer(box.customer.customerId)
    expect(byDevice).toEqual(await box.repositories.openSecrets(repository!))

    const own = await box.app.request('/api/agent/v1/device', asDevice(connected.token))
    expect(await own.json()).toEqual({ ...connected.device, head: { seq: 0, snapshot: null }, jobs: [] })
    const policy = await box.app.request('/api/agent/v1/policy', asDevice(connected.token))
    expect(await policy.json()).toMatchObject({ acceptsBackups: true, plan: { name: 'Gold' }, usedBytes: 0 })
  })

  test('leaves a slot file that is the one it was told, and nothing in clear in the database', async () => {
    const connected = await connect(box, { name: 'SLOT' })
    const place = repositoryPlace(box.dataFolder, parseRepositoryUid(connected.repository.uid))
    expect(JSON.parse(readFileSync(place.keySlotFile(connected.slot.id), 'utf8'))).toEqual(connected.slot)
    const slots = await box.database.kysely.selectFrom('key_slots').selectAll().execute()
    const devices = await box.database.kysely.selectFrom('devices').selectAll().execute()
    const key = Buffer.from(connected.slotKey, 'base64')
    for (const row of slots) expect(row.sealed_secret?.includes(key) ?? false).toBe(false)
    expect(JSON.stringify(devices)).not.toContain(connected.token)
  })

  test('is counted from one, without gaps, even when many come at once', async () => {
    await using fresh = await setUpApp()
    const numbers = await Promise.all(
      Array.from({ length: 8 }, async () => (await connectDevice(fresh, fresh.user)).device.number),
    )
    expect(numbers.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe('a computer that may not connect', () => {
  let box: Awaited<ReturnType<typeof twoCustomers>>
  beforeAll(async () => {
    box = await twoCustomers()
  })
  afterAll(() => box[Symbol.asyncDispose]())

  const refused = [
    { title: 'a wrong password', body: { password: 'not this one at all' }, status: 401, code: 'HF-WRONG-PASSWORD' },
    { title: 'an unknown login', body: { user: 'nobody@office.example' }, status: 401, code: 'HF-WRONG-PASSWORD' },
    { title: 'a plan the customer does not have', body: { plan: 'Bronze' }, status: 402, code: 'HF-LICENCE-MISSING' },
    { title: 'a customer that is not its own', body: { customer: 'Northquay IT' }, status: 422, code: 'HF-CUSTOMER-NEEDED' },
    { title: 'a computer to replace that is not there', body: { replace: 'D-000999' }, status: 404, code: 'HF-NOT-FOUND' },
    { title: 'a name over two lines', body: { name: 'a\nb' }, status: 422, code: 'HF-VALIDATION' },
    { title: 'no fingerprint', body: { fingerprint: undefined }, status: 422, code: 'HF-VALIDATION' },
    {
      title: 'a fingerprint without its print',
      body: { fingerprint: { ...sampleFingerprint, print: 'zz' } },
      status: 422,
      code: 'HF-VALIDATION',
    },
    {
      title: 'an endless list of network cards',
      body: { fingerprint: { ...sampleFingerprint, macs: Array(1000).fill('a') } },
      status: 422,
      code: 'HF-VALIDATION',
    },
  ]
  test.each(refused)('$title: $code', async ({ body, status, code }) => {
    const before = await countRows(box)
    const answer = await post(box, { ...request, ...body })
    expect(answer.status).toBe(status)
    expect((await bodyOf<ProblemBody>(answer)).code).toBe(code)
    expect(await countRows(box)).toEqual(before)
  })

  test('guessing is slowed down', async () => {
    await using fresh = await setUpApp()
    const codes: string[] = []
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const answer = await post(fresh, { ...request, password: `guess number ${attempt} of many` })
      codes.push((await bodyOf<ProblemBody>(answer)).code)
    }
    expect(codes.at(-1)).toBe('HF-RATE-LIMITED')
    const withTheRightOne = await post(fresh, request)
    expect(withTheRightOne.status).toBe(429)
    expect(Number(withTheRightOne.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

/** Devices and key slots, in rows and in files: what a refused connect must not leave behind. */
async function countRows(box: Pick<Box, 'database' | 'dataFolder' | 'repositories' | 'customer'>): Promise<readonly number[]> {
  const { kysely } = box.database
  const devices = await kysely.selectFrom('devices').select('id').execute()
  const slots = await kysely.selectFrom('key_slots').select('slot_id').execute()
  const repositories = await kysely.selectFrom('repositories').select('uid').execute()
  const files = repositories.flatMap(({ uid }) =>
    readdirSync(repositoryPlace(box.dataFolder, parseRepositoryUid(uid)).keysFolder),
  )
  return [devices.length, slots.length, files.length]
}

describe('which customer and which plan', () => {
  let box: Awaited<ReturnType<typeof twoCustomers>>
  beforeAll(async () => {
    box = await twoCustomers()
  })
  afterAll(() => box[Symbol.asyncDispose]())

  const memberOf = (...customers: readonly { readonly customer: { readonly customerId: string } }[]) => ({
    staffRole: undefined,
    memberships: customers.map(({ customer }) => ({ customerId: customer.customerId as never, role: 'member' as const })),
  })

  test('a login of two customers must say which, and is told which there are', async () => {
    const both = await newUser(box, 'both', memberOf(box.own, box.other))
    const choices = [box.own, box.other].map(({ customer }) => expect.objectContaining({ name: customer.name }))
    await expect(connectDevice(box, both)).rejects.toMatchObject({
      fault: 'customer-needed',
      choices: { customers: choices },
      hint: expect.stringContaining('C-000002 (Harbour Street Dental), C-000003 (Northquay IT)'),
    })
    for (const named of ['Northquay IT', 'northquay it', 'C-000003', 'c-3', '3', box.other.customer.customerId]) {
      expect((await connectDevice(box, both, { customer: named })).customer.name, named).toBe('Northquay IT')
    }
  })

  test('a viewer, and staff without a membership, connect nothing', async () => {
    for (const user of [box.users.viewer, box.users.administrator, box.users.implementor]) {
      await expect(connectDevice(box, user)).rejects.toMatchObject({ fault: 'no-customer' })
    }
  })

  test('the oldest valid plan is taken; one that has run out is not', async () => {
    const { customer, subscription } = box.own
    const plan = (await box.people.plans.findNamed('gold'))!
    box.clock.advance(1)
    const second = await box.database.transaction((tx) =>
      box.people.subscriptions.insert(tx, { customerId: customer.customerId, plan, validityDays: 30 }, actingOnTheBox),
    )
    const setValidity = (id: string, until: number | null) =>
      box.database.kysely
        .updateTable('subscriptions')
        .set({ valid_until: until, grace_days: 0 })
        .where('id', '=', id as never)
        .execute()
    expect((await connectDevice(box, box.users.owner)).planName).toBe('Silver')
    expect((await connectDevice(box, box.users.owner, { plan: 'gold' })).planName).toBe('Gold')
    await setValidity(subscription.subscriptionId, box.clock.now() - 1)
    expect((await connectDevice(box, box.users.owner)).planName).toBe('Gold')
    await setValidity(second.subscriptionId, box.clock.now() - 1)
    await expect(connectDevice(box, box.users.owner)).rejects.toThrow('expired')
    await expect(connectDevice(box, box.users.owner, { plan: 'platinum' })).rejects.toMatchObject({
      fault: 'licence-missing',
      choices: { plans: ['Silver', 'Gold'] },
    })
    await setValidity(subscription.subscriptionId, null)
    await setValidity(second.subscriptionId, null)
  })

  test('the plan’s computers are counted, also when the last place is wanted by many at once', async () => {
    const { subscriptionId } = box.other.subscription
    const places = 3
    await box.database.kysely
      .updateTable('subscriptions')
      .set({ devices_max: places + 6 })
      .where('id', '=', subscriptionId)
      .execute()
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => connectDevice(box, box.users.foreign)))
    const active = await box.database.kysely
      .selectFrom('devices')
      .select('id')
      .where('subscription_id', '=', subscriptionId)
      .where('state', '=', 'active')
      .execute()
    expect(active).toHaveLength(places + 6)
    const failures = tries.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatchObject({ fault: 'devices-exceeded' })

    await box.devicesSide.devices.revoke(active[0]!.id, actingOnTheBox)
    expect((await connectDevice(box, box.users.foreign)).planName).toBe('Silver')
  })
})

describe('a computer that takes another one over', () => {
  test('keeps number and versions; the old token and the old keys end', async () => {
    await using box = await twoCustomers()
    const old = box.device
    const place = repositoryPlace(box.dataFolder, parseRepositoryUid(JSON.parse(old.repositoryFile.toString()).uid))
    const oldSlot = JSON.parse(old.slotFile.toString()).id
    const { device, token } = await connectDevice(box, box.users.owner, { name: 'NEW-PC', replace: 'd-1' })
    expect(device).toEqual({ ...old.device, name: 'NEW-PC' })
    expect(existsSync(place.keySlotFile(oldSlot))).toBe(false)
    expect((await box.app.request('/api/agent/v1/policy', asDevice(old.token))).status).toBe(401)
    expect((await box.app.request('/api/agent/v1/policy', asDevice(token))).status).toBe(200)
    const versions = await box.devicesSide.snapshots.listOfDevice({ deviceId: device.deviceId, beforeSeq: undefined, limit: 10 })
    expect(versions.map(({ id }) => id)).toEqual([box.version.id])
    const slots = await box.database.kysely
      .selectFrom('key_slots')
      .select('slot_id')
      .where('device_id', '=', device.deviceId)
      .execute()
    expect(slots).toHaveLength(1)
  })

  test('is found among its own customer’s computers only', async () => {
    await using box = await twoCustomers()
    for (const replace of ['D-000001', box.device.device.deviceId, 'XRAY-PC']) {
      await expect(connectDevice(box, box.users.foreign, { replace })).rejects.toMatchObject({ fault: 'replaced-not-found' })
    }
  })
})

test('a policy that refuses says so with the problem a backup would meet', async () => {
  await using box = await twoCustomers()
  const { subscriptionId } = box.own.subscription
  await box.database.kysely
    .updateTable('subscriptions')
    .set({ accepts_backups: 0, switched_off_reason: 'not paid' })
    .where('id', '=', subscriptionId)
    .execute()
  const policy = await box.app.request('/api/agent/v1/policy', asDevice(box.device.token))
  expect(await policy.json()).toMatchObject({
    acceptsBackups: false,
    refusal: { code: 'HF-BACKUPS-SWITCHED-OFF', detail: expect.stringContaining('not paid'), who: 'implementor' },
  })
})
