/** What a commit proves, what it refuses, and that its answer is never in doubt. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ChunkId, type CommitAnswer, RefusedError } from '../../../engine/index.ts'
import { maxMissingIds } from '../../../server/commits/closure-walk.ts'
import { packStates } from '../../../server/packs/pack.ts'
import { raiseClosureEpoch } from '../../../server/repositories/repositories-table.ts'
import { newCustomer, newUser } from '../../support/two-customers.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const request = { job: 'documents', parent: undefined }

describe('a commit', () => {
  let upload: UploadBox
  let computer: TestComputer
  let writer: VersionWriter
  beforeEach(async () => {
    upload = await uploadBox()
    computer = await connectComputer(upload)
    writer = new VersionWriter(computer.secrets)
  })
  afterEach(async () => {
    await computer[Symbol.asyncDispose]()
    await upload[Symbol.asyncDispose]()
  })

  const kysely = () => upload.box.database.kysely
  const newRoot = () => writer.tree([writer.file('file', randomBytes(2000))])
  const versionFiles = () => readdirSync(join(computer.place.snapshotsFolder, computer.device)).sort()
  const commit = async (root = newRoot(), parent?: Extract<CommitAnswer, { kind: 'committed' }>['id']) => {
    const session = await computer.target.openSession({ ...request, parent })
    const answer = await commitTree(session, writer, { root, device: computer.device })
    if (answer.kind !== 'committed') throw new Error(answer.kind)
    return answer
  }

  test('names missing chunks page by page, and gives up after three rounds', async () => {
    const session = await computer.target.openSession(request)
    const [many, few] = [new VersionWriter(computer.secrets), new VersionWriter(computer.secrets)]
    const files = (absent: VersionWriter, from: number, count: number) =>
      Array.from({ length: count }, (_, index) => absent.file(`file ${from + index}`, randomBytes(600)))
    const root = writer.tree([...files(many, 0, maxMissingIds), ...files(few, maxMissingIds, 50)], 1000)
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    const ask = () => session.commit(file, { isCheckpoint: false })

    const first = await ask()
    expect(first).toMatchObject({ kind: 'missing', isComplete: false })
    expect(first.kind === 'missing' && first.ids.length).toBe(maxMissingIds)
    for (const pack of many.takePacks()) await session.putPack(pack)
    const second = await ask()
    expect(second).toMatchObject({ kind: 'missing', isComplete: true })
    expect(second.kind === 'missing' && second.ids.length).toBe(50)
    expect(await ask()).toMatchObject({ kind: 'missing' })
    const refused = await ask().catch((error: unknown) => error)
    expect(refused instanceof RefusedError && refused.refusal.code).toBe('HF-CHUNKS-MISSING')
    expect(versionFiles()).toEqual([])
    expect(readdirSync(computer.place.temporaryFolder)).toEqual([])
  })

  test('against a parent proves what changed, and that alone', async () => {
    const shared = writer.directory('shared', writer.tree([writer.file('large', randomBytes(5000), { chunkBytes: 1000 })]))
    const before = await commit(writer.tree([shared, writer.file('note', randomBytes(600))]))
    await kysely().updateTable('packs').set({ state: packStates.missing }).where('kind', '=', 0).execute()
    const lost = writer.tree([shared, writer.file('note', randomBytes(600))])

    const session = await computer.target.openSession({ ...request, parent: before.id })
    expect(session.isParentHeld).toBe(true)
    expect(await commitTree(session, writer, { root: lost, device: computer.device })).toMatchObject({ kind: 'committed' })
  })

  test('walks everything once the epoch has risen: a hole is never inherited', async () => {
    const shared = writer.directory('shared', writer.tree([writer.file('large', randomBytes(5000), { chunkBytes: 1000 })]))
    const before = await commit(writer.tree([shared, writer.file('note', randomBytes(600))]))
    await kysely().updateTable('packs').set({ state: packStates.missing }).execute()
    const { repositoryId } = (await upload.box.devicesSide.devices.find(computer.identity.deviceId))!
    await upload.box.database.transaction((tx) => raiseClosureEpoch(tx, repositoryId))

    const session = await computer.target.openSession({ ...request, parent: before.id })
    const root = writer.tree([shared, writer.file('note', randomBytes(600))])
    expect(await commitTree(session, writer, { root, device: computer.device })).toMatchObject({ kind: 'missing' })
  })

  test('does not take a folder for whole because the parent has it elsewhere below', async () => {
    const deep = writer.tree([writer.file('large', randomBytes(3000), { chunkBytes: 1000 })])
    const before = await commit(writer.tree([writer.directory('a', writer.tree([writer.directory('b', deep)]))]))
    await kysely().updateTable('packs').set({ state: packStates.missing }).where('kind', '=', 0).execute()
    const session = await computer.target.openSession({ ...request, parent: before.id })
    const root = writer.tree([writer.directory('moved', deep)])
    expect(await commitTree(session, writer, { root, device: computer.device })).toMatchObject({ kind: 'missing' })
  })

  test('takes condemned packs that it needs back', async () => {
    const root = newRoot()
    const session = await computer.target.openSession(request)
    for (const pack of writer.takePacks()) await session.putPack(pack)
    await kysely().updateTable('packs').set({ state: packStates.condemned }).execute()
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })
    const states = await kysely().selectFrom('packs').select('state').execute()
    expect(states.map(({ state }) => state)).toEqual([packStates.stored, packStates.stored])
  })

  test('needs tree records that can be read, and heals a tree pack from its second file', async () => {
    const root = newRoot()
    const session = await computer.target.openSession(request)
    const packs = writer.takePacks()
    for (const pack of packs) await session.putPack(pack)
    const tree = packs.find(({ kind }) => kind === 'tree')!
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    writeFileSync(computer.place.packFile(tree.id), Buffer.alloc(tree.bytes.length))
    writeFileSync(computer.place.twinPackFile(tree.id), Buffer.alloc(tree.bytes.length))
    expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'missing', ids: [root] })
    writeFileSync(computer.place.twinPackFile(tree.id), tree.bytes)
    expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })
  })

  test('of a checkpoint keeps the session; the next version ends it with a tombstone', async () => {
    const session = await computer.target.openSession(request)
    const body = { isCheckpoint: true, verdict: 'partial' } as const
    const first = await commitTree(session, writer, { root: newRoot(), device: computer.device, body })
    if (first.kind !== 'committed' || first.next === undefined) throw new Error('no next place')
    expect(first.next.previous).toBe(first.id)
    const root = newRoot()
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const file = writer.snapshotFile({ root, head: first.next, device: computer.device })
    const last = await session.commit(file, { isCheckpoint: false })
    if (last.kind !== 'committed') throw new Error(last.kind)
    expect(versionFiles()).toEqual([`000000000001-${first.id}.gone`, `000000000002-${last.id}`])
  })

  test('whose answer was lost gives the same answer again, after the session too', async () => {
    const session = await computer.target.openSession(request)
    const root = newRoot()
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    const [one, two] = await Promise.all([
      session.commit(file, { isCheckpoint: false }),
      session.commit(file, { isCheckpoint: false }),
    ])
    expect(one).toEqual(two)
    expect(await session.commit(file, { isCheckpoint: false })).toEqual(one)
    expect(versionFiles()).toHaveLength(1)
  })

  test('of another job, or another kind, than its session is refused', async () => {
    const session = await computer.target.openSession(request)
    const root = newRoot()
    for (const pack of writer.takePacks()) await session.putPack(pack)
    for (const [body, isCheckpoint] of [[{ job: 'other' }, false] as const, [{}, true] as const]) {
      const file = writer.snapshotFile({ root, head: session.head, device: computer.device, body })
      const refused = await session.commit(file, { isCheckpoint }).catch((error: unknown) => error)
      expect(refused instanceof RefusedError && refused.refusal.code).toBe('HF-SNAPSHOT-INVALID')
    }
    expect(versionFiles()).toEqual([])
  })

  test('leaves no file when the plan refuses it in the last moment', async () => {
    const session = await computer.target.openSession(request)
    const root = newRoot()
    for (const pack of writer.takePacks()) await session.putPack(pack)
    await kysely().updateTable('subscriptions').set({ quota_bytes: 10 }).execute()
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    const refused = await session.commit(file, { isCheckpoint: false }).catch((error: unknown) => error)
    expect(refused instanceof RefusedError && refused.refusal.code).toBe('HF-QUOTA-EXCEEDED')
    expect(versionFiles()).toEqual([])
    expect(existsSync(computer.place.temporaryFolder) && readdirSync(computer.place.temporaryFolder)).toEqual([])
    expect(await kysely().selectFrom('catalogue_stages').selectAll().execute()).toEqual([])
  })
})

describe('records', () => {
  test('of a computer are given to each computer of the same customer, by id, and to no other', async () => {
    await using upload = await uploadBox()
    await using computer = await connectComputer(upload)
    await using second = await connectComputer(upload, 'XRAY-PC')
    const foreign = await newCustomer(upload.box, 'Northquay IT')
    const rights = {
      staffRole: undefined,
      memberships: [{ customerId: foreign.customer.customerId, role: 'owner' as const }],
    }
    await using stranger = await connectComputer(upload, 'STRANGER', await newUser(upload.box, 'stranger', rights))
    const writer = new VersionWriter(computer.secrets)
    const ids: readonly ChunkId[] = Array.from({ length: 40 }, () => writer.data(randomBytes(70_000)))
    const session = await computer.target.openSession(request)
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const count = async ({ target }: TestComputer) => {
      let records = 0
      for await (const _record of target.readRecords([...ids, randomBytes(32) as ChunkId])) records += 1
      return records
    }
    expect([await count(computer), await count(second), await count(stranger)]).toEqual([40, 40, 0])
  })
})
