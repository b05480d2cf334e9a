/** What a crash between two steps leaves is put right at the next start; nothing acknowledged goes. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const request = { job: 'documents', parent: undefined }

describe('at its next start the box', () => {
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
  const commit = async (body = {}) => {
    const session = await computer.target.openSession(request)
    const root = writer.tree([writer.file('file', randomBytes(2000))])
    const answer = await commitTree(session, writer, { root, device: computer.device, body })
    if (answer.kind !== 'committed') throw new Error(answer.kind)
    return answer
  }
  /** As if the COMMIT had never come: file there, rows not. */
  const takeRowBack = async (id: string, head: { readonly seq: number; readonly id: string | undefined }) => {
    await kysely().deleteFrom('snapshots').where('snapshot_id', '=', Buffer.from(id, 'hex')).execute()
    const head_snapshot = head.id === undefined ? null : Buffer.from(head.id, 'hex')
    await kysely().updateTable('devices').set({ head_seq: head.seq, head_snapshot }).execute()
  }
  const listed = async () => (await Array.fromAsync(computer.target.listSnapshots())).map(({ id }) => id)
  const adopt = () => upload.box.uploads.adopt()

  test('finds nothing to do after a good day', async () => {
    await commit()
    expect(await adopt()).toEqual({ packsIndexed: 0, versionsAdopted: 0, filesQuarantined: 0 })
  })

  test('empties the temporary folder', async () => {
    writeFileSync(join(computer.place.temporaryFolder, 'half.pack'), 'half')
    await adopt()
    expect(readdirSync(computer.place.temporaryFolder)).toEqual([])
  })

  test('indexes packs that have no row, and makes the second file of a tree pack', async () => {
    const session = await computer.target.openSession(request)
    const root = writer.tree([writer.file('file', randomBytes(2000))])
    const packs = writer.takePacks()
    for (const pack of packs) await session.putPack(pack)
    await kysely().deleteFrom('chunks').execute()
    await kysely().deleteFrom('packs').execute()
    const twin = computer.place.twinPackFile(packs.find(({ kind }) => kind === 'tree')!.id)
    rmSync(twin)
    expect(await adopt()).toMatchObject({ packsIndexed: 2 })
    expect(existsSync(twin)).toBe(true)
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })
  })

  test('puts a file aside that is no whole pack', async () => {
    const name = 'ab'.repeat(32)
    writeFileSync(join(computer.place.packsFolder, 'ab', name), randomBytes(500))
    expect(await adopt()).toMatchObject({ packsIndexed: 0, filesQuarantined: 1 })
    expect(readdirSync(computer.place.quarantineFolder)).toEqual([name])
  })

  test('adopts the versions that are next in their chain, in order', async () => {
    const [first, second, third] = [await commit(), await commit(), await commit()]
    await takeRowBack(second.id, { seq: 1, id: first.id })
    await takeRowBack(third.id, { seq: 1, id: first.id })
    expect(await listed()).toEqual([first.id])
    expect(await adopt()).toMatchObject({ versionsAdopted: 2, filesQuarantined: 0 })
    expect(await listed()).toEqual([first.id, second.id, third.id])
    await commit()
  })

  test('takes the first instance of a computer whose versions a restored dump does not know', async () => {
    const [first, second] = [await commit(), await commit()]
    await takeRowBack(second.id, { seq: 1, id: first.id })
    await kysely().deleteFrom('backup_sessions').execute()
    await kysely().updateTable('devices').set({ instance_newest: '000000000001-00112233445566778899aabbccddeeff' }).execute()
    expect(await adopt()).toMatchObject({ versionsAdopted: 1 })
    await commit()
    expect(await listed()).toHaveLength(3)
  })

  test('gives the run that waits for its answer the answer', async () => {
    const session = await computer.target.openSession(request)
    const root = writer.tree([writer.file('file', randomBytes(2000))])
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    const answer = await session.commit(file, { isCheckpoint: false })
    if (answer.kind !== 'committed') throw new Error(answer.kind)
    await takeRowBack(answer.id, { seq: 0, id: undefined })
    await kysely().updateTable('backup_sessions').set({ state: 'open', ended_at: null }).execute()
    await adopt()
    expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed', id: answer.id })
    expect(await kysely().selectFrom('backup_sessions').select('state').execute()).toEqual([{ state: 'committed' }])
  })

  test('puts a version aside that is not whole, or not the next of its chain', async () => {
    const first = await commit()
    const second = await commit()
    await takeRowBack(second.id, { seq: 1, id: first.id })
    await kysely().deleteFrom('chunks').execute()
    expect(await adopt()).toMatchObject({ versionsAdopted: 0, filesQuarantined: 1 })
    expect(await listed()).toEqual([first.id])
    expect(readdirSync(computer.place.quarantineFolder)).toEqual([second.id])
  })

  test('lets a tombstone end its version', async () => {
    const checkpoint = await commit({ isCheckpoint: true, verdict: 'partial' })
    const file = computer.place.snapshotFile({ device: computer.device, seq: 1, id: checkpoint.id })
    writeFileSync(`${file}.gone`, 'a tombstone')
    await adopt()
    expect(await listed()).toEqual([])
    expect(existsSync(file)).toBe(false)
    expect(existsSync(`${file}.gone`)).toBe(true)
  })
})
