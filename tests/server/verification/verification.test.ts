/** Every record that arrives is opened: what opens is shared, what does not is found, told of, and never displaces a good copy. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ChunkId, type PackId, readWholePackIndex, type SealedPack } from '../../../engine/index.ts'
import { findDeviceFault } from '../../../server/checks/device-faults-table.ts'
import { mappingStates, packStates } from '../../../server/packs/pack.ts'
import { spoil } from '../../support/bad-memory.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { VersionWriter } from '../../support/version-writer.ts'

let upload: UploadBox
let computer: TestComputer

beforeEach(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
})
afterEach(async () => {
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const { signal } = new AbortController()
const verify = () => upload.box.devicesSide.verification.run({ signal })
const epoch = async () => (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!.closureEpoch

/** A pack with these plaintexts, not sent yet. */
function packOf(plaintexts: readonly Buffer[], of = computer): { readonly pack: SealedPack; readonly ids: readonly ChunkId[] } {
  const writer = new VersionWriter(of.secrets)
  const ids = plaintexts.map((plaintext) => writer.data(plaintext))
  return { pack: writer.takePacks()[0]!, ids }
}

const openSession = (of = computer) => of.target.openSession({ job: 'documents', parent: undefined })
async function send(pack: SealedPack, from = computer): Promise<void> {
  await (await openSession(from)).putPack(pack)
}

async function statesOf(ids: readonly ChunkId[], packId: PackId): Promise<readonly string[]> {
  const rows = await upload.box.database.kysely
    .selectFrom('chunks')
    .innerJoin('packs', 'packs.id', 'chunks.pack')
    .select(['chunks.chunk_id', 'chunks.state'])
    .where('packs.pack_id', '=', Buffer.from(packId, 'hex'))
    .execute()
  const names = Object.fromEntries(Object.entries(mappingStates).map(([name, number]) => [number, name]))
  return ids.map((id) => names[rows.find(({ chunk_id }) => chunk_id.equals(id))!.state]!)
}

const packRow = (packId: PackId) =>
  upload.box.database.kysely
    .selectFrom('packs')
    .selectAll()
    .where('pack_id', '=', Buffer.from(packId, 'hex'))
    .executeTakeFirstOrThrow()
const alarmCodes = async () =>
  (await upload.box.database.kysely.selectFrom('alarms').select('code').where('settled_at', 'is', null).execute()).map(
    ({ code }) => code,
  )

test('what opens is verified, once, and other computers of the customer need not send it', async () => {
  await using other = await connectComputer(upload, 'XRAY-PC')
  const { pack, ids } = packOf([randomBytes(100), randomBytes(5000), Buffer.alloc(70_000, 'x')])
  await send(pack)
  expect(await (await openSession(other)).have(ids)).toEqual([false, false, false])

  expect(await verify()).toEqual({ packs: 1, poisoned: 0, hurt: 0, failed: 0 })
  expect(await statesOf(ids, pack.id)).toEqual(['verified', 'verified', 'verified'])
  expect((await packRow(pack.id)).proved_at).toBe(upload.box.clock.now())
  expect(await (await openSession(other)).have(ids)).toEqual([true, true, true])
  expect(await epoch()).toBe(0)
  expect(await verify()).toEqual({ packs: 0, poisoned: 0, hurt: 0, failed: 0 })
})

describe('a record that does not open under its id', () => {
  let pack: SealedPack
  let ids: readonly ChunkId[]
  beforeEach(async () => {
    const whole = packOf([randomBytes(300), randomBytes(400)])
    ids = whole.ids
    pack = spoil(whole.pack, computer)
    await send(pack)
  })

  test('is bad; the other one is verified, the pack stays, the epoch rises, the computer is told of', async () => {
    expect(await (await openSession()).have(ids)).toEqual([true, true])
    expect(await verify()).toMatchObject({ packs: 1, poisoned: 1, hurt: 0 })
    expect(await statesOf(ids, pack.id)).toEqual(['bad', 'verified'])
    expect((await packRow(pack.id)).state).toBe(packStates.stored)
    expect(await epoch()).toBe(1)
    expect(await (await openSession()).have(ids)).toEqual([false, true])
    const fault = await findDeviceFault(upload.box.database.kysely, computer.connected.device.deviceId)
    expect(fault).toMatchObject({ records: 1, firstAt: upload.box.clock.now() })
    expect(await alarmCodes()).toEqual(['HF-DEVICE-SENT-DAMAGE'])
    expect(await verify()).toMatchObject({ packs: 0 })
    expect(await epoch()).toBe(1)
  })

  test('is known to later checks: the pack is not called damaged for it', async () => {
    await verify()
    const repository = (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
    const report = await upload.box.devicesSide.checks.check(repository, { reading: 'all', signal })
    expect(report.damage).toEqual([])
    expect((await packRow(pack.id)).state).toBe(packStates.stored)
    expect(await epoch()).toBe(1)
  })

  test('is found by a check as well, in the same words', async () => {
    const repository = (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
    const report = await upload.box.devicesSide.checks.check(repository, { reading: 'all', signal })
    expect(report.damage).toMatchObject([{ kind: 'record-damaged', record: ids[0]!.toString('hex') }])
    expect(await statesOf(ids, pack.id)).toEqual(['bad', 'new'])
    expect((await packRow(pack.id)).state).toBe(packStates.stored)
    expect((await alarmCodes()).toSorted()).toEqual(['HF-DEVICE-SENT-DAMAGE', 'HF-STORAGE-DAMAGED'])
    expect(await verify()).toMatchObject({ packs: 1, poisoned: 1 })
    expect(await statesOf(ids, pack.id)).toEqual(['bad', 'verified'])
    expect(await epoch()).toBe(1)
  })
})

test('a poisoned copy never displaces a good one: readers are given the good one, before and after it is found', async () => {
  await using other = await connectComputer(upload, 'XRAY-PC')
  const plaintext = randomBytes(3000)
  const good = packOf([plaintext])
  await send(good.pack)
  await verify()
  const poisoned = spoil(packOf([plaintext]).pack, computer)
  await send(poisoned, other)
  const repository = (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
  const read = async () => [...(await upload.box.devicesSide.plaintexts.source(repository).readPlaintexts(good.ids)).values()]
  const places = async () => [...(await upload.box.records.locate(repository.repositoryId, good.ids)).values()][0]!
  expect((await places())[0]!.packId).toBe(good.pack.id)
  expect(await read()).toEqual([plaintext])

  expect(await verify()).toMatchObject({ poisoned: 1 })
  expect((await places()).map(({ packId }) => packId)).toEqual([good.pack.id])
  expect(await read()).toEqual([plaintext])
  expect(await (await openSession(other)).have(good.ids)).toEqual([true])
})

test('a file that the disk changed is damage of the box, not of the computer', async () => {
  const { pack, ids } = packOf([randomBytes(300), randomBytes(400)])
  await send(pack)
  const file = computer.place.packFile(pack.id)
  const bytes = readFileSync(file)
  bytes[readWholePackIndex(bytes).entries[1]!.offset + 120]! ^= 1
  writeFileSync(file, bytes)
  expect(await verify()).toMatchObject({ packs: 1, poisoned: 0, hurt: 1 })
  expect((await packRow(pack.id)).state).toBe(packStates.damaged)
  expect(await statesOf(ids, pack.id)).toEqual(['new', 'bad'])
  expect(await epoch()).toBe(1)
  expect(await alarmCodes()).toEqual([])
})

test('a tree pack is proved by its second file when the first one is gone', async () => {
  const writer = new VersionWriter(computer.secrets)
  const tree = writer.tree([
    writer.file('note', Buffer.from('short'), { content: { kind: 'inline', bytes: Buffer.from('short') } }),
  ])
  const packs = writer.takePacks()
  for (const pack of packs) await send(pack)
  const treePack = packs.find(({ kind }) => kind === 'tree')!
  rmSync(computer.place.packFile(treePack.id))
  await verify()
  expect(await statesOf([tree], treePack.id)).toEqual(['verified'])
})

test('a pack that cannot be opened holds up no other; the next run tries it again', async () => {
  const first = packOf([randomBytes(10)])
  const second = packOf([randomBytes(10)])
  await send(first.pack)
  await send(second.pack)
  const file = computer.place.packFile(first.pack.id)
  const bytes = readFileSync(file)
  rmSync(file)
  mkdirSync(file)
  expect(await verify()).toMatchObject({ packs: 2, hurt: 1 })
  rmSync(file, { recursive: true })
  writeFileSync(file, bytes)
  expect(await statesOf(second.ids, second.pack.id)).toEqual(['verified'])
})

test('a box that was stopped in the middle goes on where it was', async () => {
  const packs = Array.from({ length: 4 }, () => packOf([randomBytes(10)]))
  for (const { pack } of packs) await send(pack)
  const stop = new AbortController()
  let paused = 0
  const pause = async () => {
    paused += 1
    if (paused === 3) stop.abort(new Error('the box stops'))
  }
  await expect(upload.box.devicesSide.verification.run({ signal: stop.signal, pause })).rejects.toThrow('the box stops')
  expect((await upload.box.devicesSide.verification.backlog()).packs).toBe(2)
  expect(await verify()).toMatchObject({ packs: 2 })
  expect(await upload.box.devicesSide.verification.backlog()).toEqual({ packs: 0, bytes: 0, oldestAt: undefined })
})

test('bytes that came again are opened again', async () => {
  const { pack, ids } = packOf([randomBytes(300)])
  await send(pack)
  await upload.box.database.kysely.updateTable('packs').set({ state: packStates.damaged, proved_at: 1 }).execute()
  await upload.box.database.kysely.updateTable('chunks').set({ state: mappingStates.bad }).execute()
  await send(pack)
  expect(await statesOf(ids, pack.id)).toEqual(['new'])
  expect(await verify()).toMatchObject({ packs: 1, poisoned: 0 })
  expect(await statesOf(ids, pack.id)).toEqual(['verified'])
})
